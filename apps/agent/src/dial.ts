import { setTimeout as pause } from 'node:timers/promises';
import { dialTiming, type EndReason, endReasonForSip } from '@outdial/telephony';
import type { LegWatch } from './adapters/leg-watch.ts';
import type { DialResult, Invite, SipLeg } from './ports.ts';

/** What became of the one dial of a call, with the carrier's own words. */
export type Dialed =
  | { readonly status: 'answered' }
  /** The leg was taken out through the API before anybody answered. */
  | { readonly status: 'removed' }
  | {
      readonly status: 'not_answered';
      readonly reason: EndReason;
      readonly message: string | null;
      readonly sipStatus: number | null;
      readonly sipReason: string | null;
    };

/** `dialBefore` in ms of `performance.now()`. */
export type DialOptions = {
  readonly leg: Pick<SipLeg, 'dial'>;
  readonly watch: LegWatch;
  readonly invite: Invite;
  readonly dialBefore: number;
  readonly callerId: string;
};

/** How long the room's news of a leg that was taken out may be behind the end of its dial. */
const NEWS_MS = 500;

/**
 * Places the call, once. A job that was held up longer than its grant allows (`dialBefore`, in ms of
 * `performance.now()`) dials nothing.
 */
export const dial = async (options: DialOptions): Promise<Dialed> => {
  const { leg, watch, invite } = options;
  const startedAt = performance.now();
  const answered = watch.active.then((): DialResult => ({ status: 'answered' }));
  const result = await Promise.race([leg.dial(invite, options.dialBefore), answered]);
  switch (result.status) {
    case 'answered':
      return { status: 'answered' };
    case 'too_late':
      return notAnswered('not_dialed');
    case 'failed': {
      if (couldBeRemoval(result.sipStatus) && (await isRemoved(watch))) return { status: 'removed' };
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

/** LiveKit tells of a leg that was taken out while it rang with the words of a ring time that is over. */
const couldBeRemoval = (sipStatus: number | null): boolean => sipStatus === null || sipStatus === 487;

const isRemoved = async (watch: LegWatch): Promise<boolean> => {
  const late = pause(NEWS_MS, null, { ref: false });
  const news = await Promise.race([watch.gone, watch.roomLost, late]);
  return news?.cause === 'removed';
};

/** A lost answer is no outcome: the room shows whether the leg turns active, goes, or never comes. */
const findOut = async (options: DialOptions, startedAt: number): Promise<Dialed> => {
  const { watch, invite } = options;
  const leftMs = startedAt + dialTiming(invite.ringTimeoutSeconds).watchdogMs - performance.now();
  const timeUp = pause(Math.max(0, leftMs), undefined, { ref: false });
  const news = await Promise.race([watch.active, watch.gone, watch.roomLost, timeUp]);
  if (watch.facts().activeAt !== null) return { status: 'answered' };
  return news?.cause === 'removed' ? { status: 'removed' } : notAnswered('outcome_unknown');
};

const notAnswered = (reason: EndReason): Dialed => ({
  status: 'not_answered',
  reason,
  message: null,
  sipStatus: null,
  sipReason: null,
});
