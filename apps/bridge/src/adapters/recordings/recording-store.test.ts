import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRecordingStore } from './recording-store.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'outdial-store-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const claimOf = (sound: string) => ({
  bytes: Buffer.byteLength(sound),
  sha256: createHash('sha256').update(sound).digest('hex'),
});
async function* parts(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of texts) yield Buffer.from(part);
}

test('a recording is there whole, for its owner alone, and gone when it is removed', async () => {
  const store = createRecordingStore(dir, 0);
  expect(await store.receive('call_1', parts('Ogg', 'S!'), claimOf('OggS!'))).toEqual({ status: 'stored' });
  expect(await store.size('call_1')).toBe(5);
  expect(await text(store.read('call_1', 1, 3))).toBe('ggS');
  expect((await stat(join(dir, 'call_1.ogg'))).mode & 0o077).toBe(0);
  await store.remove('call_1');
  await store.remove('call_1');
  expect(await store.size('call_1')).toBeNull();
});

test.each([
  ['cut', parts('Ogg'), 'mismatch'],
  ['longer than it was said to be', parts('OggS!', 'more'), 'mismatch'],
  ['changed', parts('OggX!'), 'mismatch'],
])('one that comes %s leaves nothing', async (_name, body, status) => {
  const store = createRecordingStore(dir, 0);
  expect(await store.receive('call_1', body, claimOf('OggS!'))).toEqual({ status });
  expect(await readdir(dir)).toEqual([]);
});

test.each([
  ['at once', []],
  ['in the middle', ['Og']],
])('a connection that breaks %s leaves what was there before', async (_when, sent) => {
  const store = createRecordingStore(dir, 0);
  await store.receive('call_1', parts('OggS!'), claimOf('OggS!'));
  const broken = async function* () {
    yield* parts(...sent);
    throw new Error('reset');
  };
  for (let time = 0; time < 20; time++)
    await expect(store.receive('call_1', broken(), claimOf('Other'))).rejects.toThrow('reset');
  expect(await readdir(dir)).toEqual(['call_1.ogg']);
  expect(await text(store.read('call_1', 0, 4))).toBe('OggS!');
});

test('a disk without room for it takes nothing', async () => {
  const store = createRecordingStore(dir, Number.MAX_SAFE_INTEGER);
  expect(await store.receive('call_1', parts('OggS!'), claimOf('OggS!'))).toEqual({ status: 'disk_full' });
  expect(await readdir(dir)).toEqual([]);
});

test('no id leads out of the folder', async () => {
  const store = createRecordingStore(dir, 0);
  await store.receive('../../call_1', parts('x'), claimOf('x'));
  expect(await readdir(dir)).toHaveLength(1);
});

test('what is left of an upload is deleted when nobody has written to it for ten minutes', async () => {
  const store = createRecordingStore(dir, 0);
  await store.receive('call_1', parts('OggS!'), claimOf('OggS!'));
  const [old, young] = [`call_2.ogg.${randomUUID()}.part`, `call_3.ogg.${randomUUID()}.part`];
  for (const name of [old, young, 'movie.part']) await writeFile(join(dir, name), 'Og');
  const before = new Date(Date.now() - 11 * 60_000);
  for (const name of ['call_1.ogg', old, 'movie.part']) await utimes(join(dir, name), before, before);
  await store.removeParts();
  expect((await readdir(dir)).sort()).toEqual(['call_1.ogg', young, 'movie.part']);
});
