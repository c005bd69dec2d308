import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EndReason } from './end-reason.ts';
import { endReasonForSip } from './sip-status.ts';

const ask = (sipStatus: number | null, sipReason: string | null = null, rang = false) =>
  endReasonForSip({ sipStatus, sipReason, rang, errorText: null });

// The whole table: every final status has exactly one row. A range is inclusive.
const TABLE: readonly (readonly [number, number, EndReason])[] = [
  [300, 400, 'carrier_refused'],
  [401, 401, 'carrier_auth_failed'],
  [402, 403, 'carrier_refused'],
  [404, 404, 'invalid_number'],
  [405, 406, 'carrier_refused'],
  [407, 407, 'carrier_auth_failed'],
  [408, 408, 'no_answer'],
  [409, 409, 'carrier_refused'],
  [410, 410, 'invalid_number'],
  [411, 414, 'carrier_refused'],
  [415, 415, 'codec_mismatch'],
  [416, 419, 'carrier_refused'],
  [420, 422, 'protocol_mismatch'],
  [423, 432, 'carrier_refused'],
  [433, 433, 'caller_id_rejected'],
  [434, 435, 'carrier_refused'],
  [436, 438, 'caller_id_rejected'],
  [439, 479, 'carrier_refused'],
  [480, 480, 'unavailable'],
  [481, 483, 'carrier_refused'],
  [484, 484, 'invalid_number'],
  [485, 485, 'carrier_refused'],
  [486, 486, 'busy'],
  [487, 487, 'no_answer'],
  [488, 488, 'codec_mismatch'],
  [489, 493, 'carrier_refused'],
  [494, 494, 'protocol_mismatch'],
  [495, 499, 'carrier_refused'],
  [500, 599, 'carrier_error'],
  [600, 603, 'declined'],
  [604, 604, 'invalid_number'],
  [605, 605, 'declined'],
  [606, 606, 'codec_mismatch'],
  [607, 699, 'declined'],
];

describe('every final status', () => {
  test('has exactly one row', () => {
    const covered = TABLE.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
    expect(covered).toEqual(Array.from({ length: 400 }, (_, i) => 300 + i));
  });

  test.each(TABLE)('%d to %d: %s', (from, to, endReason) => {
    for (let status = from; status <= to; status += 1) {
      for (const rang of [true, false]) {
        const found = ask(status, 'Some Phrase', rang);
        expect(found.end_reason, String(status)).toBe(endReason);
        expect(found.message).toContain(`[SIP ${status} Some Phrase].`);
      }
    }
  });
});

describe('403 depends on its phrase', () => {
  test.each([
    'Forbidden auth ID',
    'forbidden AUTH-ID',
    'Auth_ID not allowed',
    'CLI not allowed',
    'Invalid CLI',
    'CLID rejected',
    'Caller not permitted',
    'Invalid Caller-ID',
    'Bad CallerID',
    'Unknown identity',
    'P-Asserted-Identity missing',
    'Calling number barred',
  ])('%s: caller_id_rejected', (phrase) => {
    expect(ask(403, phrase).end_reason).toBe('caller_id_rejected');
  });
  test.each([
    null,
    '',
    'Forbidden',
    'Client not registered',
    'Destination barred',
    'No credit',
    'Authorization failed',
    'Climate',
  ])('%j: carrier_refused', (phrase) => {
    expect(ask(403, phrase).end_reason).toBe('carrier_refused');
  });
  test('other statuses do not', () => {
    expect(ask(402, 'Forbidden auth ID').end_reason).toBe('carrier_refused');
    expect(ask(603, 'Caller rejected').end_reason).toBe('declined');
  });
});

describe('5xx depends on its phrase', () => {
  test.each([
    'CPS limit exceeded',
    'Concurrent call limit exceeded',
    'Too many concurrent calls',
    'Too many calls',
    'Calls per second exceeded',
    'Rate limit',
    'rate-limited',
    'Channel limit reached',
    'Maximum channels in use',
    'Request throttled',
  ])('%s: carrier_rate_limited', (phrase) => {
    for (const status of [500, 503, 599]) expect(ask(status, phrase).end_reason).toBe('carrier_rate_limited');
  });
  test.each([null, 'Service Unavailable', 'Server Internal Error', 'Server Time-out', 'Bad Gateway'])(
    '%j: carrier_error',
    (phrase) => {
      expect(ask(503, phrase).end_reason).toBe('carrier_error');
    },
  );
  test('4xx does not', () => {
    expect(ask(480, 'CPS limit exceeded').end_reason).toBe('unavailable');
  });
});

describe('without a status the text of LiveKit decides', () => {
  const read = (errorText: string | null, rang = false) =>
    endReasonForSip({ sipStatus: null, sipReason: null, rang, errorText }).end_reason;

  test.each<[string, EndReason]>([
    ['max auth retry attempts reached for SIP invite', 'carrier_auth_failed'],
    ['sip server required auth, but no username or password was provided', 'carrier_auth_failed'],
    ['no auth header in sip invite response', 'carrier_auth_failed'],
    ['invalid challenge "Basic": digest: bad challenge', 'carrier_auth_failed'],
    ['common audio codec not found', 'codec_mismatch'],
    ['no common encryption profiles', 'codec_mismatch'],
    ['no audio in sdp', 'codec_mismatch'],
    ['requested sip trunk does not exist', 'trunk_misconfigured'],
    ['missing sip trunk id and sip number', 'trunk_misconfigured'],
    ['no trunk numbers specified', 'trunk_misconfigured'],
    ['no outbound address specified', 'trunk_misconfigured'],
    ['no outbound hostname specified', 'trunk_misconfigured'],
    ['trunk hostname should be a hostname or IP, not SIP URI', 'trunk_misconfigured'],
    ['trunk hostname should not contain transport parameter', 'trunk_misconfigured'],
    ["invalid request URI: address must be a hostname without 'sip:' prefix", 'trunk_misconfigured'],
    ['invalid request URI: invalid port in hostname: "sip"', 'trunk_misconfigured'],
    ['fail to resolve target for "sip.nowhere": lookup sip.nowhere: no such host', 'trunk_misconfigured'],
    ['dial tcp: lookup sip.nowhere on 127.0.0.53:53: read udp: i/o timeout', 'trunk_misconfigured'],
    ['TLS dial err=tls: failed to verify certificate: x509: unknown authority', 'trunk_misconfigured'],
    ['size of packet larger than MTU', 'trunk_misconfigured'],
    ['TCP dial err=dial tcp 127.0.0.1:1: connect: connection refused', 'carrier_no_response'],
    ['TCP dial err=dial tcp 192.0.2.1:5060: i/o timeout', 'carrier_no_response'],
    ['invalid API key: APIxxx', 'livekit_rejected'],
    ['invalid authorization token', 'livekit_rejected'],
    ['permissions denied', 'livekit_rejected'],
    ['no response from servers', 'sip_unavailable'],
    ['cpu exhausted', 'sip_unavailable'],
    ['sip not connected (redis required)', 'sip_unavailable'],
    ['connect ECONNREFUSED 127.0.0.1:7880', 'sip_unavailable'],
    ['getaddrinfo ENOTFOUND livekit.example', 'sip_unavailable'],
    ['service shutting down', 'outcome_unknown'],
    ['request timed out', 'outcome_unknown'],
    ['context deadline exceeded', 'outcome_unknown'],
    ['fetch failed', 'outcome_unknown'],
    ['something nobody has seen before', 'outcome_unknown'],
  ])('%s: %s, rung or not', (text, endReason) => {
    expect(read(text, false)).toBe(endReason);
    expect(read(text, true)).toBe(endReason);
    expect(read(`twirp error: ${text.toUpperCase()}`)).toBe(endReason);
  });

  test.each([
    'sip request timed out',
    'transaction failed to complete (0 intermediate responses)',
    'transaction failed to complete (2 intermediate responses)',
    '',
    null,
  ])('%j: whether it rang', (text) => {
    expect(read(text, true)).toBe('no_answer');
    expect(read(text, false)).toBe('carrier_no_response');
  });

  test.each<[string, EndReason, string]>([
    ['INVITE failed: sip status: 486: Busy Here', 'busy', '[SIP 486 Busy Here]'],
    [
      'unexpected status from INVITE response: sip status: 403: Forbidden (CLI)',
      'caller_id_rejected',
      '[SIP 403 Forbidden (CLI)]',
    ],
    ['sip status 503: CPS limit exceeded', 'carrier_rate_limited', '[SIP 503 CPS limit exceeded]'],
    ['SIP call failed: 603 Decline', 'declined', '[SIP 603 Decline]'],
    ['sip status: 404 (NOTFOUND)', 'invalid_number', '[SIP 404 (NOTFOUND)]'],
  ])('a status in the text counts: %s', (text, endReason, said) => {
    const found = endReasonForSip({ sipStatus: null, sipReason: null, rang: false, errorText: text });
    expect(found.end_reason).toBe(endReason);
    expect(found.message).toContain(said);
  });

  test.each([0, 100, 180, 200, 299, 700, 486.5, Number.NaN])('%d is no final refusal', (status) => {
    expect(
      endReasonForSip({ sipStatus: status, sipReason: null, rang: true, errorText: null }).end_reason,
    ).toBe('no_answer');
  });
});

describe('messages', () => {
  test('a refused caller ID is named, with what to set', () => {
    const failure = { sipStatus: 403, sipReason: 'Forbidden auth ID', rang: false, errorText: null };
    expect(endReasonForSip(failure, { callerId: 'LiveKitNehosHosted' }).message).toBe(
      'The carrier refused the caller ID "LiveKitNehosHosted"; set caller_id in the request, or SIP_FROM_NUMBER, to a number that the carrier approved for this trunk [SIP 403 Forbidden auth ID].',
    );
    expect(endReasonForSip(failure).message).toContain('the caller ID of this call');
    expect(endReasonForSip(failure, { callerId: '$&$1' }).message).toContain('"$&$1"');
  });

  test('an unexplained 403 lists the four usual causes', () => {
    const { message } = ask(403, 'Forbidden');
    for (const cause of [
      'caller ID is not approved',
      'source address',
      'destination is barred',
      'no credit',
    ]) {
      expect(message).toContain(cause);
    }
  });

  test('are one clean line whatever came over the wire, and nothing throws', () => {
    const text = fc.option(fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(
        fc.option(fc.oneof(fc.integer({ min: 290, max: 710 }), fc.double())),
        text,
        fc.boolean(),
        text,
        fc.string({ unit: 'binary' }),
        (sipStatus, sipReason, rang, errorText, callerId) => {
          const { message } = endReasonForSip({ sipStatus, sipReason, rang, errorText }, { callerId });
          expect(message).toMatch(/^[A-Z].*\.$/u);
          expect(message).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
          expect(message.length).toBeLessThan(600);
        },
      ),
    );
  });
});
