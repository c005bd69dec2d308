import { createLogger } from '@outdial/runtime';
import { decodeMetadata, makeOutcome } from '@outdial/telephony';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { aNewCall, settings, TOKEN } from '../../test/fixtures.ts';
import { type RecordingLiveKit, recordingLiveKit } from '../../test/recording-livekit.ts';
import { openTestStore, type TestStore } from '../../test/store.ts';
import type { Database } from '../adapters/postgres/schema.ts';
import { startBackground } from '../background.ts';
import { type Call, roomName } from '../domain/call.ts';
import { type CallStore, LiveKitRejected, StoreUnavailable } from '../ports.ts';
import { cancelCall, endLegs } from './cancel-call.ts';
import { clearRooms } from './clear-rooms.ts';
import { closeCallsWithoutAgent, closeLostCalls, expireCalls } from './close-lost-calls.ts';
import { dispatchQueuedCalls, redispatchUngrantedCalls } from './dispatch-call.ts';
import { eachCall } from './each-call.ts';
import { grantCall } from './grant-call.ts';
import { recordReport } from './record-report.ts';

const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });
const CALLEE = { identity: 'callee', participant_sid: 'PA_1', sip_call_id: 'x' } as const;
const LIMITS = { maxConcurrentCalls: 4, callsPerSecond: 1e9 };

let store: TestStore;
let database: Kysely<Database>;
let calls: CallStore;
let livekit: RecordingLiveKit;
let work: Promise<void>[];
let wakes: number;

beforeAll(async () => {
  store = await openTestStore();
  ({ calls, database } = store);
});
afterAll(() => store?.close());
beforeEach(async () => {
  await store.clear();
  livekit = recordingLiveKit();
  work = [];
  wakes = 0;
});

const deps = () => ({
  calls,
  livekit,
  log,
  settings: settings(),
  trunk: 'default',
  limits: LIMITS,
  track: (promise: Promise<void>) => {
    work.push(promise);
  },
  wake: () => {
    wakes += 1;
  },
});
const insert = (change: Parameters<typeof aNewCall>[0] = {}) =>
  calls.transaction((tx) => tx.insert(aNewCall(change)));
const age = (id: string, column: string, seconds: number) =>
  sql`update calls set ${sql.ref(column)} = now() - make_interval(secs => ${seconds}) where id = ${id}`.execute(
    database,
  );
const found = async (id: string): Promise<Call> => {
  const call = await calls.find(id);
  if (call === null) throw new Error(`no call ${id}`);
  return call;
};
const dispatchAll = async () => {
  await dispatchQueuedCalls(deps());
  await redispatchUngrantedCalls(deps());
  await Promise.all(work);
};
const dispatched = async (change: Parameters<typeof aNewCall>[0] = {}) => {
  const { id } = await insert(change);
  await dispatchAll();
  return id;
};
const ask = (id: string, dispatch = 1, token = TOKEN) =>
  grantCall({ calls }, id, { token, dispatch, job_id: 'AJ_1' });
const granted = async () => {
  const id = await dispatched();
  await ask(id);
  return id;
};

describe('dispatching', () => {
  test('tells LiveKit the room and exactly the five fields, the call and the dispatch', async () => {
    const id = await dispatched({ transferTarget: 'sip:100@sip.example.com' });
    const [sent] = livekit.dispatched;
    expect(sent?.room).toBe(roomName(id, 1));
    expect(JSON.parse(sent?.metadata ?? '')).toEqual({
      destination: '61491570156',
      account_code: 'em-tech-01',
      transfer_target: 'sip:100@sip.example.com',
      caller_id: 'LiveKitNehosHosted',
      caller_name: 'LiveKit Nehos Hosted',
      call_id: id,
      dispatch: 1,
    });
    expect(decodeMetadata(sent?.metadata ?? '')).toMatchObject({ status: 'ok', unknownFields: {} });
    expect(await found(id)).toMatchObject({ status: 'dispatched', dispatchId: 'AD_1' });
  });

  test('says numbers as the seed does', async () => {
    await dispatched({ transferTarget: 'tel:+61255500100', accountCode: null, callerName: null });
    expect(JSON.parse(livekit.dispatched[0]?.metadata ?? '')).toMatchObject({
      transfer_target: '61255500100',
    });
    expect(livekit.dispatched[0]?.metadata).not.toContain('account_code');
  });

  test('the row knows its room before LiveKit does', async () => {
    const seen: (string | null)[] = [];
    const { id } = await insert();
    const dispatch = livekit.dispatch;
    livekit.dispatch = async (room, metadata) => {
      seen.push((await found(id)).room);
      return dispatch(room, metadata);
    };
    await dispatchAll();
    expect(seen).toEqual([roomName(id, 1)]);
  });

  test('a LiveKit that is away delays the call, and each try has its own room', async () => {
    livekit.away = true;
    const id = await dispatched();
    expect(await found(id)).toMatchObject({ status: 'dispatched', dispatchId: null });
    livekit.away = false;
    await age(id, 'next_dispatch_at', 1);
    await dispatchAll();
    expect(livekit.dispatched.map(({ room }) => room)).toEqual([roomName(id, 2)]);
    expect(livekit.deleted).toEqual([]);
    expect(await found(id)).toMatchObject({ dispatchNumber: 2, dispatchId: 'AD_1' });
  });

  test('a LiveKit that refuses our key ends the call with what to mend', async () => {
    livekit.dispatch = () => Promise.reject(new LiveKitRejected('invalid token'));
    const id = await dispatched();
    expect((await found(id)).outcome).toMatchObject({ end_reason: 'livekit_rejected', blame: 'operator' });
  });

  test('the first job that asks gets the grant, also that of an older dispatch, and no other does', async () => {
    const id = await dispatched();
    await age(id, 'next_dispatch_at', 1);
    await dispatchAll();
    expect(await ask(id, 1, 'token-of-a-late-job')).toMatchObject({ granted: true });
    expect(await found(id)).toMatchObject({ room: roomName(id, 1), dispatchId: null, dispatchNumber: 2 });
    expect(await ask(id, 2)).toEqual({ granted: false, reason: 'taken' });
  });

  test('nothing is dispatched again after a grant', async () => {
    const id = await granted();
    await age(id, 'next_dispatch_at', 100);
    await dispatchAll();
    expect(livekit.dispatched).toHaveLength(1);
  });

  test('places that become free are taken by those who wait', async () => {
    const ids = [];
    for (let n = 0; n < 6; n += 1) ids.push((await insert()).id);
    await dispatchAll();
    expect(livekit.dispatched, 'only so many wait for their agent').toHaveLength(3);
    await ask(ids[0] ?? '', 1, 'token-of-one-job');
    await ask(ids[1] ?? '', 1, 'token-of-another-job');
    await dispatchAll();
    expect(livekit.dispatched, 'the trunk is full').toHaveLength(4);
    await cancelCall({ calls }, ids[2] ?? '');
    await dispatchAll();
    expect(livekit.dispatched).toHaveLength(5);
  });
});

describe('calls that cannot start', () => {
  test('expire at not_after, queued or dispatched', async () => {
    const queued = await insert({ notAfter: new Date(Date.now() - 1_000) });
    const id = await dispatched();
    await age(id, 'not_after', 1);
    await expireCalls(deps());
    for (const call of [await found(queued.id), await found(id)]) {
      expect(call).toMatchObject({ status: 'canceled', outcome: { end_reason: 'expired', blame: 'caller' } });
    }
    expect(wakes).toBe(2);
  });

  test('end when no agent takes any call for a minute', async () => {
    const id = await dispatched();
    await age(id, 'dispatched_at', 61);
    await closeCallsWithoutAgent(deps());
    expect(await found(id)).toMatchObject({
      status: 'failed',
      outcome: { end_reason: 'agent_unavailable', retry: 'later' },
    });
    expect((await found(id)).outcome?.message).toContain('AGENT_NAME');
    expect(await ask(id)).toEqual({ granted: false, reason: 'final' });
  });

  test('say so when it was LiveKit that was away', async () => {
    livekit.away = true;
    const id = await dispatched();
    await age(id, 'dispatched_at', 61);
    await closeCallsWithoutAgent(deps());
    expect((await found(id)).outcome?.message).toContain('LIVEKIT_URL');
  });
});

describe('an agent that fell silent', () => {
  const silent = async (seconds: number) => {
    const id = await granted();
    await age(id, 'grant_expires_at', seconds);
    await age(id, 'last_alive_at', seconds);
    return id;
  };

  test('is left alone while LiveKit cannot be asked', async () => {
    const id = await silent(600);
    livekit.away = true;
    await closeLostCalls(deps());
    expect((await found(id)).status).toBe('dialing');
  });

  test('is waited for while it is in the room, for half a minute', async () => {
    const id = await silent(20);
    livekit.rooms.set(roomName(id, 1), { agent: true, legs: [CALLEE] });
    await closeLostCalls(deps());
    expect((await found(id)).status).toBe('dialing');
    await age(id, 'last_alive_at', 39);
    await closeLostCalls(deps());
    expect((await found(id)).outcome?.end_reason).toBe('agent_lost');
  });

  test('leaves a leg that is removed: agent_lost', async () => {
    const id = await silent(10);
    livekit.rooms.set(roomName(id, 1), { agent: false, legs: [CALLEE, { ...CALLEE, identity: 'target' }] });
    await closeLostCalls(deps());
    expect(livekit.deleted).toEqual([roomName(id, 1)]);
    expect(await found(id)).toMatchObject({
      status: 'failed',
      outcome: { end_reason: 'agent_lost', blame: 'platform' },
    });
    expect(wakes).toBe(1);
  });

  test('leaves nothing, but a leg was reported: agent_lost', async () => {
    const id = await granted();
    const leg = { identity: 'callee', participant_sid: 'PA_1', sip_call_id: 'abc' } as const;
    await recordReport({ calls }, id, { token: TOKEN, seq: 1, at_ms: 1, type: 'leg', leg });
    await age(id, 'grant_expires_at', 1);
    await age(id, 'last_alive_at', 10);
    await closeLostCalls(deps());
    expect((await found(id)).outcome).toMatchObject({ end_reason: 'agent_lost', sip: { call_id: 'abc' } });
  });

  test('leaves nothing and no leg was ever seen: unknown after half a minute', async () => {
    const id = await silent(10);
    await closeLostCalls(deps());
    expect((await found(id)).status).toBe('dialing');
    await age(id, 'last_alive_at', 39);
    await closeLostCalls(deps());
    expect(await found(id)).toMatchObject({
      status: 'unknown',
      outcome: { end_reason: 'outcome_unknown', retry: 'no' },
    });
  });
});

describe('a call whose leg is to go', () => {
  test('loses its room until its agent has told the end', async () => {
    const id = await granted();
    await endLegs(deps());
    expect(livekit.deleted).toEqual([]);
    await cancelCall({ calls }, id);
    await endLegs(deps());
    await endLegs(deps());
    expect(livekit.deleted).toEqual([roomName(id, 1), roomName(id, 1)]);
    const outcome = makeOutcome('canceled_by_api', { hung_up_by: 'api' });
    await recordReport({ calls }, id, { token: TOKEN, seq: 1, at_ms: 1, type: 'ended', outcome });
    await endLegs(deps());
    expect(livekit.deleted).toHaveLength(2);
  });

  test('ends at its maximum though its agent forgot', async () => {
    const id = await dispatched({ maxCallSeconds: 10 });
    await ask(id);
    await recordReport({ calls }, id, { token: TOKEN, seq: 1, at_ms: 1, type: 'answered' });
    await age(id, 'answered_at', 19);
    await endLegs(deps());
    expect(livekit.deleted).toEqual([]);
    await age(id, 'answered_at', 20);
    await endLegs(deps());
    expect(livekit.deleted).toEqual([roomName(id, 1)]);
  });
});

describe('rooms of ended calls', () => {
  test('are deleted, those of losing dispatches too, once', async () => {
    const id = await dispatched();
    await age(id, 'next_dispatch_at', 1);
    await dispatchAll();
    await cancelCall({ calls }, id);
    livekit.deleted.length = 0;
    await clearRooms(deps());
    await clearRooms(deps());
    expect(livekit.deleted).toEqual([roomName(id, 1), roomName(id, 2)]);
  });

  test('are tried again while LiveKit is away', async () => {
    const id = await dispatched();
    await cancelCall({ calls }, id);
    livekit.away = true;
    await clearRooms(deps());
    livekit.away = false;
    await clearRooms(deps());
    expect(livekit.deleted).toEqual([roomName(id, 1)]);
  });

  test('are left to the agent for a moment when it ended the call', async () => {
    const id = await granted();
    await recordReport({ calls }, id, {
      token: TOKEN,
      seq: 1,
      at_ms: 1,
      type: 'ended',
      outcome: makeOutcome('busy'),
    });
    await clearRooms(deps());
    expect(livekit.deleted).toEqual([]);
    await age(id, 'ended_at', 4);
    await clearRooms(deps());
    expect(livekit.deleted).toEqual([roomName(id, 1)]);
  });
});

describe('a room that LiveKit cannot clean up', () => {
  const fails = () => Promise.reject(new Error('500 of this room'));
  const twoGranted = async () => {
    const ids = [await granted(), await granted()] as const;
    for (const id of ids) await age(id, 'grant_expires_at', 1);
    return ids;
  };

  test('does not keep other lost calls from being closed', async () => {
    const [bad, good] = await twoGranted();
    await age(bad, 'last_alive_at', 60);
    await age(good, 'last_alive_at', 50);
    for (const id of [bad, good]) livekit.rooms.set(roomName(id, 1), { agent: false, legs: [CALLEE] });
    const { deleteRoom } = livekit;
    livekit.deleteRoom = (room) => (room === roomName(bad, 1) ? fails() : deleteRoom(room));
    await closeLostCalls(deps());
    expect([(await found(bad)).status, (await found(good)).status]).toEqual(['dialing', 'failed']);
  });

  test('or cannot look into, neither', async () => {
    const [bad, good] = await twoGranted();
    await age(bad, 'last_alive_at', 60);
    await age(good, 'last_alive_at', 50);
    const { lookInto } = livekit;
    livekit.lookInto = async (room) => (room === roomName(bad, 1) ? 'unreachable' : lookInto(room));
    await closeLostCalls(deps());
    expect([(await found(bad)).status, (await found(good)).status]).toEqual(['dialing', 'unknown']);
  });

  test('does not keep the legs of other canceled calls up', async () => {
    const [bad, good] = await twoGranted();
    for (const id of [bad, good]) await cancelCall({ calls }, id);
    const { deleteRoom } = livekit;
    livekit.deleteRoom = (room) => (room === roomName(bad, 1) ? fails() : deleteRoom(room));
    await endLegs(deps());
    expect(livekit.deleted).toEqual([roomName(good, 1)]);
  });

  test('does not keep other rooms', async () => {
    const [bad, good] = [await dispatched(), await dispatched()];
    for (const id of [bad, good]) await cancelCall({ calls }, id);
    const { deleteRoom } = livekit;
    livekit.deleteRoom = (room) => (room === roomName(bad, 1) ? fails() : deleteRoom(room));
    await clearRooms(deps());
    expect(livekit.deleted).toEqual([roomName(good, 1)]);
  });
});

test('a database that is away still ends the round', async () => {
  const [one, two] = [await dispatched(), await dispatched()];
  const done: string[] = [];
  const work = eachCall(log, [await found(one), await found(two)], async ({ id }) => {
    if (id === one) throw new StoreUnavailable(null);
    done.push(id);
  });
  await expect(work).rejects.toBeInstanceOf(StoreUnavailable);
  expect(done).toEqual([two]);
});

test('a LiveKit that never answers holds up neither expiry nor the loss of an agent', async () => {
  const ended = await dispatched();
  await cancelCall({ calls }, ended);
  const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  livekit.deleteRoom = async () => {
    asked.resolve();
    await answer.promise;
  };
  const background = startBackground({
    ...deps(),
    send: async () => ({ status: 'failed', reason: 'nobody is called here' }),
  });
  await asked.promise;
  const late = await insert({ notAfter: new Date(Date.now() - 1_000) });
  await vi.waitFor(async () => expect((await found(late.id)).outcome?.end_reason).toBe('expired'), {
    timeout: 4_000,
  });
  answer.resolve();
  await background.stop();
});

test('the background starts a call as soon as it is woken, and stops in order', async () => {
  const background = startBackground({
    ...deps(),
    send: async () => ({ status: 'failed', reason: 'nobody is called here' }),
  });
  const sent = Promise.withResolvers<string>();
  const dispatch = livekit.dispatch;
  livekit.dispatch = async (room, metadata) => {
    sent.resolve(room);
    return dispatch(room, metadata);
  };
  const { id } = await insert();
  background.wake();
  expect(await sent.promise).toBe(roomName(id, 1));
  await background.stop();
  expect(await found(id)).toMatchObject({ status: 'dispatched', dispatchId: 'AD_1' });
});
