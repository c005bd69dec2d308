import type { Readable } from 'node:stream';

/** A backup that is written: its size, and its content, which is to be read or destroyed. */
export type Backup = { readonly bytes: number; readonly content: Readable };

/** Copies of the whole database, as it was at one moment. */
export interface Backups {
  /** Writes one; what is done meanwhile is not in it. */
  write(): Promise<Backup>;
}
