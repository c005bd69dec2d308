import { z } from 'zod';
import { describeIssues } from './violations.ts';

/** API versions whose messages this server speaks. Source: docs.cartesia.ai, TTS WebSocket. */
export const TTS_VERSIONS: readonly string[] = ['2024-11-13', '2025-04-16'];

const SAMPLE_RATES = [8000, 16000, 22050, 24000, 44100, 48000] as const;

const voiceSchema = z.discriminatedUnion('mode', [
  z.strictObject({
    mode: z.literal('id'),
    id: z.uuid(),
    __experimental_controls: z.record(z.string(), z.unknown()).optional(),
  }),
  z.strictObject({ mode: z.literal('embedding'), embedding: z.array(z.number()).length(192) }),
]);

/** A request to speak. All but `transcript` and `continue` stays the same within a context. */
const generationSchema = z.strictObject({
  model_id: z.string().regex(/^sonic(-[a-z0-9.-]+)?$/, 'is no Sonic model, for example sonic-3'),
  voice: voiceSchema,
  output_format: z.strictObject({
    container: z.literal('raw'),
    encoding: z.literal('pcm_s16le'),
    sample_rate: z.literal(SAMPLE_RATES),
  }),
  language: z.string().regex(/^[a-z]{2}$/, 'must be a language of two letters, for example en'),
  context_id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be letters, digits, - and _'),
  transcript: z.string().max(5000),
  continue: z.boolean().default(false),
  max_buffer_delay_ms: z.int().min(0).max(5000).optional(),
  add_timestamps: z.boolean().default(false),
  pronunciation_dict_id: z.string().optional(),
  generation_config: z
    .strictObject({
      speed: z.number().min(0.6).max(1.5).optional(),
      volume: z.number().min(0.5).max(2).optional(),
      emotion: z.string().optional(),
    })
    .optional(),
});

export type Generation = z.infer<typeof generationSchema>;

const cancelSchema = z.strictObject({ context_id: z.string(), cancel: z.literal(true) });

/** What the server sends. `status_code` is 206 as long as all is well. */
export type TtsMessage =
  | { type: 'chunk'; data: string; done: false; status_code: 206; step_time: number; context_id: string }
  | {
      type: 'timestamps';
      done: false;
      status_code: 206;
      context_id: string;
      word_timestamps: { words: string[]; start: number[]; end: number[] };
    }
  | { type: 'done'; done: true; status_code: 206; context_id: string }
  | { type: 'error'; done: boolean; error: string; status_code: number; context_id?: string };

/** A client's message, read and checked. `contextId` is what it claimed, where it did. */
export type ReadMessage =
  | { kind: 'generation'; request: Generation }
  | { kind: 'cancel'; contextId: string }
  | { kind: 'invalid'; reason: string; contextId: string | undefined; sent: unknown };

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const readTtsMessage = (text: string): ReadMessage => {
  const sent = parseJson(text);
  if (sent === undefined)
    return { kind: 'invalid', reason: 'The message is not JSON', contextId: undefined, sent: text };
  const cancel = cancelSchema.safeParse(sent);
  if (cancel.success) return { kind: 'cancel', contextId: cancel.data.context_id };
  const generation = generationSchema.safeParse(sent);
  if (generation.success) return { kind: 'generation', request: generation.data };
  const named = z.object({ context_id: z.string() }).safeParse(sent);
  return {
    kind: 'invalid',
    reason: describeIssues(generation.error),
    contextId: named.data?.context_id,
    sent,
  };
};

/** What must not change between the requests of one context, as text to compare. */
export const contextKey = ({ transcript: _, continue: __, ...kept }: Generation): string =>
  JSON.stringify(kept);

/** Word times in seconds, estimated by letters within the `seconds` of audio that begin at `from`. */
export const wordTimes = (text: string, from: number, seconds: number) => {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const perLetter = seconds / Math.max(1, words.join('').length);
  const times = { words, start: [] as number[], end: [] as number[] };
  let at = from;
  for (const word of words) {
    times.start.push(at);
    at += word.length * perLetter;
    times.end.push(at);
  }
  return times;
};
