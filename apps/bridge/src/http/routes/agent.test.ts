import { signReport } from '@outdial/runtime';
import { makeOutcome } from '@outdial/telephony';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aNewCall, TOKEN } from '../../../test/fixtures.ts';
import { AGENT_SECRET, SECRET, startTestBridge, type TestBridge } from '../../../test/test-bridge.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge?.close());
beforeEach(() => bridge.clear());

const dispatched = async (): Promise<string> => {
  const { id } = await bridge.calls.transaction((tx) => tx.insert(aNewCall()));
  await bridge.start();
  return id;
};
const ask = (id: string, change: object = {}) =>
  bridge.agent(`/agent/calls/${id}/grant`, { token: TOKEN, dispatch: 1, job_id: 'AJ_1', ...change });
const say = (id: string, report: object) =>
  bridge.agent(`/agent/calls/${id}/reports`, { token: TOKEN, at_ms: 10, ...report });
const record = async (id: string) => (await bridge.get(`/calls/${id}`)).json();
const granted = async () => {
  const id = await dispatched();
  await ask(id);
  return id;
};
const cancel = (id: string) => bridge.post(`/calls/${id}/cancel`);

/** A reason, when it is given, and how to get there: the call and what is asked otherwise. */
type Refusal = readonly [string, string, () => Promise<readonly [string, object]>];

describe('the grant', () => {
  test('lets the job dial and tells it everything', async () => {
    const id = await dispatched();
    const answer = await ask(id);
    expect(answer.statusCode).toBe(200);
    const { dial_within_ms, ...rest } = answer.json();
    expect(dial_within_ms).toBeGreaterThan(0);
    expect(dial_within_ms).toBeLessThanOrEqual(3_000);
    expect(rest).toEqual({
      granted: true,
      call: {
        id,
        destination: '+61491570156',
        account_code: 'em-tech-01',
        transfer_target: 'tel:+61255500100',
        caller_id: 'LiveKitNehosHosted',
        caller_name: 'LiveKit Nehos Hosted',
        ring_timeout_seconds: 45,
        max_call_seconds: 840,
        voicemail: 'hang_up',
        record: false,
        playbook: expect.objectContaining({
          name: 'default',
          greeting: 'Hello',
          transfer_targets: [{ name: 'default', description: null, uri: 'tel:+61255500100' }],
        }),
      },
    });
    expect(await record(id)).toMatchObject({ status: 'dialing', dialing_at: expect.any(String) });
  });

  test('is the same for the same token, with the time that is left', async () => {
    const id = await granted();
    await sql`update calls set grant_expires_at = now() where id = ${id}`.execute(bridge.database);
    const again = await ask(id);
    expect(again.statusCode).toBe(200);
    expect(again.json()).toMatchObject({ granted: true, dial_within_ms: 0 });
  });

  test.each([
    ['taken', 'another job has it', async () => [await granted(), { token: 'token-of-another-job' }]],
    ['taken', 'the dispatch is an older one', async () => [await dispatched(), { dispatch: 2 }]],
    [
      'canceled',
      'the call was canceled before the grant',
      async () => {
        const id = await dispatched();
        await cancel(id);
        return [id, {}];
      },
    ],
    [
      'canceled',
      'the call was canceled after the grant',
      async () => {
        const id = await granted();
        await cancel(id);
        return [id, {}];
      },
    ],
    [
      'final',
      'the call is over',
      async () => {
        const id = await granted();
        await say(id, { seq: 1, type: 'ended', outcome: makeOutcome('busy') });
        return [id, {}];
      },
    ],
    [
      'expired',
      'not_after is over',
      async () => {
        const id = await dispatched();
        await sql`update calls set not_after = now() where id = ${id}`.execute(bridge.database);
        return [id, {}];
      },
    ],
  ] as readonly Refusal[])('is refused, %s: %s', async (reason, _name, prepare) => {
    const [id, change] = await prepare();
    const answer = await ask(id, change);
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toEqual({ granted: false, reason });
  });

  test.each([{ dispatch: 2 ** 31 }, { job_id: '\0' }, { token: '\ud800'.repeat(16) }])(
    'asked for with %j is refused',
    async (change) => {
      expect((await ask(await dispatched(), change)).statusCode).toBe(400);
    },
  );

  test('of no such call is 404', async () => {
    expect((await ask('call_none')).statusCode).toBe(404);
  });
});

describe('reports', () => {
  test('move the record to its end', async () => {
    const id = await granted();
    const leg = {
      identity: 'callee',
      participant_sid: 'PA_1',
      sip_call_id: 'abc',
      sip_status: null,
      sip_reason: null,
    };
    const outcome = makeOutcome('transferred', {
      talk_ms: 5,
      transfer: { target: 'tel:+61255500100', mode: 'refer', result: 'confirmed' },
    });
    const wakes = bridge.wakes;
    for (const [seq, report] of [
      { type: 'leg', leg },
      { type: 'ringing' },
      { type: 'answered' },
      { type: 'alive' },
      { type: 'transfer', transfer: outcome.transfer },
      { type: 'ended', outcome },
    ].entries()) {
      const answer = await say(id, { seq: seq + 1, ...report });
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toEqual({ cancel: false });
    }
    expect(await record(id)).toMatchObject({
      status: 'completed',
      legs: [leg],
      ringing_at: expect.any(String),
      answered_at: expect.any(String),
      ended_at: expect.any(String),
      // The outcome did not name the leg; the record knows it.
      outcome: { ...outcome, sip: { ...outcome.sip, call_id: 'abc' } },
    });
    expect(bridge.wakes).toBe(wakes + 1);
  });

  test('repeated and late ones change nothing at all, and a call that is over asks to hang up', async () => {
    const id = await granted();
    await say(id, { seq: 2, type: 'ended', outcome: makeOutcome('busy') });
    const before = await record(id);
    const again = await say(id, { seq: 2, type: 'ended', outcome: makeOutcome('declined') });
    const other = await say(id, { seq: 3, type: 'ended', outcome: makeOutcome('declined') });
    const late = await say(id, { seq: 1, type: 'answered' });
    const transfer = { target: 'tel:+61255500100', mode: 'refer', result: 'confirmed' };
    const ringing = await say(id, { seq: 4, type: 'ringing' });
    const moved = await say(id, { seq: 5, type: 'transfer', transfer });
    const undialed = await say(id, { seq: 6, type: 'not_dialed', message: 'too late' });
    for (const answer of [again, other, late, ringing, moved, undialed]) {
      expect(answer.json()).toEqual({ cancel: true });
    }
    expect(await record(id)).toEqual(before);
  });

  test('are answered with cancel once it was asked for', async () => {
    const id = await granted();
    await cancel(id);
    expect((await say(id, { seq: 1, type: 'alive' })).json()).toEqual({ cancel: true });
  });

  test('keep the lease', async () => {
    const id = await granted();
    await sql`update calls set last_alive_at = now() - interval '20 s' where id = ${id}`.execute(
      bridge.database,
    );
    expect(await bridge.calls.findLeasesOver(8_000)).toHaveLength(1);
    await say(id, { seq: 1, type: 'alive' });
    expect(await bridge.calls.findLeasesOver(8_000)).toEqual([]);
  });

  test('of a job without the grant are refused', async () => {
    const id = await granted();
    const answer = await say(id, { seq: 1, type: 'answered', token: 'token-of-another-job' });
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({ code: 'grant_not_held' });
    expect((await say('call_none', { seq: 1, type: 'alive' })).statusCode).toBe(404);
  });

  test.each([
    ['U+0000', { message: 'a\0b' }],
    ['half a character', { message: '\ud800' }],
    ['a number beyond the column', { seq: 2 ** 31, message: 'late' }],
  ])('with %s are refused', async (_name, change) => {
    const answer = await say(await granted(), { seq: 1, type: 'not_dialed', ...change });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'validation_failed' });
  });

  test.each([
    ['of no known type', { seq: 1, type: 'hello' }],
    ['without a number', { type: 'alive' }],
    [
      'with an outcome that contradicts itself',
      { seq: 1, type: 'ended', outcome: { ...makeOutcome('busy'), status: 'completed' } },
    ],
  ])('%s are refused', async (_name, report) => {
    expect((await say(await granted(), report)).statusCode).toBe(400);
  });
});

describe('a second leg', () => {
  const askLeg = (id: string, change: object = {}) =>
    bridge.agent(`/agent/calls/${id}/legs`, { token: TOKEN, target: 'default', ...change });

  test('is granted with its target, and refused with a reason', async () => {
    const id = await granted();
    const answer = await askLeg(id);
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { granted: true, dial_within_ms: expect.any(Number), target: 'tel:+61255500100' },
    ]);
    const refused = await askLeg(id, { target: 'nobody' });
    expect([refused.statusCode, refused.json()]).toEqual([
      403,
      { granted: false, reason: 'unknown_target', after_ms: null, message: null },
    ]);
  });

  test('is for the holder of the grant, of a call there is', async () => {
    const id = await granted();
    const answer = await askLeg(id, { token: 'token-of-another-job' });
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'grant_not_held']);
    expect((await askLeg('call_none')).statusCode).toBe(404);
    // The model names a target; a number is no name.
    expect((await askLeg(id, { target: '+61190012345' })).statusCode).toBe(400);
  });
});

describe('signatures', () => {
  const ID = 'call_none.1';
  const body = JSON.stringify({ token: TOKEN, dispatch: 1, job_id: 'AJ_1' });
  const send = (headers: Record<string, string>, payload: string | undefined = body) =>
    bridge.app.inject({
      method: 'POST',
      url: '/agent/calls/call_none/grant',
      headers: { 'content-type': 'application/json', ...headers },
      ...(payload === undefined ? {} : { payload }),
    });

  test.each([
    ['no signature', {}],
    ['another secret', signReport('x'.repeat(40), ID, body)],
    ['a signature of another body', signReport(AGENT_SECRET, ID, `${body} `)],
    ['an old signature', signReport(AGENT_SECRET, ID, body, new Date(Date.now() - 600_000))],
    ['a signature for another call', signReport(AGENT_SECRET, 'call_nonesuch.1', body)],
    ['a signature for no call', signReport(AGENT_SECRET, 'msg_1', body)],
    ['an API key', { authorization: `Bearer ${SECRET}` }],
  ])('%s is 401', async (_name, headers) => {
    const answer = await send({ ...headers });
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toMatchObject({ code: 'signature_invalid' });
  });

  test('what is no JSON is 401 unsigned, and 400 signed', async () => {
    expect((await send({}, '{')).statusCode).toBe(401);
    expect((await send({ ...signReport(AGENT_SECRET, ID, '{') }, '{')).statusCode).toBe(400);
  });

  test('no body at all is 401', async () => {
    const answer = await bridge.app.inject({ method: 'POST', url: '/agent/calls/call_none/grant' });
    expect(answer.statusCode).toBe(401);
  });

  test('the routes are not on the public page', async () => {
    const page = (await bridge.get('/openapi.json')).json();
    expect(Object.keys(page.paths).filter((path) => path.startsWith('/agent'))).toEqual([]);
  });
});
