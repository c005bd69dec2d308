import {
  type CallRecord,
  type CarrierCall,
  type Lab,
  type Outdial,
  type OutdialOptions,
  openPorts,
  startLab,
  startOutdial,
} from '@outdial/lab';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, expect, vi } from 'vitest';

const START_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 30_000;
const HANG_UP_MS = 5_000;

/** The whole stack, once for a test file. */
export type Stack = { readonly lab: Lab; readonly outdial: Outdial };

/** A stack that knows which ports were open when it was up and no call had been placed. */
export type WatchedStack = Stack & { readonly openPorts: readonly string[] };

/**
 * Starts a lab with bridge and agent for the tests of a file and stops both after them. LiveKit's webhooks go to
 * the bridge. `more` is for what only one app gets.
 */
export const useStack = (
  env: (lab: Lab) => Record<string, string> = () => ({}),
  more: (lab: Lab) => Pick<OutdialOptions, 'bridgeEnv' | 'agentEnv' | 'onDeath'> = () => ({}),
): WatchedStack => {
  let lab: Lab | undefined;
  let outdial: Outdial | undefined;
  let open: readonly string[] = [];
  beforeAll(async () => {
    lab = await startLab();
    outdial = await startOutdial({ dir: lab.dir, env: { ...lab.env, ...env(lab) }, ...more(lab) });
    lab.webhooks.sendTo(outdial.bridgeUrl);
    open = openPorts(lab.dir);
  }, START_LIMIT_MS);
  afterAll(async () => {
    await outdial?.stop();
    await lab?.stop();
  }, STOP_LIMIT_MS);
  return {
    get lab() {
      if (lab === undefined) throw new Error('The lab did not start.');
      return lab;
    },
    get outdial() {
      if (outdial === undefined) throw new Error('Bridge and agent did not start.');
      return outdial;
    },
    get openPorts() {
      return open;
    },
  };
};

/** One call from `POST /dispatch` to its end, with the legs that it left at the carrier. */
export type PlacedCall = {
  readonly record: CallRecord;
  /** The call's own legs; exactly one where a call is dialled at most once. */
  readonly dialed: readonly CarrierCall[];
  /** The legs that its REFER led to. */
  readonly transferred: readonly CarrierCall[];
};

/** Places a call and waits for its outcome. `during` runs while it lasts. */
export const placeCall = async (
  stack: Stack,
  body: Record<string, unknown>,
  during: (id: string) => Promise<unknown> = async () => {},
): Promise<PlacedCall> => {
  const before = new Set((await stack.lab.carrier.records()).map((call) => call.callId));
  const accepted = await stack.outdial.dispatch(body);
  const [record] = await Promise.all([stack.outdial.ended(accepted.id), during(accepted.id)]);
  const after = async () => (await stack.lab.carrier.records()).filter((call) => !before.has(call.callId));
  // The end is told before the leg is hung up; the carrier sees it a moment later. What stays up, a test tells.
  const own = async () => (await after()).filter((call) => call.referredBy === null && call.endedAt === null);
  await vi
    .waitUntil(async () => (await own()).length === 0, { timeout: HANG_UP_MS, interval: 50 })
    .catch(() => {});
  const legs = await after();
  return {
    record,
    dialed: legs.filter((call) => call.referredBy === null),
    transferred: legs.filter((call) => call.referredBy !== null),
  };
};

/** The only element of a list; fails the test when there is none or more than one. */
export const only = <T>(list: readonly T[]): T => {
  expect(list).toHaveLength(1);
  return list[0] as T;
};

const roomsOf = async (lab: Lab): Promise<string[]> => {
  const { url, apiKey, apiSecret } = lab.livekit;
  return (await new RoomServiceClient(url, apiKey, apiSecret).listRooms()).map((room) => room.name);
};

/** Waits until LiveKit holds no room any more. */
export const expectNoRooms = (stack: Stack): Promise<void> =>
  expect.poll(() => roomsOf(stack.lab), { timeout: 10_000 }).toEqual([]);

/** The port of the agent's health server, as its log tells it. */
export const healthPortOf = ({ outdial }: Pick<Stack, 'outdial'>): number =>
  Number(/"healthPort":(\d+)/.exec(outdial.log('agent'))?.[1]);

/** Waits until the agent's only job processes are the warm ones: every job that ran has ended. */
export const expectNoJobs = async (stack: Stack): Promise<void> => {
  const health = healthPortOf(stack);
  const active = async () => {
    const info = (await (await fetch(`http://127.0.0.1:${health}/worker`)).json()) as { active_jobs: number };
    return info.active_jobs;
  };
  await expect.poll(active, { timeout: 20_000 }).toBe(0);
};

/** Counts from now on: what it gives says how many calls were dialled since, each Call-ID once, without transfers. */
export const inviteCounter = async ({ lab }: Pick<Stack, 'lab'>): Promise<() => Promise<number>> => {
  const dialed = async (): Promise<string[]> =>
    (await lab.carrier.records()).filter((call) => call.referredBy === null).map((call) => call.callId);
  const before = new Set(await dialed());
  return async () => new Set((await dialed()).filter((callId) => !before.has(callId))).size;
};

/**
 * Waits until all is as it was before the first call: no room, no job process but the warm one, no port open that
 * was not open then. After `limitMs` (20 s unless told otherwise) it fails and names what is left.
 */
export const expectQuiet = async (stack: WatchedStack, limitMs = 20_000): Promise<void> => {
  const known = new Set(stack.openPorts);
  const left = async () => ({
    rooms: await roomsOf(stack.lab),
    jobs: stack.outdial.jobs(),
    moreThanOneWarm: stack.outdial.warmPids().slice(1),
    newPorts: openPorts(stack.lab.dir).filter((port) => !known.has(port)),
  });
  await expect
    .poll(left, { timeout: limitMs })
    .toEqual({ rooms: [], jobs: [], moreThanOneWarm: [], newPorts: [] });
};
