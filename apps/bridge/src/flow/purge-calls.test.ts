import { createLogger } from '@outdial/runtime';
import { makeOutcome } from '@outdial/telephony';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { calleeLeg, result, TOKEN } from '../../test/fixtures.ts';
import { openWorld, type World } from '../../test/world.ts';
import type { RecordingStore } from '../ports.ts';
import { applyEvent } from './advance.ts';
import { deleteExpired, purgeCalls } from './purge-calls.ts';
import { takeResult } from './take-result.ts';

const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });
let world: World;
let files: Set<string>;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());
beforeEach(async () => {
  await world.reset();
  files = new Set();
});

const recordings = { remove: async (id: string) => void files.delete(id) } as unknown as RecordingStore;
const deps = () => ({ calls: world.calls, recordings });

/** A call that is over, with transcript and recording. */
const kept = async (destination = '+61491570156'): Promise<string> => {
  const { id } = await world.place(
    { destination, record: true },
    { url: 'https://example.com/resume', events: ['call.ended'] },
  );
  await world.end(id, makeOutcome('callee_hangup', { talk_ms: 900 }));
  await takeResult(world, id, { ...result().result, token: TOKEN });
  files.add(id);
  await applyEvent(world.calls, id, { type: 'recording_stored' });
  return id;
};

describe('a purge', () => {
  test('of a number deletes words, sound and the rest, and counts them', async () => {
    const [one, two, other] = [await kept(), await kept(), await kept('+61491570157')];
    expect(await purgeCalls(deps(), { by: 'destination', destination: '+61491570156' })).toEqual({
      status: 'purged',
      purged: { calls: 2, transcripts: 2, recordings: 2 },
    });
    expect([...files]).toEqual([other]);
    for (const id of [one, two]) {
      expect(await world.calls.findTranscript(id)).toBeNull();
      expect(await world.found(id)).toMatchObject({ destination: 'deleted', recordingState: 'deleted' });
    }
    expect(await world.calls.findTranscript(other)).toHaveLength(1);
    const reports = await world.database.selectFrom('callReports').select('callId').execute();
    expect(reports.map(({ callId }) => callId)).not.toContain(one);
  });

  test('of all that had ended by then; asked again it finds nothing', async () => {
    await kept();
    const before = { by: 'before', before: new Date(Date.now() + 60_000) } as const;
    expect(await purgeCalls(deps(), before)).toMatchObject({ purged: { calls: 1 } });
    expect(await purgeCalls(deps(), before)).toMatchObject({ purged: { calls: 0 } });
    expect(await purgeCalls(deps(), { by: 'before', before: new Date(0) })).toMatchObject({
      purged: { calls: 0 },
    });
  });

  test('deletes nothing while one of the calls is open', async () => {
    const [id, open] = [await kept(), await world.granted()];
    expect(await purgeCalls(deps(), { by: 'ids', ids: [id, open] })).toEqual({ status: 'open', ids: [open] });
    expect(await world.found(id)).toMatchObject({ purgedAt: null });
    expect(files).toContain(id);
  });

  test('deletes nothing of many either, though the open one is the last of them', async () => {
    const ids: string[] = [];
    while (ids.length < 200) ids.push((await world.place()).id);
    const outcome = JSON.stringify(makeOutcome('busy'));
    await sql`update calls set status = 'busy', ended_at = now(), outcome = ${outcome}::jsonb`.execute(
      world.database,
    );
    const open = await world.place();
    const number = { by: 'destination', destination: '+61491570156' } as const;
    expect(await purgeCalls(deps(), number)).toEqual({ status: 'open', ids: [open.id] });
    expect(await world.found(ids[0] ?? '')).toMatchObject({ purgedAt: null });
  });

  test('by time leaves a call that awaits its result, and deletes the rest', async () => {
    const [id, awaited] = [await kept(), await world.granted()];
    const outcome = makeOutcome('callee_hangup', { talk_ms: 900 });
    await world.say(awaited, { type: 'ended', outcome, follows: { result: true, recording: false } });
    const before = { by: 'before', before: new Date(Date.now() + 60_000) } as const;
    expect(await purgeCalls(deps(), before)).toMatchObject({ status: 'purged', purged: { calls: 1 } });
    expect((await world.found(id)).purgedAt).toBeInstanceOf(Date);
    expect((await world.found(awaited)).purgedAt).toBeNull();
  });

  test('is not undone by reports that come late', async () => {
    const id = await kept();
    await purgeCalls(deps(), { by: 'ids', ids: [id] });
    const before = await world.found(id);
    await world.say(id, { type: 'opt_out' });
    await world.say(id, { type: 'leg', leg: calleeLeg() });
    expect(await world.found(id)).toEqual(before);
    expect(
      await world.database.selectFrom('callReports').selectAll().where('callId', '=', id).execute(),
    ).toEqual([]);
    expect(await world.database.selectFrom('doNotCall').selectAll().execute()).toEqual([]);
  });

  test('takes the words out of callbacks that were sent', async () => {
    const id = await kept();
    const [callback] = await world.callbacks(id);
    await world.calls.transaction((tx) =>
      tx.saveCallback(callback?.id ?? '', { body: '{"data":"Seven come."}' }),
    );
    await purgeCalls(deps(), { by: 'ids', ids: [id] });
    const { body } = await world.database
      .selectFrom('callbacks')
      .select('body')
      .where('callId', '=', id)
      .executeTakeFirstOrThrow();
    expect(body).toBeNull();
  });
});

test('transcripts and recordings go when they were kept long enough; results stay', async () => {
  const [old, young] = [await kept(), await kept()];
  await world.age(old, 'ended_at', 31 * 86_400);
  await deleteExpired({ ...deps(), retentionDays: 30, log });
  expect([...files]).toEqual([young]);
  expect(await world.calls.findTranscript(old)).toBeNull();
  expect(await world.found(old)).toMatchObject({
    transcriptAt: null,
    recordingState: 'deleted',
    summary: 'Seven come.',
    destination: '+61491570156',
  });
  expect(await world.found(young)).toMatchObject({ recordingState: 'stored' });
});

test('a file that cannot be deleted keeps no other from being deleted', async () => {
  const [stuck, other] = [await kept(), await kept()];
  for (const id of [stuck, other]) await world.age(id, 'ended_at', 31 * 86_400);
  const remove = async (id: string) => {
    if (id === stuck) throw new Error('EACCES');
    files.delete(id);
  };
  await deleteExpired({ ...deps(), recordings: { ...recordings, remove }, retentionDays: 30, log });
  expect(await world.found(stuck)).toMatchObject({ recordingState: 'stored' });
  expect(await world.found(other)).toMatchObject({ recordingState: 'deleted' });
});
