import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCaller, labDir } from './lab.testing.ts';
import { LAB_AUTH_ID, type Lab, startLab } from './lab.ts';
import { LAB_NUMBERS, SPARE_NUMBERS } from './phones/numbers.ts';
import { answerThenHangUp, refuse } from './phones/scenario.ts';
import { similarity, speak, utterances } from './speech/index.ts';
import { waitFor } from './wait-for.ts';

let lab: Lab;
let caller: ReturnType<typeof createCaller>;
beforeAll(async () => {
  lab = await startLab({ dir: labDir('calls') });
  caller = createCaller(lab);
});
afterAll(() => lab.stop());

/** Every call of the test so far is one Call-ID, whatever was repeated. */
const callsTo = async (user: string) =>
  (await lab.carrier.records()).filter((call) => call.requestUri.startsWith(`sip:${user}@`));

describe('a call that is answered', () => {
  test('reaches the phone in each dial format, with From, name and one account code', async () => {
    for (const number of ['61491570156', '+61491570156', '0491570156']) {
      const { room, error } = await caller.dial(number, {
        displayName: 'Ann Bell',
        headers: { 'X-Account-Code': 'em-tech-01' },
      });
      expect(error).toBeNull();
      await caller.hangUp(room);
      const call = await caller.record(
        `the end of ${number}`,
        ({ requestUri, endedAt }) => requestUri.startsWith(`sip:${number}@`) && endedAt !== null,
      );
      expect(call).toMatchObject({
        fromUser: '+61255500199',
        fromDisplay: 'Ann Bell',
        authUser: lab.trunk.users.standard.username,
        invites: 2,
        finalStatus: 200,
        endedBy: 'caller',
        endedWith: 'BYE',
      });
      expect(call.headers['X-Account-Code']).toEqual(['em-tech-01']);
      expect(call.ringAt).toBeGreaterThanOrEqual(call.startedAt);
      expect(await callsTo(number)).toHaveLength(1);
    }
  });

  test('is hung up by the phone', async () => {
    await caller.dial('61491570156');
    expect(await lab.phones.hangUp('+61 491 570 156')).toBe(1);
    const call = await caller.record('a BYE from the phone', ({ endedBy }) => endedBy === 'callee');
    expect((await lab.phones.callOf(call.callId)).endedAt).not.toBeNull();
  });

  test('hears the phone speak from the beginning, also with another call going on', async () => {
    await lab.phones.say(LAB_NUMBERS.answers, [300, 'answer']);
    const spoken = `${lab.dir}/answer.wav`;
    await speak(utterances.answer, spoken, { rate: 8000, voice: 'callee' });
    const before = lab.phones.calls(LAB_NUMBERS.answers).length;
    const first = await caller.dial('61491570156');
    const second = await caller.dial('61491570156');
    const calls = await waitFor(
      'two calls at the phone',
      async () => {
        const calls = lab.phones.calls(LAB_NUMBERS.answers).slice(before);
        return calls.length === 2 && calls.every((call) => Date.now() - call.answeredAt > 4000)
          ? calls
          : undefined;
      },
      10_000,
    );
    await Promise.all([first, second].map(({ room }) => caller.hangUp(room)));
    await waitFor(
      'both ends',
      async () => lab.phones.calls(LAB_NUMBERS.answers).every((call) => call.endedAt !== null) || undefined,
    );
    expect(new Set(calls.map((call) => call.heard)).size).toBe(2);
    for (const { heard, said } of calls) {
      expect((await similarity(String(said), spoken)).covered).toBeGreaterThan(0.9);
      expect(await lab.phones.recordings(LAB_NUMBERS.answers)).toContain(heard);
    }
    await lab.phones.say(LAB_NUMBERS.answers, null);
  });
});

describe('a call that is not answered', () => {
  test.each([
    ['busy', '61491570157', 486, 'Busy Here', 'callee'],
    ['declines', '61491570159', 603, 'Decline', 'callee'],
    ['is unknown', '61491570000', 404, 'Not Found', 'carrier'],
    ['has no phone yet', '61491571266', 480, 'Temporarily Unavailable', 'carrier'],
  ])('%s', async (_name, number, status, reason, endedBy) => {
    expect((await caller.dial(number)).error).toMatchObject({ status });
    const [call, ...others] = await callsTo(number);
    expect(call).toMatchObject({ finalStatus: status, finalReason: reason, endedBy, answeredAt: null });
    expect(others).toEqual([]);
  });

  test('rings until LiveKit cancels', async () => {
    const { error } = await caller.dial('61491570158', { ringingTimeout: 2 });
    expect(error?.text).toMatch(/timed out/);
    const call = await caller.record(
      'a CANCEL',
      ({ endedWith, endedAt }) => endedWith === 'CANCEL' && endedAt !== null,
    );
    expect(call).toMatchObject({ finalStatus: 487, endedBy: 'caller', answeredAt: null });
    expect(call.ringAt).not.toBeNull();
    expect(call.events.map(({ method, status }) => `${method} ${status}`)).toContain('CANCEL 200');
  });

  test('follows a scenario plugged into a spare number', async () => {
    const phone = await lab.phones.add(SPARE_NUMBERS[1], { scenario: refuse(403, 'Destination barred') });
    expect((await caller.dial('61491571491')).error).toMatchObject({
      status: 403,
      reason: 'Destination barred',
    });
    await phone.remove();
    await lab.phones.add(SPARE_NUMBERS[1], { scenario: answerThenHangUp({ ringMs: 300, talkMs: 300 }) });
    expect((await caller.dial('61491571491')).error).toBeNull();
    const call = await caller.record(
      'a BYE from SIPp',
      ({ requestUri, endedWith }) => requestUri.startsWith('sip:61491571491@') && endedWith === 'BYE',
    );
    expect(call.endedBy).toBe('callee');
    expect(Number(call.answeredAt) - Number(call.ringAt)).toBeGreaterThanOrEqual(290);
  });
});

describe('the caller ID', () => {
  const forbidden = { status: 403, reason: 'Forbidden auth ID' };
  test.each(['61255500199', '0255500199', '+61255500199', 'LiveKitNehosHosted'])(
    '%s is approved',
    async (fromNumber) => {
      const { room, error } = await caller.dial('61491570156', { fromNumber });
      expect(error).toBeNull();
      await caller.hangUp(room);
      const call = await caller.record(`From ${fromNumber}`, ({ fromUser }) => fromUser === fromNumber);
      expect(call.finalStatus).toBe(200);
    },
  );

  test.each(['61491570156', '+61299999999', 'Somebody'])('%s is refused', async (fromNumber) => {
    expect((await caller.dial('61491570156', { fromNumber })).error).toMatchObject(forbidden);
  });

  test.each([
    ['P-Asserted-Identity', '<sip:+61255500199@example.invalid>'],
    ['P-Asserted-Identity', '<tel:+61255500199>'],
    ['P-Preferred-Identity', '"Ann" <sip:0255500199@example.invalid>'],
    ['Remote-Party-ID', '<sip:61255500199@example.invalid>;party=calling;privacy=off'],
  ])('is in %s: %s on the trunk user pai', async (name, value) => {
    const user = lab.trunk.users.pai;
    const { room, error } = await caller.dial('61491570156', {
      user,
      fromNumber: LAB_AUTH_ID,
      headers: { [name]: value },
    });
    expect(error).toBeNull();
    await caller.hangUp(room);
    const call = await caller.record(`a call with ${value}`, ({ headers }) => headers[name]?.[0] === value);
    expect(call).toMatchObject({ fromUser: LAB_AUTH_ID, authUser: user.username });
  });

  test.each([
    ['a name alone', LAB_AUTH_ID, {}],
    ['a name in the header', LAB_AUTH_ID, { 'P-Asserted-Identity': `<sip:${LAB_AUTH_ID}@example.invalid>` }],
    [
      'a foreign number in the header',
      LAB_AUTH_ID,
      { 'P-Asserted-Identity': '<sip:+61299999999@example.invalid>' },
    ],
    ['a number in From', '+61255500199', { 'P-Asserted-Identity': '<sip:+61255500199@example.invalid>' }],
  ])('%s is refused on the trunk user pai', async (_name, fromNumber, headers) => {
    const options = { user: lab.trunk.users.pai, fromNumber, headers };
    expect((await caller.dial('61491570156', options)).error).toMatchObject(forbidden);
  });
});

describe('the carrier also refuses', () => {
  test('a wrong password, as one call', async () => {
    const user = { ...lab.trunk.users.standard, password: 'wrong' };
    expect((await caller.dial('0255500100', { user })).error?.text).toMatch(/max auth retry/);
    const calls = await callsTo('0255500100');
    expect(calls).toMatchObject([{ finalStatus: 407, answeredAt: null }]);
  });

  test.each([
    ['two account codes', { 'X-Account-Code': 'a', 'x-account-code': 'b' }, 'More than one account code'],
    ['an account code with a space', { 'X-Account-Code': 'a b' }, 'Bad account code'],
  ])('%s', async (_name, headers, reason) => {
    expect((await caller.dial('61491570156', { headers })).error).toMatchObject({ status: 400, reason });
  });
});
