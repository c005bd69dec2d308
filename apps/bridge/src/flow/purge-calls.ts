import type { Logger } from '@outdial/runtime';
import { type Call, callFacts } from '../domain/call.ts';
import {
  type CallStore,
  type CallTransaction,
  type PurgeFilter,
  type RecordingStore,
  StoreUnavailable,
} from '../ports.ts';
import { advance } from './advance.ts';

const BATCH = 200;

type Deps = { readonly calls: CallStore; readonly recordings: RecordingStore };

/** What was deleted, as numbers of calls. */
export type Purged = { readonly calls: number; readonly transcripts: number; readonly recordings: number };

export type PurgeResult =
  | { readonly status: 'purged'; readonly purged: Purged }
  /** Some are not over, or their result is still on its way: nothing was deleted. */
  | { readonly status: 'open'; readonly ids: readonly string[] };

// The file goes first: if it fails, the record still says that there is one.
const removeFile = async ({ recordings }: Deps, call: Call): Promise<void> => {
  if (call.recordingState !== null) await recordings.remove(call.id);
};

const deleteFrom = (
  deps: Deps,
  id: string,
  work: (tx: CallTransaction) => Promise<void>,
  event: 'purged' | 'recording_deleted',
): Promise<boolean> =>
  deps.calls.transaction(async (tx) => {
    const locked = await tx.lockCall(id);
    if (locked === null) return false;
    const { changed } = await advance(tx, locked, { type: event });
    if (changed) await work(tx);
    return changed;
  });

const purgeOne = async (deps: Deps, call: Call): Promise<boolean> => {
  await removeFile(deps, call);
  return deleteFrom(
    deps,
    call.id,
    async (tx) => {
      await tx.deleteTranscript(call.id);
      await tx.deleteTraces(call.id);
    },
    'purged',
  );
};

/**
 * Deletes what ended calls say about people. One that is still open refuses the whole; by `before`, one that awaits
 * its result is left for the next time.
 */
export const purgeCalls = async (deps: Deps, filter: PurgeFilter): Promise<PurgeResult> => {
  const purged = { calls: 0, transcripts: 0, recordings: 0 };
  // All of them before the first is deleted.
  const open = filter.by === 'before' ? [] : await deps.calls.findToPurge(filter, false, BATCH);
  if (open.length > 0) return { status: 'open', ids: open.map(({ id }) => id) };
  for (;;) {
    const calls = await deps.calls.findToPurge(filter, true, BATCH);
    if (calls.length === 0) return { status: 'purged', purged };
    for (const call of calls) {
      if (!(await purgeOne(deps, call))) continue;
      purged.calls += 1;
      if (call.transcriptAt !== null) purged.transcripts += 1;
      if (call.recordingState === 'stored') purged.recordings += 1;
    }
  }
};

/**
 * Deletes transcripts and recordings that are older than they are to be kept. A file that cannot be deleted keeps
 * its call for the next round and no other.
 *
 * @throws StoreUnavailable when the database is away.
 */
export const deleteExpired = async (
  deps: Deps & { readonly retentionDays: number; readonly log: Logger },
): Promise<void> => {
  const failed: string[] = [];
  let deleted = 0;
  let calls: readonly Call[];
  do {
    calls = await deps.calls.findKept(deps.retentionDays, BATCH, failed);
    for (const call of calls) {
      try {
        await removeFile(deps, call);
        await deleteFrom(deps, call.id, (tx) => tx.deleteTranscript(call.id), 'recording_deleted');
        deleted += 1;
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        failed.push(call.id);
        deps.log.error({ ...callFacts(call), err: error }, 'what was kept of a call cannot be deleted');
      }
    }
    // A disk that refuses so many refuses the rest too.
  } while (calls.length === BATCH && failed.length < BATCH);
  if (deleted > 0) {
    deps.log.info({ calls: deleted, days: deps.retentionDays }, 'transcripts and recordings deleted');
  }
};
