import { createLogger } from '@outdial/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres, type TestPostgres } from '../../../test/postgres.ts';
import { openTestStore, type TestStore } from '../../../test/store.ts';
import type { Alarm, CallTransaction } from '../../ports.ts';
import { createAlarmClock } from './alarm-clock.ts';
import { openDatabase } from './database.ts';

// An alarm for later is found by a poll every half second; a machine that is busy may take its time.
const WAIT = { timeout: 20_000 };

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

describe.each(['embedded', 'postgres'] as const)('alarms on %s', (kind) => {
  let store: TestStore;
  let rung: { alarm: Alarm; at: number }[];
  beforeAll(async () => {
    store = await openTestStore(
      kind === 'embedded' ? { type: 'memory' } : { type: 'postgres', url: await postgres.newDatabase() },
    );
    rung = [];
    await store.alarms.ring(async (alarm) => {
      rung.push({ alarm, at: Date.now() });
      if (alarm.id === 'fails') throw new Error('not followed');
    });
  });
  afterAll(() => store?.close());

  const set = (
    alarm: Alarm,
    at: Date | null,
    then: (tx: CallTransaction) => Promise<void> = async () => {},
  ) =>
    store.calls.transaction(async (tx) => {
      await tx.setAlarm(alarm, at);
      await then(tx);
    });
  const ids = (type: Alarm['type']) =>
    rung.filter(({ alarm }) => alarm.type === type).map(({ alarm }) => alarm.id);

  test('ring once the transaction is over, each for its own kind', async () => {
    await set({ type: 'call', id: 'now' }, null);
    await set({ type: 'callback', id: 'now' }, null);
    await expect.poll(() => ids('call'), WAIT).toContain('now');
    await expect.poll(() => ids('callback'), WAIT).toContain('now');
  });

  test('several in one transaction all ring', async () => {
    await set({ type: 'call', id: 'one' }, null, async (tx) => {
      for (const id of ['two', 'three']) await tx.setAlarm({ type: 'call', id }, null);
    });
    await expect.poll(() => ids('call'), WAIT).toEqual(expect.arrayContaining(['one', 'two', 'three']));
  });

  test('of a transaction that is rolled back never ring', async () => {
    const rolledBack = set({ type: 'call', id: 'rolled back' }, null, () =>
      Promise.reject(new Error('rolled back')),
    );
    await expect(rolledBack).rejects.toThrow('rolled back');
    // Set later, so that whatever rings it would have rung the other before.
    await set({ type: 'call', id: 'after it' }, null);
    await expect.poll(() => ids('call'), WAIT).toContain('after it');
    expect(ids('call')).not.toContain('rolled back');
  });

  test('for later ring then, not before', async () => {
    const at = new Date((await store.calls.now()).getTime() + 1_500);
    await set({ type: 'call', id: 'later' }, at);
    await expect.poll(() => ids('call'), WAIT).toContain('later');
    const [later] = rung.filter(({ alarm }) => alarm.id === 'later');
    expect(later?.at).toBeGreaterThanOrEqual(at.getTime());
  });

  test('whose handler fails ring no second time and stop no other', async () => {
    await set({ type: 'callback', id: 'fails' }, null);
    await expect.poll(() => ids('callback'), WAIT).toContain('fails');
    await set({ type: 'callback', id: 'after the failure' }, null);
    await expect.poll(() => ids('callback'), WAIT).toContain('after the failure');
    expect(ids('callback').filter((id) => id === 'fails')).toHaveLength(1);
  });
});

test('an alarm that was set before a restart rings after it', async () => {
  const place = { type: 'postgres', url: await postgres.newDatabase() } as const;
  const first = await openTestStore(place);
  await first.calls.transaction((tx) => tx.setAlarm({ type: 'call', id: 'before' }, null));
  await first.close();
  const opened = openDatabase(place);
  const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });
  const second = await createAlarmClock(opened, log);
  const rung: string[] = [];
  await second.ring(async ({ id }) => {
    rung.push(id);
  });
  await expect.poll(() => rung, WAIT).toEqual(['before']);
  await second.stop();
  await opened.close();
});
