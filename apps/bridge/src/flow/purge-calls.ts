import type { Logger } from '@outdial/runtime';
import type { Call } from '../domain/call.ts';
import { isSettled } from '../domain/call-keepsake.ts';
import type { CallStore, CallTransaction, PurgeFilter, RecordingStore } from '../ports.ts';
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

/** Deletes what ended calls say about people. One that is still open refuses the whole. */
export const purgeCalls = async (deps: Deps, filter: PurgeFilter): Promise<PurgeResult> => {
  const purged = { calls: 0, transcripts: 0, recordings: 0 };
  for (;;) {
    const calls = await deps.calls.findToPurge(filter, BATCH);
    const open = calls.filter((call) => !isSettled(call));
    if (open.length > 0) return { status: 'open', ids: open.map(({ id }) => id) };
    if (calls.length === 0) return { status: 'purged', purged };
    for (const call of calls) {
      if (!(await purgeOne(deps, call))) continue;
      purged.calls += 1;
      if (call.transcriptAt !== null) purged.transcripts += 1;
      if (call.recordingState === 'stored') purged.recordings += 1;
    }
  }
};

/** Deletes transcripts and recordings that are older than they are to be kept. */
export const deleteExpired = async (
  deps: Deps & { readonly retentionDays: number; readonly log: Logger },
): Promise<void> => {
  let deleted = 0;
  let calls: readonly Call[];
  do {
    calls = await deps.calls.findKept(deps.retentionDays, BATCH);
    for (const call of calls) {
      await removeFile(deps, call);
      await deleteFrom(deps, call.id, (tx) => tx.deleteTranscript(call.id), 'recording_deleted');
    }
    deleted += calls.length;
  } while (calls.length === BATCH);
  if (deleted > 0) {
    deps.log.info({ calls: deleted, days: deps.retentionDays }, 'transcripts and recordings deleted');
  }
};
