import { HEARD_WHOLE, similarity } from '@outdial/lab';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectNoJobs, expectNoRooms, only, type PlacedCall, placeCall, useStack } from '../src/stack.ts';

const ANSWERS = '0491 570 156';
const TARGET = '02 5550 0100';

describe('one real call, to a phone that answers and asks to be transferred', () => {
  const stack = useStack();
  let call: PlacedCall;

  beforeAll(async () => {
    call = await placeCall(stack, {
      destination: ANSWERS,
      account_code: 'em-tech-01',
      transfer_target: TARGET,
      caller_id: 'LiveKitNehosHosted',
      caller_name: 'LiveKit Nehos Hosted',
      metadata: { invoice: 4711 },
    });
  }, 90_000);

  test('the record ends completed, transferred, with every time in order', () => {
    expect(call.record).toMatchObject({
      status: 'completed',
      destination: '+61491570156',
      account_code: 'em-tech-01',
      caller_id: 'LiveKitNehosHosted',
      caller_id_source: 'request',
      metadata: { invoice: 4711 },
      outcome: {
        end_reason: 'transferred',
        blame: null,
        retry: 'no',
        hung_up_by: 'agent',
        sip: { status: 200 },
        transfer: { target: 'tel:+61255500100', mode: 'refer' },
      },
    });
    const times = ['created_at', 'dispatched_at', 'dialing_at', 'ringing_at', 'answered_at', 'ended_at'].map(
      (name) => Date.parse(String(call.record[name])),
    );
    expect(times).not.toContain(Number.NaN);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('the carrier saw one INVITE dialog with the right numbers, name and one account code', () => {
    const dialed = only(call.dialed);
    expect(dialed.requestUri).toMatch(/^sip:61491570156@/);
    expect(dialed.fromUser).toBe('LiveKitNehosHosted');
    expect(dialed.fromDisplay).toBe('LiveKit Nehos Hosted');
    expect(dialed.headers['X-Account-Code']).toEqual(['em-tech-01']);
    expect(dialed.finalStatus).toBe(200);
  });

  test("the record's Call-ID is the one on the wire", () => {
    expect(call.record.outcome).toMatchObject({ sip: { call_id: only(call.dialed).callId } });
  });

  test('the REFER names the target and carries the account code, and led to one new leg with it', () => {
    const { refer } = only(call.dialed);
    expect(refer?.referTo).toBe('tel:+61255500100');
    expect(refer?.headers['X-Account-Code']).toEqual(['em-tech-01']);
    expect(refer?.status).toBe(202);
    const target = only(call.transferred);
    expect(target.headers['X-Account-Code']).toEqual(['em-tech-01']);
    expect(target.finalStatus).toBe(200);
  });

  test('the phone heard the greeting whole', async () => {
    const greeting = stack.lab.speech.tts.spoken()[0];
    const { heard } = await stack.lab.phones.callOf(only(call.dialed).callId);
    if (greeting === undefined || heard === null) throw new Error('No greeting or no recording.');
    const match = await similarity(heard, greeting.file);
    expect(match.score).toBeGreaterThan(HEARD_WHOLE);
  });

  test('the speech servers had nothing to object to', () => {
    expect(stack.lab.speech.violations).toEqual([]);
  });

  test('the four DEBUG lines are in the log, and no number is', () => {
    const log = stack.outdial.log('agent');
    const messages = log
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages).toEqual(
      expect.arrayContaining([
        'parsed job metadata',
        'dialing destination',
        'outbound SIP call initiated',
        'using Cartesia TTS with custom API key',
      ]),
    );
    for (const text of [log, stack.outdial.log('bridge')]) {
      for (const number of ['491570156', '255500100', '255500199']) expect(text).not.toContain(number);
      expect(text).not.toContain('LiveKit Nehos Hosted');
    }
  });

  test('no room and no job is left', async () => {
    await expectNoRooms(stack);
    await expectNoJobs(stack);
  }, 30_000);
});
