import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@outdial/runtime';
import { makeOutcome } from '@outdial/telephony';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testCall } from '../../test/call.ts';
import { createBridgeLedger } from './bridge-ledger.ts';
import { createReportSpool } from './report-spool.ts';

const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'outdial-ledger-'));
});
afterEach(() => rm(dir, { recursive: true }));

const ledgerWith = (bridge: Parameters<typeof createBridgeLedger>[0]['bridge']) =>
  createBridgeLedger({
    ...{ bridge, callId: 'call_1', dispatch: 1, jobId: 'AJ_1', token: 'a-token-of-a-job', log },
    spool: createReportSpool(dir),
  });

test.each(['not_dialed', 'busy', 'agent_error'] as const)(
  'the end %s is on disk before it is delivered, and stays there while the bridge is away',
  async (reason) => {
    const ledger = ledgerWith(() => Promise.reject(new Error('away')));
    await ledger.close(makeOutcome(reason), { result: false, recording: false }, null);
    expect(await readdir(dir)).toEqual(['call_1.json']);
    const report = JSON.parse(await readFile(join(dir, 'call_1.json'), 'utf8'));
    expect(report).toMatchObject({ type: 'ended', seq: 1, outcome: { end_reason: reason } });
  },
);

test('a delivered end leaves the spool', async () => {
  const bodies: string[] = [];
  const ledger = ledgerWith(async (_callId, _path, body) => {
    bodies.push(body);
    return Response.json({ cancel: false });
  });
  const deliver = await ledger.close(makeOutcome('not_dialed'), { result: false, recording: false }, null);
  await deliver();
  expect(bodies).toHaveLength(1);
  expect(await readdir(dir)).toEqual([]);
});

test('a job that hears nothing of its grant tells the bridge that it dialled nothing', async () => {
  const reports: unknown[] = [];
  const ledger = ledgerWith(async (_callId, path, body) => {
    if (path === 'grant') throw new Error('the answer was lost');
    reports.push(JSON.parse(body));
    return Response.json({ cancel: false });
  });
  expect(await ledger.grant()).toMatchObject({ status: 'refused' });
  expect(reports).toMatchObject([{ type: 'not_dialed', token: 'a-token-of-a-job', seq: 1 }]);
});

const leg = { name: 'accounts', key: '+61255500100' };
const refusal = (reason: string, after_ms: number | null = null) =>
  Response.json({ granted: false, reason, after_ms, message: null }, { status: 403 });
const granted = () => Response.json({ granted: true, dial_within_ms: 3_000, target: 'tel:+61255500100' });

test('a second leg is asked for by the name of its target, until an answer comes', async () => {
  const asked: [string, unknown][] = [];
  const ledger = ledgerWith(async (_callId, path, body) => {
    asked.push([path, JSON.parse(body)]);
    if (asked.length === 1) throw new Error('the answer was lost');
    return asked.length === 2 ? refusal('later', 10) : granted();
  });
  const before = performance.now();
  const grant = await ledger.grantLeg(leg);
  expect(asked).toEqual(Array(3).fill(['legs', { token: 'a-token-of-a-job', target: 'accounts' }]));
  expect(grant.status === 'granted' && grant.dialBefore - before).toBeGreaterThan(3_000);
});

test.each(['taken', 'full', 'blocked', 'canceled'])(
  'a second leg that is refused (%s) is not asked for again',
  async (reason) => {
    let asked = 0;
    const ledger = ledgerWith(async () => {
      asked += 1;
      return refusal(reason);
    });
    expect(await ledger.grantLeg(leg)).toEqual({ status: 'refused', reason });
    expect(asked).toBe(1);
  },
);

test('a bridge that cannot be reached grants no second leg', async () => {
  const ledger = ledgerWith(() => Promise.reject(new Error('away')));
  expect(await ledger.grantLeg(leg)).toEqual({ status: 'refused', reason: 'unreachable' });
});

test('a second leg whose turn at the trunk does not come is told from a bridge that is away', async () => {
  const ledger = ledgerWith(async () => refusal('later', 4_100));
  expect(await ledger.grantLeg(leg)).toEqual({ status: 'refused', reason: 'later' });
});

test('the result of a transfer is told until it is heard, in order', async () => {
  const told: string[] = [];
  const heard = Promise.withResolvers<void>();
  const ledger = ledgerWith(async (_callId, _path, body) => {
    told.push(JSON.parse(body).type);
    if (told.length === 1) throw new Error('away');
    if (told.length === 3) heard.resolve();
    return Response.json({ cancel: false });
  });
  const transfer = { target: 'tel:+61255500100', mode: 'bridge', result: 'confirmed' } as const;
  ledger.note({ type: 'transfer', transfer });
  ledger.note({ type: 'ringing' });
  await heard.promise;
  expect(told).toEqual(['transfer', 'transfer', 'ringing']);
});

test('an opt-out is told until it is heard, and stands in the end that the spool keeps', async () => {
  const told: string[] = [];
  const heard = Promise.withResolvers<void>();
  const ledger = ledgerWith(async (_callId, _path, body) => {
    told.push(JSON.parse(body).type);
    if (told.length === 1) throw new Error('away');
    heard.resolve();
    return Response.json({ cancel: false });
  });
  ledger.note({ type: 'opt_out' });
  await heard.promise;
  expect(told).toEqual(['opt_out', 'opt_out']);
  await ledger.close(makeOutcome('callee_hangup', { talk_ms: 1 }), { result: false, recording: false }, null);
  const report = JSON.parse(await readFile(join(dir, 'call_1.json'), 'utf8'));
  expect(report).toMatchObject({ type: 'ended', opted_out: true });
});

test('what is said after the grant belongs to the trace that came with it', async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const traces: [string, string | null | undefined][] = [];
  const ledger = ledgerWith(async (_callId, path, _body, trace) => {
    traces.push([path, trace]);
    if (path !== 'grant') return Response.json({ cancel: false });
    return Response.json({ granted: true, dial_within_ms: 3_000, call: testCall({ traceparent }) });
  });
  await ledger.grant();
  const deliver = await ledger.close(makeOutcome('not_dialed'), { result: false, recording: false }, null);
  await deliver();
  expect(traces).toEqual([
    ['grant', undefined],
    ['reports', traceparent],
  ]);
});

test('the end tells how well speech went, where there was any', async () => {
  const speech = {
    vad_late_windows: 3,
    vad_max_lag_ms: 240,
    voice_retries: 1,
    voice_fallbacks: 0,
    voice_lost: 0,
    loop_delay_ms: 12,
  };
  const bodies: unknown[] = [];
  const ledger = ledgerWith(async (_callId, _path, body) => {
    bodies.push(JSON.parse(body));
    return Response.json({ cancel: false });
  });
  for (const facts of [speech, null]) {
    const deliver = await ledger.close(makeOutcome('not_dialed'), { result: false, recording: false }, facts);
    await deliver();
  }
  expect(bodies).toMatchObject([{ type: 'ended', speech }, { type: 'ended' }]);
  expect(bodies[1]).not.toHaveProperty('speech');
});
