import { type CallLeg, wireCallId } from '@outdial/telephony';

/** What LiveKit tells of a participant, as far as a SIP leg needs it. */
type Participant = {
  readonly identity: string;
  readonly sid: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, string>>;
};

// ParticipantInfo.Kind of LiveKit's protocol (livekit_models.proto), which the SDK does not export.
const KIND_SIP = 3;

/** The call leg that a participant is; null for agents and people. */
export const sipLegOf = (participant: Participant): CallLeg | null => {
  const { identity, sid, kind, attributes } = participant;
  if (Number(kind) !== KIND_SIP || (identity !== 'callee' && identity !== 'target')) return null;
  const callId = attributes['sip.callID'];
  return {
    identity,
    participant_sid: sid === '' ? null : sid,
    sip_call_id: callId === undefined || callId === '' ? null : wireCallId(callId),
    sip_status: null,
    sip_reason: null,
  };
};

/** Whether callee and target are both here and have answered (LiveKit's `sip.callStatus`). */
export const areBridged = (participants: readonly Participant[]): boolean => {
  const talks = new Set(
    participants
      .filter(({ attributes }) => attributes['sip.callStatus'] === 'active')
      .map(({ identity }) => identity),
  );
  return talks.has('callee') && talks.has('target');
};
