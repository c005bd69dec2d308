import type { SpeechServers } from '@outdial/lab';
import type { Turn } from './call-measures.ts';

/** Where the time of a turn goes, ms. The three are the whole turn. */
export type TurnParts = {
  /** Until the speech server tells that the callee has finished; the same program for both. */
  readonly hearingMs: number;
  /** From there until the session asks for the voice: waiting for more words, the model. */
  readonly decidingMs: number;
  /** From there to the callee's ear: synthesis, LiveKit, SIP, RTP. */
  readonly speakingMs: number;
};

/** Takes a turn apart by when the lab's speech servers ended the callee's turn and were asked to speak. */
export const turnParts = (
  { saidUntil, answeredAt }: Turn,
  speech: {
    readonly stt: { readonly turns: readonly Pick<SpeechServers['stt']['turns'][number], 'at'>[] };
    readonly tts: { readonly requests: readonly Pick<SpeechServers['tts']['requests'][number], 'at'>[] };
  },
): TurnParts => {
  const asked = speech.tts.requests.findLast(({ at }) => at <= answeredAt)?.at ?? Number.NaN;
  const heard = speech.stt.turns.findLast(({ at }) => at <= asked)?.at ?? Number.NaN;
  return { hearingMs: heard - saidUntil, decidingMs: asked - heard, speakingMs: answeredAt - asked };
};
