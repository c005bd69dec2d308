import {
  checkTransferPolicy,
  DIAL_WITHIN_MS,
  type LegAnswer,
  phoneKey,
  type TransferTarget,
  toTransferUri,
} from '@outdial/telephony';
import type { Call } from './call.ts';
import { isGranted } from './call-change.ts';
import { claimPlace, type DispatchLimits, type TrunkLoad } from './claim-place.ts';
import type { DialSettings } from './guard-rails.ts';

/** A second leg that the call's job was allowed to dial, once: which target, and until when (RFC 3339). */
export type GrantedLeg = {
  readonly uri: string;
  /** The same for every spelling of one phone: its number, else the user part of the URI. */
  readonly key: string;
  readonly expiresAt: string;
};

/** An answer that changes nothing, or a leg to write down and then to answer with. */
export type LegVerdict =
  | { readonly status: 'answer'; readonly answer: LegAnswer }
  | { readonly status: 'grant'; readonly leg: GrantedLeg };

type Refusal = Extract<LegAnswer, { granted: false }>;

/** The answer that nobody is dialled, and why. */
export const legRefused = (reason: Refusal['reason'], more: Partial<Refusal> = {}): LegAnswer => ({
  granted: false,
  reason,
  after_ms: null,
  message: null,
  ...more,
});

const refuse = (reason: Refusal['reason'], more: Partial<Refusal> = {}): LegVerdict => ({
  status: 'answer',
  answer: legRefused(reason, more),
});

/** The answer to a job for a leg that is written down, with the time that is left. */
export const grantedLeg = (leg: GrantedLeg, now: Date): LegAnswer => ({
  granted: true,
  dial_within_ms: Math.min(DIAL_WITHIN_MS, Math.max(0, Date.parse(leg.expiresAt) - now.getTime())),
  target: leg.uri,
});

/**
 * Whether the holder of a call's grant may dial a target as a second leg: a target of the call, never
 * twice, while the call is on, past the rails as they are now, and with a place on the trunk. The same
 * question again, because its answer was lost, gets the same grant while its window is open.
 */
export const judgeLeg = (options: {
  readonly call: Call;
  /** The target of that name in the call's playbook, if there is one. */
  readonly target: TransferTarget | undefined;
  readonly load: TrunkLoad;
  readonly limits: DispatchLimits;
  readonly settings: DialSettings;
  readonly now: Date;
}): LegVerdict => {
  const { call, target, settings, now } = options;
  if (call.cancelRequestedAt !== null) return refuse('canceled');
  if (!isGranted(call) || call.bridgedAt !== null) return refuse('final');
  if (target === undefined) return refuse('unknown_target');
  const read = toTransferUri(target.uri, {
    defaultCountry: settings.policy.defaultCountry,
    allowedHosts: settings.transferHosts,
  });
  if (read.status === 'invalid') return refuse('blocked', { message: read.reason });
  const key = phoneKey(read);
  const before = call.bridgedLegs.find((leg) => leg.key === key);
  if (before !== undefined) {
    const answer = grantedLeg(before, now);
    return answer.granted && answer.dial_within_ms > 0 ? { status: 'answer', answer } : refuse('taken');
  }
  const rail = checkTransferPolicy(read, settings.policy);
  if (rail.status === 'refused') return refuse('blocked', { message: rail.reason });
  // Calls that wait for an agent hold no leg up, and a leg that is open already has its place.
  const load = { ...options.load, waiting: 0, active: call.legOpen ? 0 : options.load.active };
  const place = claimPlace(load, options.limits);
  switch (place.status) {
    case 'full':
      return refuse('full');
    case 'later':
      return refuse('later', { after_ms: place.ms });
    case 'free':
      return {
        status: 'grant',
        leg: { uri: read.uri, key, expiresAt: new Date(now.getTime() + DIAL_WITHIN_MS).toISOString() },
      };
  }
};
