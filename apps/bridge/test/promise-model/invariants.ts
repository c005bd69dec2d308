import { type CallStatus, callOutcomeSchema, type EndReason, isFinal } from '@outdial/telephony';
import { expect } from 'vitest';
import { type Call, roomName } from '../../src/domain/call.ts';
import type { StoredEvent } from '../../src/ports.ts';
import { LIMITS } from './bridge-verbs.ts';
import { callbacksThat } from './callback-verbs.ts';
import { type Rig, STANDING_URL, type World } from './world.ts';

const ALL = { status: null, destination: null, accountCode: null };
const ORDER: readonly CallStatus[] = ['queued', 'dispatched', 'dialing', 'ringing', 'in_progress'];
const rank = (status: CallStatus): number => (isFinal(status) ? ORDER.length : ORDER.indexOf(status));

// What these say of the dial must be so.
const NOTHING_DIALLED: readonly EndReason[] = [
  'not_dialed',
  'agent_unavailable',
  'expired',
  'blocked',
  'livekit_rejected',
  'sip_unavailable',
  'trunk_misconfigured',
];
const DIALLED: readonly CallStatus[] = ['completed', 'busy', 'no_answer', 'declined'];

/** The attempt that follows this call, if there is one. */
export const successorOf = (call: Call, calls: readonly Call[]): Call | undefined => {
  const first = call.attempt === 1 ? call.id : call.retryOf;
  return calls.find((other) => other.retryOf === first && other.attempt === call.attempt + 1);
};

// Times as they would be if none had been moved.
const absolute = (world: World, at: Date | null): number | null =>
  at === null ? null : at.getTime() + world.shiftMs;

const frozen = (world: World, call: Call): string =>
  JSON.stringify([
    call.status,
    call.outcome,
    call.dispatchNumber,
    call.grantToken,
    call.transfer,
    ...[call.dispatchedAt, call.dialingAt, call.answeredAt, call.endedAt, call.cancelRequestedAt].map((at) =>
      absolute(world, at),
    ),
  ]);

const checkTimes = (call: Call): void => {
  const { createdAt, dispatchedAt, dialingAt, ringingAt, answeredAt, endedAt } = call;
  const times = [createdAt, dispatchedAt, dialingAt, ringingAt, answeredAt, endedAt].flatMap(
    (at) => at ?? [],
  );
  expect(times, 'times never run backwards').toEqual(times.toSorted((a, b) => a.getTime() - b.getTime()));
  if (dialingAt !== null && call.cancelRequestedAt !== null) {
    expect(call.cancelRequestedAt >= dialingAt, 'no grant after a cancellation').toBe(true);
  }
};

const checkDial = (world: World, call: Call): void => {
  const invites = world.invites.get(call.id) ?? 0;
  expect(invites, 'at most one dial').toBeLessThanOrEqual(1);
  expect(world.grants.get(call.id) ?? call.grantToken, 'one grant for ever').toBe(call.grantToken);
  const holder = world.jobs.find(({ token }) => token === call.grantToken);
  if (holder !== undefined) expect(call.room, 'the room of the job that dials').toBe(holder.room);
  if (invites > 0) expect(call.dialingAt, 'no INVITE without a grant').not.toBeNull();
  if (call.outcome === null) return;
  if (NOTHING_DIALLED.includes(call.outcome.end_reason)) {
    expect(invites, `${call.outcome.end_reason} says that nothing was dialled`).toBe(0);
  }
  if (DIALLED.includes(call.outcome.status)) expect(invites, 'nobody answers what was not dialled').toBe(1);
};

const checkLegs = (world: World, call: Call): void => {
  const legs = world.legs.get(call.id) ?? 0;
  expect(legs, 'the target is dialled at most once').toBeLessThanOrEqual(1);
  expect(call.bridgedLegs.length, 'no second leg without a grant').toBeGreaterThanOrEqual(legs);
  expect(new Set(call.bridgedLegs.map(({ key }) => key)).size, 'one grant for each target, ever').toBe(
    call.bridgedLegs.length,
  );
  if (call.bridgedAt !== null) expect(call.transfer, 'who talks was transferred').toMatchObject(CONFIRMED);
};
const CONFIRMED = { mode: 'bridge', result: 'confirmed' } as const;

const checkStatus = (call: Call): void => {
  const over = isFinal(call.status);
  expect([call.outcome !== null, call.endedAt !== null], 'an end has an outcome').toEqual([over, over]);
  if (over) expect(callOutcomeSchema.parse(call.outcome).status).toBe(call.status);
  if (call.status === 'queued') expect(call.dispatchNumber).toBe(0);
  if (call.grantToken === null && call.dispatchNumber > 0) {
    expect(call.room).toBe(roomName(call.id, call.dispatchNumber));
  }
  expect(call.dialingAt !== null, 'a grant has a token').toBe(call.grantToken !== null);
  if (['dialing', 'ringing', 'in_progress'].includes(call.status)) expect(call.grantToken).not.toBeNull();
};

const checkChanges = (world: World, call: Call): void => {
  const before = world.seen.get(call.id);
  if (before !== undefined) expect(rank(call.status)).toBeGreaterThanOrEqual(rank(before.status));
  const end = world.ends.get(call.id);
  if (end !== undefined) expect(frozen(world, call), 'a final status never changes').toBe(end);
};

const checkEvents = (call: Call, events: readonly StoredEvent[]): void => {
  const told = (type: StoredEvent['type']) =>
    events.filter((event) => event.callId === call.id && event.type === type).length;
  expect(told('call.queued')).toBe(1);
  expect(told('call.ended'), 'one end, one event').toBe(isFinal(call.status) ? 1 : 0);
  expect(told('call.dialing')).toBe(call.dialingAt === null ? 0 : 1);
  expect(told('call.answered')).toBe(call.answeredAt === null ? 0 : 1);
  expect(told('call.dispatched')).toBe(call.dispatchNumber);
  expect(told('call.cancel_requested')).toBe(call.cancelRequestedAt === null ? 0 : 1);
  expect(told('call.late_leg')).toBe(call.lateLeg ? 1 : 0);
};

const checkAttempts = (call: Call, calls: readonly Call[]): void => {
  const repeats = calls.filter((one) => call.retryOf !== null && one.retryOf === call.retryOf);
  expect(repeats.filter(({ attempt }) => attempt === call.attempt).length, 'one of each number').toBeLessThan(
    2,
  );
  const mayFollow = ['busy', 'no_answer'].includes(call.status) && call.cancelRequestedAt === null;
  const isLast = !mayFollow || call.attempt >= call.maxAttempts;
  const next = successorOf(call, calls);
  if (isLast) expect(next, 'nothing follows the last attempt').toBeUndefined();
  else if (!call.notAfterGiven) expect(next, 'a further attempt follows').toBeDefined();
};

const checkCallbacks = async (rig: Rig, calls: readonly Call[]): Promise<void> => {
  const callbacks = await callbacksThat(rig, null);
  const names = callbacks.map(({ callId, event, url }) => `${callId} ${event} ${url}`);
  expect(new Set(names).size, 'one callback for each event and URL').toBe(names.length);
  for (const { callId, event } of callbacks.filter((one) => one.event === 'call.ended')) {
    const call = calls.find(({ id }) => id === callId);
    expect(call !== undefined && isFinal(call.status), `no ${event} before the end`).toBe(true);
    if (call === undefined) continue;
    expect(successorOf(call, calls), 'one callback, after the last attempt').toBeUndefined();
  }
};

/** Holds everything that is written down against the promise and the world's truth. */
export const checkPromise = async (world: World, rig: Rig): Promise<void> => {
  const calls = await rig.store.calls.list(ALL, null, 10_000);
  const events = await rig.store.calls.listEvents(0, null, 100_000);
  const ids = new Set(calls.map(({ id }) => id));
  expect(
    [...world.seen.keys()].filter((id) => !ids.has(id)),
    'nothing is lost',
  ).toEqual([]);
  expect(
    [...world.waiting.values()].filter(({ callId }) => !ids.has(callId)),
    '202 means kept',
  ).toEqual([]);
  for (const call of calls) {
    checkTimes(call);
    checkDial(world, call);
    checkLegs(world, call);
    checkStatus(call);
    checkChanges(world, call);
    checkEvents(call, events);
    checkAttempts(call, calls);
    if (!world.seen.has(call.id)) rig.counts.calls += 1;
    world.seen.set(call.id, call);
    if (call.grantToken !== null) world.grants.set(call.id, call.grantToken);
    if (call.cancelRequestedAt !== null) world.canceled.add(call.id);
    if (isFinal(call.status)) world.ends.set(call.id, frozen(world, call));
  }
  await checkCallbacks(rig, calls);
  const onlyOnes = calls.filter(({ id, status }) => world.onlyOnes.has(id) && !isFinal(status));
  expect(new Set(onlyOnes.map(({ fingerprint }) => fingerprint)).size, 'no twins').toBe(onlyOnes.length);
  const active = calls.filter(({ status }) => !isFinal(status) && status !== 'queued');
  const legs = active.filter(({ legOpen }) => legOpen);
  expect(active.length + legs.length, 'the trunk carries no more').toBeLessThanOrEqual(
    LIMITS.maxConcurrentCalls,
  );
};

/** What must be true when nothing goes wrong any more and nothing is left to do. */
export const checkNothingIsLost = async (world: World, rig: Rig): Promise<void> => {
  const calls = await rig.store.calls.list(ALL, null, 10_000);
  for (const { callId, url } of world.waiting.values()) {
    let call = calls.find(({ id }) => id === callId);
    for (let next = call; next !== undefined; next = successorOf(next, calls)) call = next;
    const got = world.received.get(`evt_${call?.id}_call.ended ${url}`);
    expect(got?.taken, `who waits for ${callId} at ${url} hears of its last attempt`).toBe(true);
    const { data } = JSON.parse(got?.body ?? '{}');
    expect([data.status, data.outcome], 'what is told is what is so').toEqual([call?.status, call?.outcome]);
  }
  for (const { id } of calls.filter((call) => successorOf(call, calls) === undefined)) {
    expect(world.received.get(`evt_${id}_call.ended ${STANDING_URL}`)?.taken, 'the standing one hears').toBe(
      true,
    );
  }
  expect((await callbacksThat(rig, null)).filter(({ status }) => status !== 'delivered')).toEqual([]);
};
