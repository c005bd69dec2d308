import { performance } from 'node:perf_hooks';
import type { CallReport } from '@outdial/telephony';
import { sql } from 'kysely';
import { type Call, parseRoomName } from '../../src/domain/call.ts';
import { LiveKitRejected, LiveKitUnavailable, StoreUnavailable } from '../../src/ports.ts';
import { type RecordingLiveKit, recordingLiveKit } from '../recording-livekit.ts';
import type { TestStore } from '../store.ts';
import { Crashed, createFaultyBridge, type FaultyBridge } from './faulty-bridge.ts';

/** A process that LiveKit started for a dispatch. It tells the truth, though late, twice or in disorder. */
export type Job = {
  readonly callId: string;
  readonly dispatch: number;
  readonly room: string;
  readonly token: string;
  /** Moments of `now()`; null without a grant. */
  grantedAt: number | null;
  dialBefore: number | null;
  dialed: boolean;
  answered: boolean;
  /** It has dialled the transfer target, which it does once in its life. */
  legDialed: boolean;
  /** It has said how the call ended, was told to hang up, or is dead: it will not dial. */
  over: boolean;
  seq: number;
  /** What it said and nobody has heard yet. */
  readonly held: CallReport[];
};

/** What has happened so far in all runs. */
export type Counts = Record<
  'runs' | 'commands' | 'faults' | 'calls' | 'grants' | 'invites' | 'legs' | 'doubleDials' | 'callbacks',
  number
>;

/** The truth that no bridge knows, and what was seen of the records so far. */
export type World = {
  readonly jobs: Job[];
  /** INVITEs that left, by call. */
  readonly invites: Map<string, number>;
  /** INVITEs that left for the transfer target, by call. */
  readonly legs: Map<string, number>;
  /** The token of the one grant of each call. */
  readonly grants: Map<string, string>;
  readonly canceled: Set<string>;
  /** Calls that were accepted though no key and no permission made them differ from others. */
  readonly onlyOnes: Set<string>;
  /** The call of each key, and the body it came with. */
  readonly keys: Map<string, string>;
  /** Who was told that it will hear of a call: id and URL. */
  readonly waiting: Map<string, { readonly callId: string; readonly url: string }>;
  /** The body that came for each webhook id and URL, and whether it was taken. */
  readonly received: Map<string, { readonly body: string; taken: boolean }>;
  readonly sending: Set<string>;
  /** Rows as they were last seen, and what was final then. */
  readonly seen: Map<string, Call>;
  readonly ends: Map<string, string>;
  /** By how much all times were moved into the past. */
  shiftMs: number;
};

/** The real thing: two bridges on one database and one LiveKit. */
export type Rig = {
  readonly store: TestStore;
  readonly livekit: RecordingLiveKit;
  readonly counts: Counts;
  readonly bridges: FaultyBridge[];
  rejecting: boolean;
};

export const createWorld = (): World => ({
  jobs: [],
  invites: new Map(),
  legs: new Map(),
  grants: new Map(),
  canceled: new Set(),
  onlyOnes: new Set(),
  keys: new Map(),
  waiting: new Map(),
  received: new Map(),
  sending: new Set(),
  seen: new Map(),
  ends: new Map(),
  shiftMs: 0,
});

/** Who hears of every call. */
export const STANDING_URL = 'https://standing.example.com/hook';

const newBridge = (rig: Rig): FaultyBridge =>
  createFaultyBridge(rig.store.calls, rig.livekit, () => {
    rig.counts.faults += 1;
  });

export const createRig = async (store: TestStore, counts: Counts): Promise<Rig> => {
  await store.clear();
  const events = ['call.dialing', 'call.ended'] as const;
  await store.calls.setStandingEndpoint('CALLBACK_URL', { url: STANDING_URL, events });
  const livekit = recordingLiveKit();
  const rig: Rig = { store, livekit, counts, bridges: [], rejecting: false };
  const { dispatch } = livekit;
  livekit.dispatch = (room, metadata) =>
    rig.rejecting ? Promise.reject(new LiveKitRejected('invalid token')) : dispatch(room, metadata);
  rig.bridges.push(newBridge(rig), newBridge(rig));
  return rig;
};

/** A bridge's process ends and the next one starts: all that it held in memory is gone. */
export const restart = (rig: Rig, which: number): void => {
  rig.bridges[which % rig.bridges.length] = newBridge(rig);
};

/** Bridges without faults to come, and a LiveKit that is up. */
export const heal = (rig: Rig): void => {
  for (const which of rig.bridges.keys()) restart(rig, which);
  rig.livekit.away = false;
  rig.rejecting = false;
};

/** One of these; undefined when there is none. */
export const pickOne = <T>(from: readonly T[], pick: number): T | undefined => from[pick % from.length];

// The last is what the recording LiveKit says when it is away; a round that it ends comes again.
const isExpected = (error: unknown): boolean =>
  error instanceof Crashed ||
  error instanceof StoreUnavailable ||
  error instanceof LiveKitUnavailable ||
  (error instanceof Error && error.message === 'fetch failed');

/** Lets one bridge do something. `null`: a fault kept its answer; a bridge that died is started anew. */
export const attempt = async <T>(
  rig: Rig,
  which: number,
  work: (bridge: FaultyBridge) => Promise<T>,
): Promise<T | null> => {
  const at = which % rig.bridges.length;
  const bridge = rig.bridges[at] ?? newBridge(rig);
  try {
    return await work(bridge);
  } catch (error) {
    if (isExpected(error)) return null;
    throw error;
  } finally {
    await bridge.settle();
    if (bridge.isDead() && rig.bridges[at] === bridge) rig.bridges[at] = newBridge(rig);
  }
};

/** The time of everybody's own clock, in milliseconds. */
export const now = (world: World): number => performance.now() + world.shiftMs;

const CALL_TIMES = [
  'created_at',
  'scheduled_for',
  'not_after',
  'dispatched_at',
  'next_dispatch_at',
  'grant_expires_at',
  'last_alive_at',
  'dialing_at',
  'ringing_at',
  'answered_at',
  'ended_at',
  'result_due_at',
  'result_at',
  'transcript_at',
  'cancel_requested_at',
  'rooms_cleared_at',
];
const CALLBACK_TIMES = ['created_at', 'next_attempt_at', 'claimed_until', 'delivered_at'];

/** Time goes by for all at once: every time that is written down moves into the past. */
export const passTime = async (world: World, rig: Rig, ms: number): Promise<void> => {
  if (ms === 0) return;
  const moved = (columns: readonly string[]) =>
    sql.join(
      columns.map((name) => sql`${sql.ref(name)} = ${sql.ref(name)} - ${`${ms} milliseconds`}::interval`),
    );
  await rig.store.database.transaction().execute(async (tx) => {
    await sql`update calls set ${moved(CALL_TIMES)}`.execute(tx);
    await sql`update callbacks set ${moved(CALLBACK_TIMES)}`.execute(tx);
  });
  world.shiftMs += ms;
};

/** A new process for a dispatch that reached LiveKit, which may be long past. */
export const startJob = (world: World, rig: Rig, pick: number): Job | null => {
  const dispatched = pickOne(rig.livekit.dispatched, pick);
  const of = dispatched === undefined ? null : parseRoomName(dispatched.room);
  if (dispatched === undefined || of === null) return null;
  const job: Job = {
    ...of,
    room: dispatched.room,
    token: `token-of-job-number-${world.jobs.length + 1}`,
    grantedAt: null,
    dialBefore: null,
    dialed: false,
    answered: false,
    legDialed: false,
    over: false,
    seq: 0,
    held: [],
  };
  world.jobs.push(job);
  rig.livekit.rooms.set(job.room, { agent: true, legs: [] });
  return job;
};
