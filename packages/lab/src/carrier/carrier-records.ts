import { type FSWatcher, watch } from 'node:fs';
import { appendFile, open } from 'node:fs/promises';
import type { CarrierCall } from './carrier-call.ts';
import { createCarrierLog } from './carrier-log.ts';

/** Follows the carrier's log file. */
export type CarrierRecords = {
  /** Every call so far, read from the log up to this moment. */
  calls(): Promise<CarrierCall[]>;
  stop(): Promise<void>;
};

const CHUNK = 256 * 1024;

/**
 * Reads `logFile` as it grows. A call is appended to `jsonlFile`, one JSON object a line, when it is over; it is
 * appended again when something still comes after its end, so the last line of a Call-ID counts. `stop` writes
 * the calls that have not ended.
 */
export const followCarrierLog = async (logFile: string, jsonlFile: string): Promise<CarrierRecords> => {
  const log = createCarrierLog();
  const file = await open(logFile, 'r');
  const written = new Map<string, string>();
  let position = 0;
  let rest = Buffer.alloc(0);

  const writeDown = async (calls: Iterable<CarrierCall>) => {
    const lines: string[] = [];
    for (const call of calls) {
      const line = JSON.stringify(call);
      if (written.get(call.callId) !== line) lines.push(`${line}\n`);
      written.set(call.callId, line);
    }
    if (lines.length > 0) await appendFile(jsonlFile, lines.join(''));
  };

  const readOn = async () => {
    const ended = new Set<CarrierCall>();
    const buffer = Buffer.alloc(CHUNK);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      const text = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const end = text.lastIndexOf('\n') + 1;
      rest = Buffer.from(text.subarray(end));
      for (const line of text.subarray(0, end).toString('utf8').split('\n')) {
        const call = log.add(line);
        if (call !== undefined && call.endedAt !== null) ended.add(call);
      }
    }
    await writeDown(ended);
  };

  // One reader at a time, whoever asks.
  let reading: Promise<void> = Promise.resolve();
  const read = () => {
    reading = reading.catch(() => undefined).then(readOn);
    return reading;
  };
  const watcher: FSWatcher = watch(logFile, () => void read().catch(() => undefined));
  watcher.unref();
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    watcher.close();
    await read();
    await writeDown(log.calls());
    await file.close();
  };
  return {
    calls: async () => {
      if (stopped === undefined) await read();
      return structuredClone(log.calls());
    },
    stop: () => (stopped ??= stop()),
  };
};
