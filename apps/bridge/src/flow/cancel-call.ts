import type { Logger } from '@outdial/runtime';
import { isFinal } from '@outdial/telephony';
import { type Call, callFacts } from '../domain/call.ts';
import { MAX_DURATION_GRACE_MS } from '../domain/report-change.ts';
import type { CallStore, LiveKit } from '../ports.ts';
import { advance } from './advance.ts';
import { eachCall } from './each-call.ts';
import { findLiveAttempt } from './next-attempt.ts';

export type CancelResult =
  | { readonly status: 'canceling'; readonly call: Call }
  /** `next`: the further attempt that still stands, and can be canceled by its own id. */
  | { readonly status: 'ended'; readonly call: Call; readonly next: Call | null }
  | { readonly status: 'not_found' };

/**
 * Stores that the call is to end. From then on no grant is given and every report is answered with
 * `cancel`. A call that no job holds ends at once; a granted one ends when its agent says how.
 */
export const cancelCall = (deps: { readonly calls: CallStore }, id: string): Promise<CancelResult> =>
  deps.calls.transaction(async (tx) => {
    const locked = await tx.lockCall(id);
    if (locked === null) return { status: 'not_found' };
    const { call, changed } = await advance(tx, locked, { type: 'cancel_requested' });
    if (!isFinal(call.status) || changed) return { status: 'canceling', call };
    return { status: 'ended', call, next: await findLiveAttempt(tx, call) };
  });

type LegDeps = { readonly calls: CallStore; readonly livekit: LiveKit; readonly log: Logger };

/**
 * Takes the legs of canceled and overlong calls away, again and again until their agents have told the
 * end: CANCEL before an answer, BYE after it. A dial on its way makes its room anew, hence again and again.
 * How long a call lasts cannot be told across `clockSetAt`, a moment at which the database's clock was set:
 * its agent, whose own clock was not, ends it alone.
 */
export const endLegs = async (deps: LegDeps, clockSetAt: Date | null = null): Promise<void> => {
  const found = await deps.calls.findLegsToEnd(MAX_DURATION_GRACE_MS);
  const isMeasured = ({ answeredAt }: Call) =>
    clockSetAt === null || (answeredAt !== null && answeredAt > clockSetAt);
  const calls = found.filter((call) => call.cancelRequestedAt !== null || isMeasured(call));
  await eachCall(deps.log, calls, async (call) => {
    if (call.room === null) return;
    const canceled = call.cancelRequestedAt !== null;
    deps.log.info({ ...callFacts(call), canceled }, 'ending the leg of a call');
    await deps.livekit.deleteRoom(call.room);
  });
};
