import type { Logger } from '@outdial/runtime';
import { encodeMetadata } from '@outdial/telephony';
import { type Call, callFacts } from '../domain/call.ts';
import { claimPlace, type DispatchLimits } from '../domain/claim-place.ts';
import type { DialSettings } from '../domain/guard-rails.ts';
import { redispatchAfterMs } from '../domain/redispatch-schedule.ts';
import {
  type CallStore,
  type CallTransaction,
  type LiveKit,
  LiveKitRejected,
  type LockedCall,
} from '../ports.ts';
import { advance, applyEvent } from './advance.ts';
import { findHold, type Hold, holdEvent } from './find-hold.ts';
import { recheck } from './recheck.ts';

/** What starting calls needs. */
export type DispatchDeps = {
  readonly calls: CallStore;
  readonly livekit: LiveKit;
  readonly settings: DialSettings;
  readonly limits: DispatchLimits;
  /** The trunk that this bridge's agents dial over. */
  readonly trunk: string;
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

type Claim =
  | { readonly status: 'dispatched' | 'blocked' | 'held' | 'expired'; readonly call: Call }
  | { readonly status: 'later'; readonly ms: number }
  | { readonly status: 'full' | 'paused' | 'none' };

// A cap is looked at again now and then: it may be raised, or a call may end before anybody was dialled.
const LOOK_AGAIN_MS = 60_000;

/** A call that has to wait does so until then, or is over if that is too late for it. */
const holdBack = async (tx: CallTransaction, locked: LockedCall, hold: Hold): Promise<Claim> => {
  if (hold.trunk) {
    return { status: 'later', ms: Math.min(LOOK_AGAIN_MS, hold.until.getTime() - locked.now.getTime()) };
  }
  const { call, changed, ended } = await advance(tx, locked, holdEvent(hold, locked.call));
  if (!changed) return { status: 'none' };
  return { status: ended ? 'expired' : 'held', call };
};

/** One more dispatch for a locked call, if what is checked at the door still allows it. */
const dispatchLocked = async (
  tx: CallTransaction,
  locked: LockedCall,
  settings: DialSettings,
): Promise<Claim> => {
  const message = await recheck(tx, locked.call, settings);
  if (message !== null) {
    return { status: 'blocked', call: (await advance(tx, locked, { type: 'blocked', message })).call };
  }
  const hold = await findHold(tx, locked.call, settings, locked.now);
  if (hold !== null) return holdBack(tx, locked, hold);
  const waitMs = redispatchAfterMs(locked.call.dispatchNumber + 1);
  const nextDispatchAt = new Date(locked.now.getTime() + waitMs);
  const { call, changed } = await advance(tx, locked, { type: 'dispatched', nextDispatchAt });
  return changed ? { status: 'dispatched', call } : { status: 'none' };
};

const claimNext = (deps: DispatchDeps): Promise<Claim> =>
  deps.calls.transaction(async (tx) => {
    const load = await tx.lockTrunk(deps.trunk);
    const locked = await tx.lockNextQueued(deps.trunk);
    if (locked === null) return { status: 'none' };
    if ((await tx.holdSwitch()) !== null) return { status: 'paused' };
    const place = claimPlace(load, deps.limits);
    return place.status === 'free' ? dispatchLocked(tx, locked, deps.settings) : place;
  });

/**
 * Starts queued calls, first in first out, as long as the limits leave room. The row says `dispatched`
 * with its number and room before LiveKit is told, so that no crash can lose a job's room. Gives the
 * milliseconds after which the pace lets the next one start; null when nothing waits for the pace.
 */
export const dispatchQueuedCalls = async (deps: DispatchDeps): Promise<number | null> => {
  for (;;) {
    const claim = await claimNext(deps);
    switch (claim.status) {
      case 'none':
      case 'full':
      case 'paused':
        return null;
      case 'later':
        return claim.ms;
      case 'blocked':
      case 'expired':
        deps.log.warn({ ...callFacts(claim.call), status: claim.status }, 'call ended before its dispatch');
        break;
      case 'held':
        logHeld(deps, claim.call);
        break;
      case 'dispatched':
        deps.track(sendDispatch(deps, claim.call));
    }
  }
};

const logHeld = (deps: DispatchDeps, call: Call): void => {
  deps.log.info(
    { ...callFacts(call), until: call.scheduledFor },
    'call waits, its rails do not let it start now',
  );
};

const claimAgain = (deps: DispatchDeps, due: Call): Promise<Claim> =>
  deps.calls.transaction(async (tx): Promise<Claim> => {
    const load = await tx.lockTrunk(deps.trunk);
    const locked = await tx.lockCall(due.id);
    const isStill = locked?.call.status === 'dispatched' && locked.call.dispatchNumber === due.dispatchNumber;
    if (!isStill) return { status: 'none' };
    if ((await tx.holdSwitch()) !== null) return { status: 'paused' };
    // It holds its place already; only the pace counts.
    const place = claimPlace({ ...load, active: 0, waiting: 0 }, deps.limits);
    return place.status === 'later' ? place : dispatchLocked(tx, locked, deps.settings);
  });

/**
 * Dispatches again what nobody was granted, each time in a new room. The earlier rooms stay: a job of theirs
 * that is only late may still be the first to ask. They go with the call, or by themselves when nobody comes.
 * Gives the milliseconds until the pace lets the next one start; null when nothing waits for it.
 */
export const redispatchUngrantedCalls = async (deps: DispatchDeps): Promise<number | null> => {
  for (const due of await deps.calls.findDueForRedispatch(deps.trunk)) {
    const claim = await claimAgain(deps, due);
    if (claim.status === 'paused') return null;
    if (claim.status === 'later') return claim.ms;
    if (claim.status === 'held') logHeld(deps, claim.call);
    if (claim.status !== 'dispatched') continue;
    const facts = { ...callFacts(claim.call), dispatch: claim.call.dispatchNumber };
    deps.log.warn(facts, 'no agent took the dispatch, trying again');
    deps.track(sendDispatch(deps, claim.call));
  }
  return null;
};

// A LiveKit that is away is no verdict on the call: the dispatch may have reached it all the same. The
// row stays `dispatched` and its next dispatch, in another room, is due soon. One that refuses our key
// will refuse it again, and the operator should hear of it now.
const sendDispatch = async (deps: DispatchDeps, call: Call): Promise<void> => {
  const facts = { ...callFacts(call), dispatch: call.dispatchNumber, room: call.room };
  if (call.room === null) return;
  try {
    const dispatchId = await deps.livekit.dispatch(call.room, dispatchMetadata(call));
    deps.log.info({ ...facts, dispatchId, 'pii.destination': call.destination }, 'call dispatched');
    await deps.calls.saveDispatchId(call.id, call.dispatchNumber, dispatchId);
  } catch (error) {
    if (error instanceof LiveKitRejected) {
      deps.log.error({ ...facts, err: error }, 'LiveKit refuses our key');
      await applyEvent(deps.calls, call.id, { type: 'livekit_rejected', dispatch: call.dispatchNumber });
    } else {
      deps.log.warn({ ...facts, err: error }, 'dispatch failed, it will be tried again');
    }
  }
};
