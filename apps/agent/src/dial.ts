import { setTimeout as pause } from 'node:timers/promises';
import { dialTiming, type EndReason, endReasonForSip } from '@outdial/telephony';
import type { LegWatch } from './adapters/leg-watch.ts';
import type { DialResult, Invite, SipLeg } from './ports.ts';

/** What became of the one dial of a call, with the carrier's own words. */
export type Dialed =
  | { readonly status: 'answered' }
  | {
      readonly status: 'not_answered';
      readonly reason: EndReason;
      readonly message: string | null;
      readonly sipStatus: number | null;
      readonly sipReason: string | null;
    };

/** `dialBefore` in ms of `performance.now()`. */
export type DialOptions = {
  readonly leg: SipLeg;
  readonly watch: LegWatch;
  readonly invite: Invite;
  readonly dialBefore: number;
  readonly callerId: string;
};

/**
 * Places the call, once. `dialBefore` is in ms of `performance.now()` and is looked at immediately
 * before the request: a job that was held up longer than its grant allows dials nothing.
 */
export const dial = async (options: DialOptions): Promise<Dialed> => {
  const { leg, watch, invite } = options;
  if (performance.now() >= options.dialBefore) return notAnswered('not_dialed');
  const startedAt = performance.now();
  const answered = watch.active.then((): DialResult => ({ status: 'answered' }));
  const result = await Promise.race([leg.dial(invite), answered]);
  switch (result.status) {
    case 'answered':
      return { status: 'answered' };
    case 'failed': {
      const verdict = endReasonForSip(
        {
          sipStatus: result.sipStatus,
          sipReason: result.sipReason,
          rang: watch.facts().ringingAt !== null,
          errorText: result.errorText,
        },
        { callerId: options.callerId },
      );
      if (verdict.end_reason === 'outcome_unknown') return findOut(options, startedAt);
      return {
        status: 'not_answered',
        reason: verdict.end_reason,
        message: verdict.message,
        sipStatus: result.sipStatus,
        sipReason: result.sipReason,
      };
    }
    case 'lost':
      return findOut(options, startedAt);
  }
};

/** A lost answer is no outcome: the room shows whether the leg turns active, goes, or never comes. */
const findOut = async (options: DialOptions, startedAt: number): Promise<Dialed> => {
  const { watch, invite } = options;
  const leftMs = startedAt + dialTiming(invite.ringTimeoutSeconds).watchdogMs - performance.now();
  const timeUp = pause(Math.max(0, leftMs), undefined, { ref: false });
  await Promise.race([watch.active, watch.gone, watch.roomLost, timeUp]);
  return watch.facts().activeAt === null ? notAnswered('outcome_unknown') : { status: 'answered' };
};

const notAnswered = (reason: EndReason): Dialed => ({
  status: 'not_answered',
  reason,
  message: null,
  sipStatus: null,
  sipReason: null,
});
