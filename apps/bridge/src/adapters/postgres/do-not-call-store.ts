import type { Kysely } from 'kysely';
import type { DoNotCallStore } from '../../ports.ts';
import * as entries from './do-not-call-queries.ts';
import type { Database } from './schema.ts';
import { translateStoreErrors as translated } from './store-error.ts';

/** The do-not-call list, in the database of the calls. `checkSpace` throws when nothing may be written. */
export const createDoNotCallStore = (
  db: Kysely<Database>,
  checkSpace: () => void = () => {},
): DoNotCallStore => ({
  list: (filter, position, limit) => translated(() => entries.listEntries(db, filter, position, limit)),
  find: (number) => translated(() => entries.findEntry(db, number)),
  put: (entry) =>
    translated(() => {
      checkSpace();
      return db.transaction().execute(async (tx) => {
        const added = (await entries.insertNumbers(tx, [entry], 'api')) === 1;
        if (!added && entry.note !== null) await entries.saveNote(tx, entry);
        const stored = await entries.findEntry(tx, entry.number);
        if (stored === null) throw new Error('The number was taken off the list while it was put on it.');
        return { entry: stored, added };
      });
    }),
  addAll: (list) =>
    translated(() => {
      checkSpace();
      return entries.insertNumbers(db, list, 'import');
    }),
  remove: (number) => translated(() => entries.deleteEntry(db, number)),
  findWaiting: () => translated(() => entries.findWaitingListed(db)),
});
