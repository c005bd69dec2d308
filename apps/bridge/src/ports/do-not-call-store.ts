import type { DoNotCallEntry, DoNotCallSource, NewDoNotCall } from '../domain/do-not-call-entry.ts';
import type { Position } from './store-views.ts';

export type DoNotCallFilter = {
  /** E.164. */
  readonly number: string | null;
  readonly source: DoNotCallSource | null;
};

/** The numbers that are never dialled. Every method throws `StoreUnavailable` when the database is away. */
export interface DoNotCallStore {
  /** Newest first, from after `position`, whose `id` is a number. */
  list(filter: DoNotCallFilter, position: Position | null, limit: number): Promise<readonly DoNotCallEntry[]>;
  find(number: string): Promise<DoNotCallEntry | null>;
  /** Puts a number on the list; of one that is there already only the note changes, if there is one. */
  put(entry: NewDoNotCall): Promise<{ readonly entry: DoNotCallEntry; readonly added: boolean }>;
  /** Puts the numbers of a file on the list; gives how many are new. */
  addAll(entries: readonly NewDoNotCall[]): Promise<number>;
  /** Takes a number off the list; gives the entry that there was. */
  remove(number: string): Promise<DoNotCallEntry | null>;
  /** Calls without a grant whose destination is on the list: their ids. */
  findWaiting(): Promise<readonly string[]>;
}
