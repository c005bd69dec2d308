import { type CallReport, isFinal } from '@outdial/telephony';
import { advanceCall } from '../domain/advance-call.ts';
import type { Call } from '../domain/call.ts';
import type { CallChange } from '../domain/call-change.ts';
import { SUSPICIOUS_RUN, withDialFormatHint } from '../domain/dial-format-hint.ts';
import { asksNoMoreCalls } from '../domain/report-change.ts';
import type { CallStore, CallTransaction } from '../ports.ts';
import { change } from './advance.ts';

export type ReportResult =
  /** `cancel`: the agent is to hang up now. `ended`: this very report ended the call. */
  | { readonly status: 'taken'; readonly cancel: boolean; readonly call: Call; readonly ended: boolean }
  | { readonly status: 'not_found' }
  | { readonly status: 'not_granted' };

type Deps = { readonly calls: CallStore };

/**
 * Takes what the agent says: the report and what it changes are written in one transaction. A number
 * that was taken before changes nothing but the sign of life; what is said after the end may still add a
 * leg, an opt-out, or the time of a ringing that the outcome speaks of.
 */
export const recordReport = (deps: Deps, id: string, report: CallReport): Promise<ReportResult> =>
  deps.calls.transaction(async (tx) => {
    const locked = await tx.lockCall(id);
    if (locked === null) return { status: 'not_found' };
    const { call, now } = locked;
    if (call.grantToken !== report.token) return { status: 'not_granted' };

    // Nothing about people comes back into a record that was purged.
    if (call.purgedAt !== null) return { status: 'taken', cancel: true, call, ended: false };
    const isNew = report.type === 'alive' || (await tx.insertReport(id, report));
    const changes = isNew ? advanceCall(call, { type: 'report', report }, now) : {};
    if (isNew && asksNoMoreCalls(report)) await tx.addOptOut(call.destination, call.id);
    const saved = await change(tx, locked, { ...(await withHint(tx, call, changes)), lastAliveAt: now });
    return {
      status: 'taken',
      cancel: saved.call.cancelRequestedAt !== null || isFinal(call.status),
      call: saved.call,
      ended: saved.ended,
    };
  });

const withHint = async (tx: CallTransaction, call: Call, changes: CallChange): Promise<CallChange> => {
  const { outcome } = changes;
  if (outcome?.end_reason !== 'invalid_number') return changes;
  const before = await tx.lastEndReasons(call.trunk, SUSPICIOUS_RUN - 1);
  return { ...changes, outcome: withDialFormatHint(outcome, before) };
};
