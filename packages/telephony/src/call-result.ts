import { z } from 'zod';

/** How long `call.ended` waits for what the agent said would follow it; after that it goes without. */
export const RESULT_WITHIN_MS = 30_000;
/** The largest `PUT /agent/calls/:id/result`, in bytes. */
export const RESULT_LIMIT_BYTES = 2 * 1024 * 1024;
/** The largest recording that the bridge takes, in bytes. */
export const RECORDING_LIMIT_BYTES = 200 * 1024 * 1024;

/** One turn of the conversation: what was really said, not what was planned. */
export const transcriptTurnSchema = z.strictObject({
  /** Milliseconds since the answer. */
  at_ms: z.int().nonnegative().describe('Milliseconds since the answer'),
  speaker: z.enum(['agent', 'callee']),
  text: z.string().min(1),
  /** Whether the speaker was cut off; `text` is what was heard until then. */
  interrupted: z.boolean().describe('Whether the speaker was cut off; text is what was heard until then'),
});
export type TranscriptTurn = z.infer<typeof transcriptTurnSchema>;

/** What follows a final report: nothing of it exists yet when the end is told. */
export const followsSchema = z.strictObject({ result: z.boolean(), recording: z.boolean() });
export type Follows = z.infer<typeof followsSchema>;

/** `PUT /agent/calls/:id/result`: the words of a call and what they come to, once, after its end. */
export const callResultSchema = z.strictObject({
  token: z.string().min(16).max(256),
  transcript: z.array(transcriptTurnSchema).max(10_000),
  /** By the playbook's JSON Schema; `null`: it has none, or none could be made. */
  result: z.json(),
  summary: z.string().max(2_000).nullable(),
  /** Whether a recording is still to come. */
  recording: z.boolean(),
  /** Why there is no result or no summary, in one sentence; `null`: there is. */
  problem: z.string().min(1).max(500).nullable(),
});
export type CallResult = z.infer<typeof callResultSchema>;

/** What the headers of an uploaded recording say of its body, and their signature covers. */
export type RecordingClaim = {
  readonly token: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
};

/**
 * What is signed in place of a recording's body, which is streamed: its digest says the same. The first
 * word keeps it apart from every JSON body.
 */
export const recordingClaimText = ({ token, bytes, sha256 }: RecordingClaim): string =>
  `recording ${bytes} ${sha256} ${token}`;
