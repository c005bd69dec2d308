import type { Accepted, CallRecord, Checked, Purged, Transcript } from './answers.ts';
import { facts, printable, table } from './layout.ts';

const milliseconds = (value: number | null | undefined): string | null =>
  value === null || value === undefined ? null : `${value} ms`;

const joined = (...parts: readonly (string | number | null | undefined)[]): string | null => {
  const known = parts.filter((part) => part !== null && part !== undefined);
  return known.length === 0 ? null : known.join(' ');
};

const isKnown = (value: unknown): boolean => value !== null && value !== undefined;

/** One call: a line for each fact that is known. */
export const callLines = (call: CallRecord): string => {
  const { outcome } = call;
  return facts([
    ['call', call.id],
    ['status', joined(call.status, outcome && `(${outcome.end_reason})`)],
    ['outcome', outcome?.message ?? null],
    ['destination', call.destination],
    ['caller id', call.caller_id],
    ['account code', call.account_code],
    ['transfer target', call.transfer_target],
    ['attempt', call.attempt],
    ['retry of', call.retry_of],
    ['created', call.created_at],
    ['scheduled for', call.scheduled_for],
    ['dialing', call.dialing_at],
    ['ringing', call.ringing_at],
    ['answered', call.answered_at],
    ['cancel asked', call.cancel_requested_at],
    ['ended', call.ended_at],
    ['rang for', milliseconds(outcome?.ring_ms)],
    ['talked for', milliseconds(outcome?.talk_ms)],
    ['carrier said', joined(outcome?.sip?.status, outcome?.sip?.reason)],
    ['transfer', joined(outcome?.transfer?.result, outcome?.transfer?.target)],
    ['summary', call.summary ?? null],
    ['result', isKnown(call.result) ? JSON.stringify(call.result) : null],
    ['no result', call.result_problem ?? null],
    ['recording', call.recording_url ?? null],
    ['blame', outcome?.blame ?? null],
    ['call again', outcome?.retry ?? null],
  ]);
};

/** Calls, a row each. */
export const callTable = (calls: readonly CallRecord[]): string =>
  table(
    ['ID', 'STATUS', 'REASON', 'DESTINATION', 'ACCOUNT', 'CREATED'],
    calls.map((call) => [
      call.id,
      call.status,
      call.outcome?.end_reason ?? null,
      call.destination,
      call.account_code,
      call.created_at,
    ]),
  );

/** What became of a request for a call, in one line. */
export const acceptedLine = (accepted: Accepted): string => {
  const when = accepted.scheduled_for === null ? '' : `, scheduled for ${accepted.scheduled_for}`;
  const why = accepted.replayed
    ? '; this idempotency key had asked for it before'
    : accepted.duplicate_of === null
      ? ''
      : '; it had been asked for before, so no second call was made';
  return `${accepted.id} is ${accepted.status}${when}${why}`;
};

/** What was said, a line each: when, by whom, and whether they were cut off. */
export const transcriptLines = ({ turns }: Transcript): string =>
  turns.length === 0
    ? 'Nobody said anything.'
    : turns
        .map(({ at_ms, speaker, text, interrupted }) => {
          const at = `${(at_ms / 1000).toFixed(1)} s`.padStart(8);
          return `${at}  ${speaker.padEnd(6)}  ${printable(text)}${interrupted ? ' …' : ''}`;
        })
        .join('\n');

/** What a purge deleted, in one line. */
export const purgedLine = ({ calls, transcripts, recordings }: Purged): string =>
  `Deleted what ${calls} call${calls === 1 ? '' : 's'} said about people, with ${transcripts} transcript${transcripts === 1 ? '' : 's'} and ${recordings} recording${recordings === 1 ? '' : 's'}.`;

/** Every check of a dry run and its verdict. */
export const checkLines = (checked: Checked): string =>
  [
    table(
      ['CHECK', 'VERDICT', 'DETAIL'],
      checked.checks.map(({ check, verdict, detail }) => [check, verdict, detail]),
    ),
    checked.would_call
      ? `It would be called${checked.duplicate_of === null ? '' : `, but ${checked.duplicate_of} is the same call already`}.`
      : 'It would not be called.',
  ].join('\n');
