import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  answerTheCanceled,
  demandLogin,
  LAB_NUMBERS,
  LOGIN_AT_PHONE,
  type RefuseOptions,
  refuse,
  refuseEveryLogin,
  ringForEver,
  startOutdial,
  tryForEver,
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
const OPERATOR = { blame: 'operator', retry: 'after_fix' };
const CALLEE = { blame: 'callee', retry: 'later' };
const CARRIER = { blame: 'carrier', retry: 'later' };
const CALLER = { blame: 'caller', retry: 'no' };
const DECLINED = { status: 'declined', end_reason: 'declined', blame: 'callee', retry: 'no' };
const failed = (end_reason: string, advice: { blame: string; retry: string }) => ({
  status: 'failed',
  end_reason,
  ...advice,
});
const noAnswer = (end_reason: string) => ({ status: 'no_answer', end_reason, ...CALLEE });

const RINGS: RefuseOptions = { ringMs: 500 };
const AT_ONCE: RefuseOptions = {};

/** `rang` is what the record says of ringing; `null` where a status makes what was seen worthless. */
type Refusal = readonly [number, string, RefuseOptions, boolean | null, Record<string, string>];

const REFUSALS: readonly Refusal[] = [
  [
    302,
    'Moved Temporarily',
    { headers: ['Contact: <sip:1@127.0.0.1>'] },
    false,
    failed('carrier_refused', OPERATOR),
  ],
  [400, 'Bad Request', AT_ONCE, false, failed('carrier_refused', OPERATOR)],
  [402, 'Payment Required', AT_ONCE, false, failed('carrier_refused', OPERATOR)],
  [403, 'Forbidden', RINGS, true, failed('carrier_refused', OPERATOR)],
  [404, 'Not Found', RINGS, null, failed('invalid_number', CALLER)],
  [408, 'Request Timeout', RINGS, true, noAnswer('no_answer')],
  [415, 'Unsupported Media Type', AT_ONCE, false, failed('codec_mismatch', OPERATOR)],
  [421, 'Extension Required', { headers: ['Require: timer'] }, false, failed('protocol_mismatch', OPERATOR)],
  [
    422,
    'Session Interval Too Small',
    { headers: ['Min-SE: 1800'] },
    false,
    failed('protocol_mismatch', OPERATOR),
  ],
  [480, 'Temporarily Unavailable', AT_ONCE, false, noAnswer('unavailable')],
  [484, 'Address Incomplete', AT_ONCE, null, failed('invalid_number', CALLER)],
  [486, 'Busy Here', RINGS, true, { status: 'busy', end_reason: 'busy', ...CALLEE }],
  [487, 'Request Terminated', RINGS, true, noAnswer('no_answer')],
  [488, 'Not Acceptable Here', AT_ONCE, false, failed('codec_mismatch', OPERATOR)],
  [500, 'Server Internal Error', AT_ONCE, null, failed('carrier_error', CARRIER)],
  [503, 'Service Unavailable', RINGS, null, failed('carrier_error', CARRIER)],
  [503, 'CPS limit exceeded', AT_ONCE, null, failed('carrier_rate_limited', CARRIER)],
  [600, 'Busy Everywhere', AT_ONCE, false, DECLINED],
  [603, 'Decline', RINGS, true, DECLINED],
  [608, 'Rejected', AT_ONCE, false, DECLINED],
];

const goMod = readFileSync(resolve(import.meta.dirname, '../../scripts/setup/livekit-sip/go.mod'), 'utf8');
const [, livekitSip = ''] = /github\.com\/livekit\/sip v(\d+\.\d+)/.exec(goMod) ?? [];
/** livekit-sip before 1.9 forgets an INVITE as it cancels it, and with it an answer that was on its way. */
const WATCHES_CANCELED = Number(livekitSip.split('.')[1]) >= 9;

let next = 0;
const spare = () => spareNumber(next++);

describe('what a carrier may do to a call', () => {
  const stack = useStack(() => MATRIX_ENV);
  const run = async (call: Omit<ScenarioCall, 'number'> & { number?: string }) => {
    const { record, legs } = await callScenario(stack, { number: spare(), ...call });
    return { record, leg: only(legs) };
  };
  const ringsFive = { ring_timeout_seconds: 5 };

  describe.concurrent('a call that is not answered', () => {
    test(
      'is given up after the time to ring when nothing but 100 was heard',
      async () => {
        const { record, leg } = await run({ name: 'try', scenario: tryForEver(), fields: ringsFive });
        expect(record.outcome).toMatchObject({
          ...failed('carrier_no_response', CARRIER),
          sip: { status: null },
          rang: false,
        });
        expect(leg).toMatchObject({ endedWith: 'CANCEL', finalStatus: 487, ringAt: null });
      },
      LIMIT_MS,
    );

    test.each([
      ['the time to ring', 5],
      ['SIP’s own limit of 32 s', 45],
    ])(
      'is given up after %s when the carrier says nothing at all',
      async (_limit, ring_timeout_seconds) => {
        const name = `silent-${ring_timeout_seconds}`;
        const number = LAB_NUMBERS.carrierSilent;
        const fields = { ring_timeout_seconds };
        const { record, leg } = await run({ name, number, scenario: null, fields, ends: false });
        expect(record.outcome).toMatchObject({
          ...failed('carrier_no_response', CARRIER),
          sip: { status: null },
          rang: false,
        });
        expect(leg).toMatchObject({ invites: 1, finalStatus: null, ringAt: null });
      },
      LIMIT_MS,
    );

    test(
      'rang for ever and was cancelled',
      async () => {
        const { record, leg } = await run({ name: 'ring', scenario: ringForEver(), fields: ringsFive });
        expect(record.outcome).toMatchObject({ ...noAnswer('no_answer'), sip: { status: null }, rang: true });
        expect(leg).toMatchObject({ endedWith: 'CANCEL', endedBy: 'caller', finalStatus: 487 });
      },
      LIMIT_MS,
    );

    test(
      'and is picked up while our CANCEL is on its way stays what the record says',
      async () => {
        const scenario = answerTheCanceled();
        const { record, leg } = await run({ name: 'race', scenario, fields: ringsFive });
        expect(record.outcome).toMatchObject({ ...noAnswer('no_answer'), rang: true, talk_ms: null });
        expect(leg).toMatchObject({ finalStatus: 200, endedWith: 'BYE' });
        const seen = messagesOf(leg);
        const after = seen.slice(seen.indexOf('callee INVITE 200'));
        expect(seen).toContain('caller CANCEL');
        if (WATCHES_CANCELED) expect(after).toEqual(expect.arrayContaining(['caller ACK', 'caller BYE']));
        else if (!after.includes('caller ACK')) {
          console.warn(
            `\nlivekit-sip ${livekitSip} left an answered leg alone: a 200 that crossed its CANCEL got neither ACK nor BYE. This is the known fault that 1.9 mends; run 1.9 or later.\n`,
          );
        }
      },
      LIMIT_MS,
    );

    test(
      'heard an announcement and was refused with 404 after it',
      async () => {
        const scenario = refuse(404, 'Not Found', { earlyMediaMs: 1_500 });
        const { record, leg } = await run({ name: 'early-404', scenario });
        expect(record.outcome).toMatchObject({
          ...failed('invalid_number', CALLER),
          sip: { status: 404 },
          rang: null,
        });
        expect(messagesOf(leg)).toContain('callee INVITE 183');
      },
      LIMIT_MS,
    );

    test.each([
      ['401-loop', refuseEveryLogin()],
      ['401-bare', refuse(401, 'Unauthorized')],
      ['407-bare', refuse(407, 'Proxy Authentication Required')],
    ])(
      'was asked for a login that no answer satisfies (%s)',
      async (name, scenario) => {
        const { record } = await run({ name, scenario, ends: false });
        expect(record.outcome).toMatchObject({ ...failed('carrier_auth_failed', OPERATOR), talk_ms: null });
      },
      LIMIT_MS,
    );

    test(
      'by the carrier without a login, whose phone asks for it, is answered in the same dialog',
      async () => {
        const scenario = demandLogin(stack.lab.trunk.users.standard, 1_000);
        const { record, leg } = await run({ name: 'phone-login', number: LOGIN_AT_PHONE, scenario });
        expect(record.outcome).toMatchObject({ end_reason: 'callee_hangup', sip: { status: 200 } });
        expect(leg).toMatchObject({ invites: 2, finalStatus: 200 });
        expect(messagesOf(leg)).toContain('callee INVITE 401');
      },
      LIMIT_MS,
    );

    test.each(REFUSALS)(
      'was refused with %i %s',
      async (status, reason, options, rings, expected) => {
        const name = `${status}-${reason.replaceAll(' ', '')}`;
        const { record, leg } = await run({ name, scenario: refuse(status, reason, options) });
        expect(record).toMatchObject({ status: expected.status, answered_at: null });
        expect(record.outcome).toMatchObject({
          ...expected,
          sip: { status, reason },
          hung_up_by: null,
          talk_ms: null,
        });
        // A refusal that comes at once can be faster than the agent's way into the room.
        const { sip, rang } = outcomeOf(record);
        expect([leg.callId, ...(options.ringMs === undefined ? [null] : [])]).toContain(sip.call_id);
        expect(options.ringMs === undefined ? [null, rings] : [rings]).toContain(rang);
        expect(leg).toMatchObject({
          finalStatus: status,
          endedBy: 'callee',
          endedWith: 'refusal',
          invites: 2,
        });
      },
      LIMIT_MS,
    );
  });

  test('a wrong password is told as such, after one dialog', async () => {
    const outdial = await startOutdial({
      dir: `${stack.lab.dir}/password`,
      env: { ...stack.lab.env, AGENT_NAME: 'agent-password', SIP_TRUNK_PASSWORD: 'wrong' },
    });
    try {
      const call = { name: 'password', number: LAB_NUMBERS.busy, scenario: null, ends: false };
      const { record, legs } = await callScenario({ lab: stack.lab, outdial }, call);
      expect(record.outcome).toMatchObject({ ...failed('carrier_auth_failed', OPERATOR), rang: false });
      // livekit-sip tries five times, in one dialog.
      expect(only(legs)).toMatchObject({ invites: 5, finalStatus: 407 });
    } finally {
      await outdial.stop();
    }
  }, 60_000);

  test('nothing is left when all are over', () => expectNothingLeft(stack), 30_000);
});
