import { expect, test } from 'vitest';
import { calleeLeg } from '../../test/fixtures.ts';
import { newCallId, roomName } from './call.ts';
import { judgeLease } from './lease.ts';
import { redispatchAfterMs } from './redispatch-schedule.ts';

test('an id is call_ and a UUIDv7 of its moment', () => {
  // Appendix A.6 of RFC 9562: 2022-02-22 19:22:22 UTC.
  const random = Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
  expect(newCallId(new Date(1645557742000), random)).toBe('call_017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
});

test('later ids sort after earlier ones', () => {
  const random = new Uint8Array(10);
  expect(newCallId(new Date(2), random) > newCallId(new Date(1), random)).toBe(true);
});

test('each dispatch has its own room', () => {
  expect([roomName('call_x', 1), roomName('call_x', 2)]).toEqual(['call-call_x-1', 'call-call_x-2']);
});

test('dispatches come after 5 s and then 0, 5, 10, 20 … s more', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map(redispatchAfterMs)).toEqual([
    5_000, 10_000, 15_000, 25_000, 45_000, 65_000, 65_000,
  ]);
});

const CALLEE = calleeLeg('x');

test.each([
  ['LiveKit is away', 'unreachable', 600_000, true, 'wait'],
  ['the agent is in the room', { agent: true, legs: [CALLEE] }, 29_999, true, 'wait'],
  ['the agent stayed silent for too long', { agent: true, legs: [CALLEE] }, 30_000, true, 'close'],
  ['only the leg is there', { agent: false, legs: [CALLEE] }, 0, false, 'close'],
  ['nobody is there any more', { agent: false, legs: [] }, 0, true, 'close'],
  ['nothing was ever there', { agent: false, legs: [] }, 29_999, false, 'wait'],
  ['nothing came for too long', { agent: false, legs: [] }, 30_000, false, 'close'],
] as const)('an expired lease when %s', (_name, sight, overdueMs, legSeen, verdict) => {
  expect(judgeLease(sight, overdueMs, legSeen)).toBe(verdict);
});
