import type { Logger } from '@outdial/runtime';
import { encodeMetadata } from '@outdial/telephony';
import type { Call } from '../domain/call.ts';
import { redispatchAfterMs } from '../domain/redispatch-schedule.ts';
import { type CallStore, type DispatchLimits, type LiveKit, LiveKitRejected } from '../ports.ts';
import { applyEvent } from './apply-event.ts';

type Deps = {
  readonly calls: CallStore;
  readonly livekit: LiveKit;
  readonly limits: DispatchLimits;
  readonly log: Logger;
  /** Keeps work that nobody waits for, so that a stop can. */
  readonly track: (work: Promise<void>) => void;
};

const withoutPlus = (e164: string): string => e164.replace(/^\+/, '');
const asWritten = (uri: string | null): string | null => uri?.replace(/^tel:\+?/, '') ?? null;

/** The job's metadata: the five fields, the call's id and the dispatch's number, and nothing else. */
export const dispatchMetadata = (call: Call): string =>
  encodeMetadata({
    destination: withoutPlus(call.destination),
    account_code: call.accountCode,
    transfer_target: asWritten(call.transferTarget),
    caller_id: call.callerId,
    caller_name: call.callerName,
    call_id: call.id,
    dispatch: call.dispatchNumber,
  });

/**
 * Starts queued calls, oldest first, as long as the limits leave room. The row says `dispatched` with
 * its number and room before LiveKit is told, so that no crash can lose a job's room.
 */
export const dispatchQueuedCalls = async (deps: Deps): Promise<void> => {
  for (;;) {
    const call = await deps.calls.claimQueued(deps.limits, redispatchAfterMs(1));
    if (call === null) return;
    deps.track(sendDispatch(deps, call));
  }
};

/** Dispatches again what nobody was granted, each time in a new room; the losing room is deleted. */
export const redispatchUngrantedCalls = async (deps: Deps): Promise<void> => {
  for (const due of await deps.calls.findDueForRedispatch()) {
    const next = redispatchAfterMs(due.dispatchNumber + 1);
    const call = await deps.calls.claimRedispatch(due.id, due.dispatchNumber, next);
    if (call === null) continue;
    deps.log.warn(
      { callId: call.id, dispatch: call.dispatchNumber },
      'no agent took the dispatch, trying again',
    );
    deps.track(deleteLosingRoom(deps, due));
    deps.track(sendDispatch(deps, call));
  }
};

// A LiveKit that is away is no verdict on the call: the dispatch may have reached it all the same. The
// row stays `dispatched` and its next dispatch, in another room, is due soon. One that refuses our key
// will refuse it again, and the operator should hear of it now.
const sendDispatch = async (deps: Deps, call: Call): Promise<void> => {
  const facts = { callId: call.id, dispatch: call.dispatchNumber, room: call.room };
  if (call.room === null) return;
  try {
    const dispatchId = await deps.livekit.dispatch(call.room, dispatchMetadata(call));
    deps.log.info({ ...facts, dispatchId, 'pii.destination': call.destination }, 'call dispatched');
    await deps.calls.saveDispatchId(call.id, call.dispatchNumber, dispatchId);
  } catch (error) {
    if (error instanceof LiveKitRejected) {
      deps.log.error({ ...facts, err: error }, 'LiveKit refuses our key');
      await applyEvent(deps.calls, call.id, { type: 'livekit_rejected' });
    } else {
      deps.log.warn({ ...facts, err: error }, 'dispatch failed, it will be tried again');
    }
  }
};

const deleteLosingRoom = async (deps: Deps, call: Call): Promise<void> => {
  if (call.room === null) return;
  try {
    await deps.livekit.deleteRoom(call.room);
  } catch (error) {
    deps.log.debug({ callId: call.id, room: call.room, err: error }, 'losing room not deleted yet');
  }
};
