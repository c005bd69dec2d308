import { dialPolicyOf } from '@outdial/runtime';
import { bridgedTarget, checkTransferPolicy, type TransferTarget } from '@outdial/telephony';
import type { LegGone } from '../adapters/leg-watch.ts';
import { type CallEnd, ownError, REMOVED } from '../call-end.ts';
import { type Dialed, dial } from '../dial.ts';
import { buildInvite } from '../invite.ts';
import type { TransferDeps } from './ports.ts';
import type { Why } from './words.ts';

/** What became of a second leg. `over`: the call ended before the target answered. */
export type TargetDialed =
  | { readonly status: 'answered' | 'over' | 'unknown' }
  | { readonly status: 'failed'; readonly why: Why };

/** The end that a leg's leaving means while callee and target talk with each other. */
export const endOfBridgedLeg = (gone: LegGone, who: 'callee' | 'target'): CallEnd => {
  switch (gone.cause) {
    case 'hangup':
      return { reason: 'transferred', hungUpBy: who };
    case 'removed':
      return REMOVED;
    case 'lost':
      return { reason: 'transferred', hungUpBy: 'platform' };
    case 'vanished':
      // It may be ours to see only: they may talk on, and the bridge can look.
      return ownError(`The ${who}'s leg is not seen any more (${gone.detail}).`);
    case 'failed':
      return { reason: 'transferred', hungUpBy: 'carrier' };
  }
};

const whoMayBeDialled = ({ config }: TransferDeps, target: TransferTarget) => {
  const where = bridgedTarget(target.uri, {
    format: config.SIP_DIAL_FORMAT,
    country: config.DEFAULT_COUNTRY,
    trunkHost: config.SIP_TRUNK_HOST,
  });
  const allowed =
    where.status === 'ok' && checkTransferPolicy(where, dialPolicyOf(config)).status === 'allowed';
  return allowed ? where : null;
};

/**
 * Dials the target as a second leg in the call's room, once, with a grant of its own, and lets the callee hear
 * ringback meanwhile. When the target answers the agent leaves the conversation at once; `onDial` is given the dial
 * as it begins. A target that does not answer is hung up, and the agent listens again.
 */
export const dialTarget = async (
  deps: TransferDeps,
  target: TransferTarget,
  isOver: () => boolean,
  onDial: (dialing: Promise<Dialed>) => void,
): Promise<TargetDialed> => {
  const { call, config, callerId, end, ledger, watch, media } = deps;
  const where = whoMayBeDialled(deps, target);
  if (where === null) return { status: 'failed', why: 'blocked' };
  const grant = await ledger.grantLeg({ name: target.name, key: where.key });
  if (grant.status === 'refused') return { status: 'failed', why: grant.reason };
  if (isOver()) return { status: 'over' };

  deps.voice().pause();
  const stopRinging = media.ring();
  const leg = deps.watchTarget({
    onLeg: (participant_sid, sip_call_id) => note(participant_sid, sip_call_id, null, null),
    onRinging: () => {},
  });
  const note = (sid: string | null, callId: string | null, status: number | null, reason: string | null) =>
    ledger.note({
      type: 'leg',
      leg: {
        identity: 'target',
        participant_sid: sid,
        sip_call_id: callId,
        sip_status: status,
        sip_reason: reason,
      },
    });
  const noteAnswer = (status: number | null, reason: string | null) => {
    const { participantSid, sipCallId } = leg.facts();
    if (status !== null) note(participantSid, sipCallId, status, reason);
  };

  const invite = {
    ...buildInvite(call, callerId, config),
    dialString: where.dialString,
    ringTimeoutSeconds: config.TRANSFER_RING_SECONDS,
  };
  const dialing = dial({ leg: deps.targetLeg, watch: leg, invite, dialBefore: grant.dialBefore, callerId });
  onDial(dialing);
  const dialed = await Promise.race([dialing, watch.gone.then(() => null), end.decided.then(() => null)]);

  if (dialed?.status === 'answered') {
    deps.onBridged();
    noteAnswer(200, 'OK');
    void leg.gone.then((gone) => end.decide(endOfBridgedLeg(gone, 'target')));
    void leaveConversation(deps, stopRinging);
    return { status: 'answered' };
  }
  await stopRinging();
  // The room goes with the call, and the ringing target with the room.
  if (dialed === null) return { status: 'over' };
  deps.voice().resume();
  if (dialed.status === 'removed') return { status: 'failed', why: 'canceled' };
  noteAnswer(dialed.sipStatus, dialed.sipReason);
  if (dialed.reason !== 'outcome_unknown') return { status: 'failed', why: dialed.reason };
  await deps.targetLeg.remove();
  return { status: 'unknown' };
};

const leaveConversation = async ({ voice, media }: TransferDeps, stopRinging: () => Promise<void>) => {
  await Promise.all([stopRinging(), voice().leave()]);
  await media.withdraw();
};
