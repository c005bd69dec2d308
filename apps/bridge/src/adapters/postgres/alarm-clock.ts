import type { Logger } from '@outdial/runtime';
import type { Kysely } from 'kysely';
import { fromKysely, fromPglite, PgBoss } from 'pg-boss';
import type { Alarm } from '../../ports.ts';
import type { SetAlarm } from './call-store.ts';
import type { OpenDatabase } from './database.ts';
import type { Database } from './schema.ts';

/** Rings when an alarm's time has come. It may ring late, twice, or not at all after a crash: rows tell what is due. */
export type AlarmClock = {
  readonly set: SetAlarm;
  /** Begins to ring; a handler that fails is logged, and whoever keeps the rows looks again. */
  readonly ring: (handler: (alarm: Alarm) => Promise<void>) => Promise<void>;
  /** Rings no more; resolves when the handlers under way are done. */
  readonly stop: () => Promise<void>;
};

const QUEUES: Readonly<Record<Alarm['type'], string>> = {
  call: 'look-at-call',
  callback: 'look-at-callback',
};
const BATCH = 50;
// An alarm for now wakes its handler by NOTIFY; one for later is found by this poll, the shortest there is.
const POLL_SECONDS = 0.5;
// An alarm is nothing once it rang, and is thrown away soon, not in a day.
const KEEP_SECONDS = 300;
const CLEAN_EVERY_SECONDS = 600;
// A handler that takes longer than this has been forgotten.
const HANDLER_SECONDS = 60;
const CONNECTIONS = 2;
const STOP_LIMIT_MS = 5_000;

const createBoss = (server: OpenDatabase['server']): PgBoss => {
  const options = {
    useListenNotify: true,
    maintenanceIntervalSeconds: CLEAN_EVERY_SECONDS,
    schedule: false,
    registerInstance: false,
    persistWarnings: false,
  };
  return server.type === 'embedded'
    ? new PgBoss({ ...options, db: fromPglite(server.pglite), backend: 'pglite' })
    : new PgBoss({
        ...options,
        connectionString: server.url,
        max: CONNECTIONS,
        application_name: 'outdial-alarms',
      });
};

/**
 * pg-boss as an alarm clock, in the database of the records. Every alarm is set inside the transaction
 * that makes it necessary, and only here: pg-boss' own connection would wait for ever for the embedded
 * database while a transaction holds it.
 */
export const createAlarmClock = async ({ server }: OpenDatabase, log: Logger): Promise<AlarmClock> => {
  const boss = createBoss(server);
  boss.on('error', (error) => log.warn({ reason: error.message }, 'the alarm clock had a database error'));
  boss.on('warning', ({ message }) => log.warn({ reason: message }, 'the alarm clock warns'));
  await boss.start();
  for (const name of Object.values(QUEUES)) {
    const options = {
      notify: true,
      retryLimit: 0,
      expireInSeconds: HANDLER_SECONDS,
      deleteAfterSeconds: KEEP_SECONDS,
    };
    // createQueue changes nothing about a queue that an older version made.
    await boss.createQueue(name, options);
    await boss.updateQueue(name, options);
  }
  return {
    set: async (tx: Kysely<Database>, { type, id }, at) => {
      // Its statements name pg-boss' own columns, which our naming must not touch.
      const db = fromKysely(tx.withoutPlugins());
      await boss.send(QUEUES[type], { id }, at === null ? { db } : { db, startAfter: at });
    },
    ring: async (handler) => {
      const work = (type: Alarm['type']) =>
        boss.work<{ id: string }>(
          QUEUES[type],
          {
            batchSize: BATCH,
            pollingIntervalSeconds: POLL_SECONDS,
            notifyPollingIntervalSeconds: POLL_SECONDS,
          },
          async (jobs) => {
            for (const { data } of jobs) {
              await handler({ type, id: data.id }).catch((error: unknown) =>
                log.warn({ alarm: type, id: data.id, err: error }, 'an alarm was not followed'),
              );
            }
          },
        );
      await work('call');
      await work('callback');
    },
    stop: () => boss.stop({ graceful: true, timeout: STOP_LIMIT_MS }),
  };
};
