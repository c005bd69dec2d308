import {
  answerThen,
  answerThenHangUp,
  ask,
  FALL_SILENT,
  hangUp,
  offerAnew,
  pause,
  replyInDialog,
  send,
} from '@outdial/lab';
import { describe, expect, test } from 'vitest';
import {
  callScenario,
  expectNothingLeft,
  MATRIX_ENV,
  messagesOf,
  outcomeOf,
  type ScenarioCall,
  spareNumber,
} from '../src/scenario-call.ts';
import { only, useStack } from '../src/stack.ts';

const LIMIT_MS = 150_000;
const CALLEE_HANGUP = { end_reason: 'callee_hangup', blame: null, retry: 'no', hung_up_by: 'callee' };
const MEDIA_TIMEOUT = { end_reason: 'media_timeout', blame: 'carrier', retry: 'no', hung_up_by: 'carrier' };
const ANSWERED = { sip: { status: 200, reason: 'OK' }, rang: true };
const BY_US = { endedWith: 'BYE', endedBy: 'caller' };
/** Waits for our BYE and takes it. */
const TAKE_BYE = ['<recv request="BYE"/>', send(replyInDialog('200 OK'))];

let next = 0;

describe('what a carrier may do in a call that is answered', () => {
  const stack = useStack(() => MATRIX_ENV);
  const run = async (call: Omit<ScenarioCall, 'number'>) => {
    const { record, legs } = await callScenario(stack, { number: spareNumber(next++), ...call });
    expect(record.status).toBe(call.name === 'g729' ? 'failed' : 'completed');
    return { record, leg: only(legs) };
  };

  describe.concurrent('a call', () => {
    test(
      'without any sound is ended by LiveKit after 30 s',
      async () => {
        const scenario = answerThen('no sound', TAKE_BYE, { silent: true });
        const { record, leg } = await run({ name: 'no-media', scenario });
        expect(record.outcome).toMatchObject({ ...MEDIA_TIMEOUT, ...ANSWERED });
        expect(outcomeOf(record).talk_ms).toBeGreaterThan(29_000);
        expect(leg).toMatchObject(BY_US);
      },
      LIMIT_MS,
    );

    test(
      'and whose sound stops is ended by LiveKit 15 s later',
      async () => {
        const scenario = answerThen('sound stops', [pause(3_000), FALL_SILENT, ...TAKE_BYE]);
        const { record, leg } = await run({ name: 'media-stops', scenario });
        expect(record.outcome).toMatchObject({ ...MEDIA_TIMEOUT, ...ANSWERED });
        expect(outcomeOf(record).talk_ms).toBeGreaterThan(17_000);
        expect(leg).toMatchObject(BY_US);
      },
      LIMIT_MS,
    );

    test(
      'by a phone that ignores our BYE ends all the same',
      async () => {
        const scenario = answerThen('ignores BYE', ['<recv request="BYE"/>', pause(20_000)]);
        const { record, leg } = await run({ name: 'bye-lost', scenario, fields: { max_call_seconds: 10 } });
        expect(record.outcome).toMatchObject({
          end_reason: 'max_duration',
          hung_up_by: 'agent',
          ...ANSWERED,
        });
        // The maximum, and the goodbye that is said then.
        expect(outcomeOf(record).talk_ms).toBeLessThan(20_000);
        expect(leg).toMatchObject(BY_US);
        expect(messagesOf(leg)).not.toContain('callee BYE 200');
      },
      LIMIT_MS,
    );

    test(
      'is refreshed, put on hold and taken back by the carrier and goes on',
      async () => {
        const offers = (['sendrecv', 'sendonly', 'inactive', 'sendrecv'] as const).flatMap((direction, n) => [
          offerAnew(n + 1, direction),
          pause(700),
        ]);
        const scenario = answerThen('offers anew', [pause(1_000), ...offers, hangUp(9)]);
        const { record, leg } = await run({ name: 'hold', scenario });
        expect(record.outcome).toMatchObject({ ...CALLEE_HANGUP, ...ANSWERED });
        expect(messagesOf(leg).filter((message) => message === 'caller INVITE 200')).toHaveLength(4);
      },
      LIMIT_MS,
    );

    test(
      'in which the carrier asks OPTIONS, INFO, UPDATE and MESSAGE goes on',
      async () => {
        const asked = [
          ask('OPTIONS', 1, 200),
          ask('INFO', 2, 405),
          ask('UPDATE', 3, 405),
          ask('MESSAGE', 4, 405),
        ];
        const scenario = answerThen('asks', [pause(1_000), ...asked, pause(500), hangUp(9)]);
        const { record, leg } = await run({ name: 'asked', scenario });
        expect(record.outcome).toMatchObject({ ...CALLEE_HANGUP, ...ANSWERED });
        const answers = ['caller OPTIONS 200', 'caller INFO 405', 'caller UPDATE 405', 'caller MESSAGE 405'];
        expect(messagesOf(leg)).toEqual(expect.arrayContaining(answers));
      },
      LIMIT_MS,
    );

    test(
      'by a phone that knows PCMA alone is held in PCMA',
      async () => {
        const scenario = answerThen('PCMA', [pause(2_000), hangUp(1)]);
        const { record, leg } = await run({ name: 'pcma', scenario });
        expect(record.outcome).toMatchObject({ ...CALLEE_HANGUP, ...ANSWERED, blame: null });
        expect(leg.offeredCodecs).toEqual(['G722', 'PCMU', 'PCMA', 'telephone-event']);
        expect(leg).toMatchObject({ endedWith: 'BYE', endedBy: 'callee', invites: 2 });
      },
      LIMIT_MS,
    );

    test(
      'and hung up at once was answered, for no time at all',
      async () => {
        const { record, leg } = await run({
          name: 'instant',
          scenario: answerThenHangUp({ ringMs: 300, talkMs: 0 }),
        });
        expect(record.outcome).toMatchObject({ ...CALLEE_HANGUP, ...ANSWERED });
        expect(outcomeOf(record).talk_ms).toBeLessThan(3_000);
        expect(leg).toMatchObject({ endedWith: 'BYE', endedBy: 'callee' });
      },
      LIMIT_MS,
    );

    test(
      'with a codec that LiveKit does not have fails as such, hung up by LiveKit',
      async () => {
        const scenario = answerThen('G729', ['<recv request="BYE"/>'], { codec: 'G729' });
        const { record, leg } = await run({ name: 'g729', scenario });
        expect(record.outcome).toMatchObject({
          end_reason: 'codec_mismatch',
          blame: 'operator',
          retry: 'after_fix',
          talk_ms: null,
        });
        expect(leg).toMatchObject({ finalStatus: 200, endedWith: 'BYE', endedBy: 'caller' });
      },
      LIMIT_MS,
    );
  });

  test('nothing is left when all are over', () => expectNothingLeft(stack), 60_000);
});
