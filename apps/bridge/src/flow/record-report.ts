import { type CallReport, isFinal } from '@outdial/telephony';
import { advanceCall } from '../domain/advance-call.ts';
import type { Call } from '../domain/call.ts';
import type { CallStore } from '../ports.ts';
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
 * leg, or the time of a ringing that the outcome speaks of.
 */
export const recordReport = (deps: Deps, id: string, report: CallReport): Promise<ReportResult> =>
  deps.calls.transaction(async (tx) => {
    const locked = await tx.lockCall(id);
    if (locked === null) return { status: 'not_found' };
    const { call, now } = locked;
    if (call.grantToken !== report.token) return { status: 'not_granted' };

    const isNew = report.type === 'alive' || (await tx.insertReport(id, report));
    const changes = isNew ? advanceCall(call, { type: 'report', report }, now) : {};
    const saved = await change(tx, locked, { ...changes, lastAliveAt: now });
    return {
      status: 'taken',
      cancel: saved.call.cancelRequestedAt !== null || isFinal(call.status),
      call: saved.call,
      ended: saved.ended,
    };
  });
