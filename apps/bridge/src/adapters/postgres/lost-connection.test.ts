import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { startPostgres } from '../../../test/postgres.ts';
import { openDatabase } from './database.ts';
import { translateStoreErrors } from './store-error.ts';

test('a server that dies in the middle of a transaction fails that work and nothing else', async () => {
  const postgres = await startPostgres();
  const lost: Error[] = [];
  const database = openDatabase({ type: 'postgres', url: await postgres.newDatabase() }, (error) => {
    lost.push(error);
  });
  try {
    const work = translateStoreErrors(() =>
      database.db.transaction().execute(async (tx) => {
        await sql`select 1`.execute(tx);
        await postgres.kill();
        await sql`select 2`.execute(tx);
      }),
    );
    await expect(work).rejects.toMatchObject({ code: 'database_unavailable' });
    await expect.poll(() => lost.length).toBeGreaterThan(0);
    await postgres.restart();
    const { rows } = await sql<{ three: number }>`select 3 as three`.execute(database.db);
    expect(rows).toEqual([{ three: 3 }]);
  } finally {
    await database.close();
    await postgres.stop();
  }
});
