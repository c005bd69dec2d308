import type { CallRecord, Transcript } from '../answers.ts';
import { type Finding, fail, pass, warn } from './check.ts';

/** What a call record says about the way there and back. */
export type Evidence = Pick<CallRecord, 'id' | 'status' | 'answered_at'> & {
  readonly outcome: {
    readonly end_reason: string;
    readonly message: string;
    readonly sip: {
      readonly status: number | null;
      readonly reason: string | null;
      readonly call_id: string | null;
    } | null;
    readonly hung_up_by: string | null;
    readonly ring_ms: number | null;
    readonly talk_ms: number | null;
  } | null;
};

const RTP =
  'Sound travels as RTP between the carrier and LiveKit: with a livekit-sip of your own see the firewall’s rules for its RTP ports; on LiveKit Cloud give the carrier the Call-ID.';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const sipOf = ({ outcome }: Evidence): string => {
  const sip = outcome?.sip ?? null;
  if (sip === null || (sip.status === null && sip.call_id === null)) return 'no SIP answer was seen';
  const answer = [sip.status, sip.reason].filter((part) => part !== null).join(' ');
  return `SIP ${answer || 'without a final answer'}, Call-ID ${sip.call_id ?? 'not seen'}`;
};

const firstOf = (transcript: Transcript | null, speaker: string): string | null => {
  const turn = transcript?.turns.find((one) => one.speaker === speaker && one.text.trim() !== '');
  return turn === undefined ? null : seconds(turn.at_ms);
};

/**
 * What a test call proves (pure). That the agent spoke is seen in the transcript; that sound came from the callee is
 * proved by words alone, since only they show in a record.
 */
export const judgeTestCall = (record: Evidence, transcript: Transcript | null): Finding => {
  const { id, outcome, answered_at } = record;
  if (outcome === null) return fail(`${id} has no outcome.`, 'Look at it again: outdial calls show <id>');
  const sip = sipOf(record);
  if (answered_at === null) {
    const seen = `${id} ended ${record.status} (${outcome.end_reason}): ${outcome.message} ${sip}.`;
    return record.status === 'failed' || record.status === 'unknown'
      ? fail(
          seen,
          'See docs/outcomes.md for this end reason, and outdial calls show <id> --ticket for the carrier.',
        )
      : warn(seen, 'The carrier was reached; call a phone that somebody answers to see the sound, too.');
  }
  const rang = outcome.ring_ms === null ? 'answered' : `answered after ${seconds(outcome.ring_ms)}`;
  const talked = outcome.talk_ms === null ? '' : `, talked for ${seconds(outcome.talk_ms)}`;
  const spoke = firstOf(transcript, 'agent');
  const heard = firstOf(transcript, 'callee');
  const sound = `agent first heard saying something at ${spoke ?? 'no time'}, callee at ${heard ?? 'no time'}`;
  const seen = `${id} was ${rang}${talked}, ended by ${outcome.hung_up_by ?? 'nobody known'} (${outcome.end_reason}); ${sip}; ${sound}.`;
  if (outcome.end_reason === 'media_timeout') return fail(seen, `The sound stopped. ${RTP}`);
  if (outcome.end_reason === 'provider_error')
    return fail(seen, 'See cartesia-host and openai-host, and the agent’s log.');
  if (transcript === null)
    return warn(
      seen,
      'What was said was not handed over in time; look again with outdial calls show <id> --transcript.',
    );
  if (spoke === null)
    return fail(seen, 'The agent said nothing: its log says why (voice, model, or LiveKit’s media ports).');
  if (heard === null) return warn(seen, `Nothing was heard from the callee. If somebody spoke: ${RTP}`);
  return pass(seen);
};
