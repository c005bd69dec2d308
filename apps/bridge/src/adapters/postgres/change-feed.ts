import type { Logger } from '@outdial/runtime';
import pg from 'pg';
import type { ChangeFeed } from '../../ports.ts';
import type { OpenDatabase } from './database.ts';
import { EVENT_CHANNEL } from './event-queries.ts';

/** A feed that has an end. */
export type OpenChangeFeed = ChangeFeed & { readonly close: () => Promise<void> };

const RECONNECT_MS = 1_000;

type Hear = (callId: string | null) => void;

const listenEmbedded = async (server: Extract<OpenDatabase['server'], { type: 'embedded' }>, hear: Hear) =>
  server.pglite.listen(EVENT_CHANNEL, hear);

// A connection of its own: LISTEN belongs to one session, and a pool gives sessions away. What is told
// while it is down is lost, so whoever listens hears of the gap.
const listenOnServer = async (
  server: Extract<OpenDatabase['server'], { type: 'postgres' }>,
  hear: Hear,
  log: Logger,
) => {
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: server.url,
      keepAlive: true,
      application_name: 'outdial-events',
    });
    const lost = (): void => {
      if (client !== next && client !== null) return;
      client = null;
      next.removeAllListeners('end');
      if (closed) return;
      clearTimeout(timer);
      timer = setTimeout(() => void connect(), RECONNECT_MS);
    };
    next.on('error', (error) => log.warn({ reason: error.message }, 'the event connection was lost'));
    next.on('end', lost);
    next.on('notification', ({ payload }) => hear(payload ?? null));
    try {
      await next.connect();
      await next.query(`listen ${EVENT_CHANNEL}`);
      client = next;
      // Closed meanwhile: nobody else would end this connection.
      if (closed) await next.end();
      else hear(null);
    } catch {
      await next.end().catch(() => {});
      lost();
    }
  };
  await connect();
  return async () => {
    closed = true;
    clearTimeout(timer);
    await client?.end().catch(() => {});
  };
};

/** Opens the feed of what happens to calls, on every bridge of this database. */
export const openChangeFeed = async ({ server }: OpenDatabase, log: Logger): Promise<OpenChangeFeed> => {
  const listeners = new Set<Hear>();
  const hear: Hear = (callId) => {
    for (const listener of listeners) listener(callId);
  };
  const close = await (server.type === 'embedded'
    ? listenEmbedded(server, hear)
    : listenOnServer(server, hear, log));
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      await close();
    },
  };
};
