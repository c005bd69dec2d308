import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SpeakOptions, synthesize } from './speak.ts';
import { encodeWav, readWav, type Sound } from './wav.ts';

/** Synthesised speech, kept as WAV files named by what is in them. */
export type SpeechCache = {
  get(text: string, options: Required<SpeakOptions>): Promise<Sound>;
  /** Ends syntheses under way and waits until their programs are gone; later ones reject. */
  close(): Promise<void>;
};

/** A cache in `dir`, which is made when missing. Requests for the same speech share one synthesis. */
export const createSpeechCache = (dir: string): SpeechCache => {
  const stop = new AbortController();
  const running = new Map<string, Promise<Sound>>();

  const make = async (file: string, text: string, options: Required<SpeakOptions>): Promise<Sound> => {
    const kept = await readWav(file).catch(() => undefined);
    if (kept) return kept;
    const sound = await synthesize(text, { ...options, signal: stop.signal });
    await mkdir(dir, { recursive: true });
    // Renamed into place, so that no reader, of another process either, sees half a file.
    const draft = `${file}.${randomUUID()}`;
    await writeFile(draft, encodeWav(sound));
    await rename(draft, file);
    return sound;
  };

  return {
    get: (text, options) => {
      const key = JSON.stringify([text, options.voice, options.rate]);
      const file = join(dir, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.wav`);
      const shared = running.get(key) ?? make(file, text, options).finally(() => running.delete(key));
      running.set(key, shared);
      return shared;
    },
    close: async () => {
      stop.abort();
      await Promise.allSettled(running.values());
    },
  };
};
