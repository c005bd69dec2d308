import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callResultSchema, traceparentSchema, transcriptTurnSchema } from '@outdial/telephony';
import { z } from 'zod';

/** What a job leaves of an answered call: its words and its sound, on disk until the bridge has them. */
export const aftermathSchema = z.object({
  call_id: z.string().min(1),
  token: z.string().min(16),
  /** The trace of the call; `null`: none that is known. */
  traceparent: traceparentSchema.nullable().default(null).catch(null),
  /** The job's process; while it lives and is not done, its words are not whole. */
  pid: z.int().positive(),
  started: z.string().nullable().default(null),
  complete: z.boolean(),
  turns: z.array(transcriptTurnSchema),
  result_schema: z.record(z.string(), z.json()).nullable(),
  language: z.string(),
  is_machine: z.boolean(),
  /** Path of the recording; `null`: there is none. */
  recording: z.string().nullable(),
  /** What the model made of it; `null`: it was not asked yet. */
  filled: callResultSchema.pick({ result: true, summary: true, problem: true }).nullable(),
});
export type Aftermath = z.infer<typeof aftermathSchema>;

const SUFFIX = '.json';

/** Where the words and the sound of calls wait to be handed over; only this user can read them. */
export type AftermathSpool = {
  /** Writes it down, whole or not at all; what was there before is replaced. */
  keep(aftermath: Aftermath): Promise<void>;
  /** The ids of the calls that wait. */
  list(): Promise<readonly string[]>;
  /** Rejects when the file is gone or not ours. */
  read(callId: string): Promise<Aftermath>;
  /** Deletes the words of a call and its sound. */
  remove(callId: string): Promise<void>;
  /** Where the recording of a call is put. */
  soundPath(callId: string): string;
};

/** The id of the call that a file's name was made of; `null` when it was made of none. */
const callIdOf = (name: string): string | null => {
  const encoded = name.slice(0, -SUFFIX.length);
  try {
    const callId = decodeURIComponent(encoded);
    return encodeURIComponent(callId) === encoded ? callId : null;
  } catch {
    return null;
  }
};

/**
 * A spool of one file of words, and one of sound, a call under `dir`. `onForeign` is told once of each file of words
 * that is not ours, which is left alone.
 */
export const createAftermathSpool = (
  dir: string,
  onForeign: (name: string) => void = () => {},
): AftermathSpool => {
  const foreign = new Set<string>();
  const pathOf = (callId: string, suffix: string): string =>
    join(dir, `${encodeURIComponent(callId)}${suffix}`);
  return {
    keep: async (aftermath) => {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const path = pathOf(aftermath.call_id, SUFFIX);
      await writeFile(`${path}.part`, JSON.stringify(aftermath), { mode: 0o600, flush: true });
      await rename(`${path}.part`, path);
    },
    list: async () => {
      const names = await readdir(dir).catch(() => [] as string[]);
      return names.flatMap((name) => {
        if (!name.endsWith(SUFFIX)) return [];
        const callId = callIdOf(name);
        if (callId !== null) return [callId];
        if (!foreign.has(name)) onForeign(name);
        foreign.add(name);
        return [];
      });
    },
    read: async (callId) => aftermathSchema.parse(JSON.parse(await readFile(pathOf(callId, SUFFIX), 'utf8'))),
    remove: async (callId) => {
      await rm(pathOf(callId, '.ogg'), { force: true });
      await rm(pathOf(callId, SUFFIX), { force: true });
    },
    soundPath: (callId) => pathOf(callId, '.ogg'),
  };
};
