import type { UtteranceKey } from '@outdial/lab';

/** One RTP packet as it reached the phone. Times are milliseconds since 1970, with fractions. */
export type HeardPacket = { readonly at: number; readonly seq: number; readonly peak: number };

/** Something the phone said: when its first loud frame left, and when its last one was over. */
export type SaidWords = { readonly words: UtteranceKey; readonly from: number; readonly to: number };

/** What the phone noted of one call, all on its own clock. */
export type CallLog = {
  readonly callId: string;
  /** When 200 OK left. */
  readonly answeredAt: number;
  readonly heard: readonly HeardPacket[];
  readonly said: readonly SaidWords[];
  /** By how much the phone's own 20 ms clock was late at worst, ms: so much of a gap may be its own. */
  readonly ownLatenessMs: number;
  /** Why the conversation was broken off; `null` when it went to its end. */
  readonly failure: string | null;
};

/** A frame is loud when its loudest value is above this: far above codec noise, far below speech. */
export const LOUD_PEAK = 600;

/** An RTP packet holds so much sound. */
export const FRAME_MS = 20;
