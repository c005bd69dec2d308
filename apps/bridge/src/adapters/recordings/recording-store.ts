import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { RecordingReceipt, RecordingStore } from '../../ports.ts';

const MIB = 1024 * 1024;

// The embedded database may stand on the same disk, and stops writing below 48 MiB.
const RESERVE_BYTES = 64 * MIB;

/** A part's name: `<call>.ogg.<uuid>.part`; other files in the folder are not ours. */
const PART = /\.ogg\.[0-9a-f-]{36}\.part$/;
/** Nobody writes to a part for this long and goes on: an upload has ten minutes in all. */
const PART_LIVES_MS = 10 * 60 * 1000;

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
const isFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');

/** Passes on what comes, and counts and digests it; ends early when there is more than was said. */
const measured = (body: AsyncIterable<Uint8Array>, most: number) => {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    stream: async function* () {
      for await (const chunk of body) {
        bytes += chunk.byteLength;
        if (bytes > most) return;
        hash.update(chunk);
        yield chunk;
      }
    },
    matches: (sha256: string) => bytes === most && hash.digest('hex') === sha256,
  };
};

/**
 * Recordings as one Ogg file a call in `dir`, which must exist; only this user can read them.
 * `reserveBytes` stay free on its disk.
 */
export const createRecordingStore = (dir: string, reserveBytes = RESERVE_BYTES): RecordingStore => {
  const pathOf = (callId: string): string => join(dir, `${encodeURIComponent(callId)}.ogg`);

  const hasRoom = async (bytes: number): Promise<boolean> => {
    const { bavail, bsize } = await statfs(dir);
    return bavail * bsize - bytes >= reserveBytes;
  };

  const write = async (
    path: string,
    body: AsyncIterable<Uint8Array>,
    claim: { readonly bytes: number; readonly sha256: string },
  ): Promise<RecordingReceipt> => {
    const part = `${path}.${randomUUID()}.part`;
    const { stream, matches } = measured(body, claim.bytes);
    try {
      // Opened before anything is read: when a sender breaks off while its file is being opened, the
      // file would be made after the cleaning-up.
      const file = await open(part, 'wx', 0o600);
      await pipeline(stream, file.createWriteStream({ flush: true }));
      if (!matches(claim.sha256)) return { status: 'mismatch' };
      await rename(part, path);
      return { status: 'stored' };
    } catch (error) {
      if (isFull(error)) return { status: 'disk_full' };
      throw error;
    } finally {
      await rm(part, { force: true });
    }
  };

  return {
    receive: async (callId, body, claim) =>
      (await hasRoom(claim.bytes)) ? write(pathOf(callId), body, claim) : { status: 'disk_full' },
    size: async (callId) => {
      try {
        return (await stat(pathOf(callId))).size;
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    },
    read: (callId, start, end) => createReadStream(pathOf(callId), { start, end }),
    remove: (callId) => rm(pathOf(callId), { force: true }),
    removeParts: async () => {
      for (const name of await readdir(dir)) {
        if (!PART.test(name)) continue;
        const path = join(dir, name);
        // Another bridge may have taken it away meanwhile.
        const facts = await stat(path).catch(() => null);
        if (facts !== null && Date.now() - facts.mtimeMs > PART_LIVES_MS) await rm(path, { force: true });
      }
    },
  };
};
