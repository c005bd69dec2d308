import type { FastifyReply } from 'fastify';
import { isSettled } from '../domain/call-keepsake.ts';
import { toCallRecord } from '../domain/call-record.ts';
import type { CallStore, ChangeFeed, StoredEvent } from '../ports.ts';
import { createChangeLatch } from './change-latch.ts';

const HEARTBEAT_MS = 15_000;
const RECONNECT_MS = 2_000;
const PAGE = 100;
// A client that reads nothing must not fill the memory; it comes back and asks from its last event on.
const MOST_UNREAD_BYTES = 1_000_000;
// Numbers are given before their transactions are over, so among calls a lower one may appear later.
const LOOK_BACK = 200;

/** Which events are streamed: of one call from its beginning to its end, or of all from now on. */
export type StreamOptions = {
  readonly calls: CallStore;
  readonly feed: ChangeFeed;
  /** Aborted when the client is gone or the bridge stops. */
  readonly stop: AbortSignal;
  readonly callId: string | null;
  /** Whether the client may still be told; asked with every event and heartbeat. */
  readonly mayHear: () => boolean;
  /** The number of the last event that the client has. */
  readonly after: number;
};

/** Reads what is new, once each, in the order of the numbers. */
const createReader = ({ calls, callId, after }: StreamOptions) => {
  const sent = new Set<number>();
  let last = after;
  const isNew = (event: StoredEvent): boolean => event.id > after && !sent.has(event.id);
  return async (): Promise<readonly StoredEvent[]> => {
    const from = callId === null ? Math.max(after, last - LOOK_BACK) : last;
    const events = (await calls.listEvents(from, callId, PAGE + LOOK_BACK)).filter(isNew);
    for (const { id } of events) sent.add(id);
    last = Math.max(last, ...events.map(({ id }) => id));
    for (const id of sent) if (id < last - LOOK_BACK) sent.delete(id);
    return events;
  };
};

const frameOf = async (calls: CallStore, event: StoredEvent): Promise<string> => {
  const call = await calls.find(event.callId);
  if (call === null) return '';
  const data = toCallRecord(call, await calls.callbacksOf([call.id]));
  const body = { type: event.type, timestamp: event.at.toISOString(), data };
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(body)}\n\n`;
};

const isOver = async (calls: CallStore, callId: string): Promise<boolean> => {
  const call = await calls.find(callId);
  return call === null || isSettled(call);
};

/**
 * Streams events as server-sent events until the client goes or may hear no more, the bridge stops, or the one call is over and
 * its result was told.
 * `data` is the record as it stands when it is sent.
 */
export const streamEvents = async (reply: FastifyReply, options: StreamOptions): Promise<void> => {
  const { calls, feed, stop, callId } = options;
  const latch = createChangeLatch(feed, callId, stop);
  const read = createReader(options);
  // Past Fastify's own answer: it is written piece by piece.
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    connection: 'close',
  });
  raw.write(`retry: ${RECONNECT_MS}\n\n`);
  try {
    while (!stop.aborted && options.mayHear() && raw.writableLength < MOST_UNREAD_BYTES) {
      // Looked at first: the events of an end are there with it.
      const over = callId !== null && (await isOver(calls, callId));
      const events = await read();
      for (const event of events) raw.write(await frameOf(calls, event));
      if (events.length >= PAGE) continue;
      if (over) return;
      await latch.next(HEARTBEAT_MS);
      raw.write(': alive\n\n');
    }
  } finally {
    latch.close();
    raw.end();
  }
};
