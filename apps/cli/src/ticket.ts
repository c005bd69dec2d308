import type { Environment } from '@outdial/runtime';
import type { CallRecord } from './answers.ts';
import { CliError } from './errors.ts';
import { facts, printable, table } from './layout.ts';

/** What the environment adds to the record. */
export type TicketSide = {
  /** IANA name, for the local time beside UTC. */
  readonly timeZone: string;
  readonly trunk: string | null;
  readonly login: string | null;
  readonly liveKit: string | null;
  readonly country: string | null;
  /** In the words of who reports; `null`: from how the call ended. */
  readonly expected: string | null;
};

const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

/**
 * What the environment says for a ticket.
 *
 * @throws CliError for a time zone that does not exist.
 */
export const ticketSide = (env: Environment, zone?: string, expected?: string): TicketSide => {
  const timeZone = zone ?? env.CALLING_TIMEZONE ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!isZone(timeZone)) {
    throw new CliError(`There is no time zone "${timeZone}"; write one as Australia/Brisbane.`);
  }
  return {
    timeZone,
    trunk: env.SIP_TRUNK_HOST ?? env.SIP_TRUNK_ID ?? null,
    login: env.SIP_TRUNK_USERNAME ?? null,
    liveKit: env.LIVEKIT_URL === undefined ? null : env.LIVEKIT_URL.replace(/^\w+:\/\//, ''),
    country: env.SIP_DESTINATION_COUNTRY ?? null,
    expected: expected ?? null,
  };
};

const expectedOf = (call: CallRecord): string => {
  const reason = call.outcome?.end_reason ?? '';
  switch (reason) {
    case 'caller_id_rejected':
      return 'The caller ID is taken as approved for this trunk, and the call goes on to the destination.';
    case 'carrier_auth_failed':
      return 'The login is accepted.';
    case 'carrier_rate_limited':
      return 'The call is within the channels and calls per second that were agreed.';
    case 'codec_mismatch':
      return 'One of the codecs that we offer is taken.';
    case 'protocol_mismatch':
      return 'The call is taken without session timer and 100rel, which we do not support.';
    case 'invalid_number':
      return 'The number exists and is reached.';
    case 'media_timeout':
      return 'RTP comes for as long as the call lasts.';
    case 'carrier_no_response':
      return 'A provisional answer within a few seconds, then a final one.';
    default:
      return 'The call goes to the destination, with 180 while it rings and 200 when it is answered.';
  }
};

const MOMENTS = [
  ['dialled', 'dialing_at'],
  ['ringing seen', 'ringing_at'],
  ['answered', 'answered_at'],
  ['ended', 'ended_at'],
] as const;

const localTime = (iso: string, timeZone: string): string =>
  new Intl.DateTimeFormat('en-AU', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
    hourCycle: 'h23',
  }).format(new Date(iso));

const yesNo = (value: boolean | null | undefined): string => {
  if (value === null || value === undefined) return 'not known';
  return value ? 'yes' : 'no';
};

const status = (code: number | null | undefined, reason: string | null | undefined): string =>
  code === null || code === undefined ? 'no final answer seen' : `${code} ${reason ?? ''}`.trim();

/**
 * The fault report that a carrier asks for. It names the numbers in full, as the carrier finds a call by them.
 *
 * @throws CliError for a call that was never dialled, or whose numbers were deleted.
 */
export const ticketLines = (call: CallRecord, side: TicketSide): string => {
  if (call.dialing_at === null) {
    throw new CliError(
      `${call.id} was never dialled (${call.status}), so the carrier has not seen it: there is nothing to report.`,
    );
  }
  if (call.purged_at !== null && call.purged_at !== undefined) {
    throw new CliError(`The numbers of ${call.id} were deleted; the carrier could not find the call.`);
  }
  const legs = call.legs ?? [];
  const callee = legs.find((leg) => leg.identity === 'callee');
  const sip = call.outcome?.sip ?? null;
  const moments = MOMENTS.flatMap(([what, field]) => {
    const at = call[field];
    return at === null ? [] : [[what, at, localTime(at, side.timeZone)]];
  });
  const main = facts([
    ['direction', 'outgoing: from us, over your trunk'],
    ['from (caller ID)', call.caller_id],
    ['display name', call.caller_name ?? null],
    ['to', call.destination],
    ['account code', call.account_code],
    ['Call-ID', sip?.call_id ?? callee?.sip_call_id ?? 'not seen; please look by time and numbers'],
    ['final answer', status(sip?.status ?? callee?.sip_status, sip?.reason ?? callee?.sip_reason)],
    ['ringing seen', yesNo(call.outcome?.rang)],
    ['our reading', call.outcome === null ? call.status : `${call.status}, ${call.outcome.end_reason}`],
    [
      'transfer',
      call.outcome?.transfer ? `${call.outcome.transfer.target}: ${call.outcome.transfer.result}` : null,
    ],
  ]);
  const ours = facts([
    ['trunk', side.trunk],
    ['login', side.login],
    ['SIP service', side.liveKit === null ? 'livekit-sip' : `livekit-sip of ${side.liveKit}`],
    ['placed near', side.country],
  ]);
  const others = legs.filter((leg) => leg.identity !== 'callee');
  const legTable =
    others.length === 0
      ? []
      : [
          '',
          'Further legs of the same call:',
          table(
            ['LEG', 'CALL-ID', 'FINAL ANSWER'],
            others.map((leg) => [leg.identity, leg.sip_call_id, status(leg.sip_status, leg.sip_reason)]),
          ),
        ];
  return [
    `Fault report, our reference ${call.id}`,
    '',
    main,
    '',
    table(['WHEN', 'UTC', side.timeZone], moments),
    '',
    'Our side:',
    ours,
    ...legTable,
    '',
    `What we expected: ${printable(side.expected ?? expectedOf(call))}`,
    `What we saw: ${printable(call.outcome?.message ?? `The call is still ${call.status}.`)}`,
  ].join('\n');
};
