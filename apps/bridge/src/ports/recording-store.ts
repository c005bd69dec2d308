import type { Readable } from 'node:stream';

/** What became of an uploaded recording. `mismatch`: it was cut or changed on the way. */
export type RecordingReceipt =
  | { readonly status: 'stored' }
  | { readonly status: 'mismatch' }
  | { readonly status: 'disk_full' };

/** The sound of calls, as files of our own; ids come from records, never from a request. */
export interface RecordingStore {
  /** Writes a recording to disk, whole or not at all. */
  receive(
    callId: string,
    body: AsyncIterable<Uint8Array>,
    claim: { readonly bytes: number; readonly sha256: string },
  ): Promise<RecordingReceipt>;
  /** Its size in bytes; null when it is not there. */
  size(callId: string): Promise<number | null>;
  /** Its bytes from `start` to `end`, both included. */
  read(callId: string, start: number, end: number): Readable;
  /** Deletes it; one that is gone already is fine. */
  remove(callId: string): Promise<void>;
  /** Deletes what a bridge that died left of uploads that were cut. */
  removeParts(): Promise<void>;
}
