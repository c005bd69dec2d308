import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aNewCall } from '../../../test/fixtures.ts';
import { openTestStore, type TestStore } from '../../../test/store.ts';
import { StoreUnavailable } from '../../ports.ts';
import { createCallStore } from './call-store.ts';
import { checkDiskSpace, DiskFull } from './disk-space.ts';

const MORE_THAN_ANY_DISK = Number.MAX_SAFE_INTEGER;

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store?.close());

test('a disk with less than the reserve is refused in one sentence that says what to do', () => {
  expect(() => checkDiskSpace(tmpdir(), 0)).not.toThrow();
  expect(() => checkDiskSpace(tmpdir(), MORE_THAN_ANY_DISK)).toThrow(DiskFull);
  expect(() => checkDiskSpace(tmpdir(), MORE_THAN_ANY_DISK)).toThrow(
    /^The disk of .+ has \d+ MiB left, .+ Free some space, move DATA_DIR, or use DATABASE_URL\.$/,
  );
});

test('a store on such a disk takes nothing more and still tells what it has', async () => {
  const { id } = await store.calls.transaction((tx) => tx.insert(aNewCall()));
  const full = createCallStore(
    store.database,
    async () => {},
    () => checkDiskSpace(tmpdir(), MORE_THAN_ANY_DISK),
  );
  await expect(full.transaction((tx) => tx.insert(aNewCall()))).rejects.toThrow(StoreUnavailable);
  await expect(full.now()).rejects.toThrow(StoreUnavailable);
  expect((await full.find(id))?.id).toBe(id);
  expect(await full.findOpen()).toHaveLength(1);
});
