import { createLogger } from '@outdial/runtime';
import { type CallOutcome, type CallReport, type GrantAnswer, isFinal } from '@outdial/telephony';
import { sql } from 'kysely';
import type { DatabasePlace } from '../src/adapters/postgres/database.ts';
import type { Call, NewCall } from '../src/domain/call.ts';
import type { CallEventType } from '../src/domain/call-event.ts';
import type { CallbackRecipient, CallbackView } from '../src/domain/callback.ts';
import { placeCall } from '../src/flow/advance.ts';
import {
  type DispatchDeps,
  dispatchQueuedCalls,
  redispatchUngrantedCalls,
} from '../src/flow/dispatch-call.ts';
import { grantCall } from '../src/flow/grant-call.ts';
import { type ReportResult, recordReport } from '../src/flow/record-report.ts';
import type { CallStore } from '../src/ports.ts';
import { aNewCall, settings, TOKEN } from './fixtures.ts';
import { type RecordingLiveKit, recordingLiveKit } from './recording-livekit.ts';
import { openTestStore, type TestStore } from './store.ts';

const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });

/** Places for all and no pace. */
export const NO_LIMITS = { maxConcurrentCalls: 1_000, callsPerSecond: 1e9 };

type Said<T> = T extends CallReport ? Omit<T, 'token' | 'seq' | 'at_ms'> : never;

/** Records and a LiveKit that writes down what it is asked, with short words for what happens to calls. */
export type World = Pick<TestStore, 'calls' | 'database' | 'alarms' | 'close'> & {
  livekit: RecordingLiveKit;
  /** How often the dispatcher was told that there is something to do. */
  wakes: number;
  readonly reset: () => Promise<void>;
  readonly deps: (change?: Partial<DispatchDeps>) => DispatchDeps & { readonly wake: () => void };
  /** A call that was accepted. */
  readonly place: (change?: Partial<NewCall>, ...recipients: CallbackRecipient[]) => Promise<Call>;
  /** Starts what may be started and waits until LiveKit was told. Gives what the dispatcher gives. */
  readonly dispatchAll: (change?: Partial<DispatchDeps>) => Promise<number | null>;
  /** A call that was accepted and dispatched. */
  readonly dispatched: (change?: Partial<NewCall>) => Promise<string>;
  readonly ask: (id: string, dispatch?: number, token?: string) => Promise<GrantAnswer | null>;
  /** A call that a job holds the grant of. */
  readonly granted: (change?: Partial<NewCall>) => Promise<string>;
  /** What the job says next. */
  readonly say: (id: string, said: Said<CallReport>) => Promise<ReportResult>;
  /** Leads a call from where it stands to this outcome, as its job would. */
  readonly end: (id: string, outcome: CallOutcome) => Promise<Call>;
  readonly found: (id: string) => Promise<Call>;
  /** Moves a time of a call so many seconds into the past. */
  readonly age: (id: string, column: string, seconds: number) => Promise<void>;
  readonly events: (id: string) => Promise<readonly CallEventType[]>;
  readonly callbacks: (id: string) => Promise<readonly CallbackView[]>;
};

/** The call; throws when there is none. */
const findIn = async (calls: CallStore, id: string): Promise<Call> => {
  const call = await calls.find(id);
  if (call === null) throw new Error(`no call ${id}`);
  return call;
};

export const openWorld = async (place: DatabasePlace = { type: 'memory' }): Promise<World> => {
  const { calls, database, alarms, clear, close } = await openTestStore(place);
  let work: Promise<void>[] = [];
  let seq = 0;
  const world: World = {
    calls,
    database,
    alarms,
    close,
    livekit: recordingLiveKit(),
    wakes: 0,
    reset: async () => {
      await clear();
      world.livekit = recordingLiveKit();
      world.wakes = 0;
      work = [];
    },
    deps: (change = {}) => ({
      calls,
      livekit: world.livekit,
      log,
      settings: settings(),
      limits: NO_LIMITS,
      trunk: 'default',
      track: (promise) => work.push(promise),
      wake: () => {
        world.wakes += 1;
      },
      ...change,
    }),
    place: (change = {}, ...recipients) =>
      calls.transaction(async (tx) => {
        const { id: _own, ...asked } = aNewCall(change);
        return placeCall(tx, asked, await tx.readNow(), async (id) => {
          for (const recipient of recipients) await tx.addRecipient(id, recipient);
        });
      }),
    dispatchAll: async (change) => {
      const waitMs = await dispatchQueuedCalls(world.deps(change));
      await redispatchUngrantedCalls(world.deps(change));
      await Promise.all(work);
      return waitMs;
    },
    dispatched: async (change) => {
      const { id } = await world.place(change);
      await world.dispatchAll();
      return id;
    },
    ask: async (id, dispatch = 1, token = TOKEN) => {
      const granted = await grantCall({ calls }, id, { token, dispatch, job_id: 'AJ_1' });
      return granted?.answer ?? null;
    },
    granted: async (change) => {
      const id = await world.dispatched(change);
      await world.ask(id);
      return id;
    },
    say: (id, said) => {
      seq += 1;
      return recordReport({ calls }, id, { token: TOKEN, seq, at_ms: 1, ...said } as CallReport);
    },
    end: async (id, outcome) => {
      if ((await world.found(id)).status === 'queued') await world.dispatchAll();
      await world.ask(id, (await world.found(id)).dispatchNumber);
      await world.say(id, { type: 'ended', outcome });
      const call = await world.found(id);
      if (!isFinal(call.status)) throw new Error(`${id} is still ${call.status}`);
      return call;
    },
    found: (id) => findIn(calls, id),
    age: async (id, column, seconds) => {
      await sql`update calls set ${sql.ref(column)} = now() - make_interval(secs => ${seconds}) where id = ${id}`.execute(
        database,
      );
    },
    events: async (id) => (await calls.listEvents(0, id, 100)).map(({ type }) => type),
    callbacks: (id) => calls.transaction((tx) => tx.findCallbacksOf([id])),
  };
  return world;
};
