import type { AddressInfo } from 'node:net';
import { createLogger } from '@outdial/runtime';
import { makeOutcome } from '@outdial/telephony';
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aNewCall, TOKEN } from '../../../test/fixtures.ts';
import {
  OWN_BRIDGE_MS,
  READ_SECRET,
  SECRET,
  startTestBridge,
  type TestBridge,
} from '../../../test/test-bridge.ts';
import { giveUpResults } from '../../flow/take-result.ts';

const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });

let bridge: TestBridge;
let base: string;
const listen = async (on: TestBridge): Promise<string> => {
  await on.app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(on.app.server.address() as AddressInfo).port}`;
};
beforeAll(async () => {
  bridge = await startTestBridge();
  base = await listen(bridge);
});
afterAll(() => bridge?.close());
beforeEach(() => bridge.clear());

/** One event as it came over the wire. */
type Frame = { readonly id: number; readonly event: string; readonly data: Record<string, unknown> };

const parse = (text: string): Frame | null => {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
  const [id, event, data] = [field('id'), field('event'), field('data')];
  return id === undefined || event === undefined || data === undefined
    ? null
    : { id: Number(id), event, data: JSON.parse(data) };
};

/** An open stream: its frames in order. `next` waits for one more; null: the stream is over. */
const open = async (path: string, lastEventId?: number, at = base) => {
  const gone = new AbortController();
  const response = await fetch(at + path, {
    headers: {
      'x-api-key': READ_SECRET,
      ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }),
    },
    signal: gone.signal,
  });
  const frames = (async function* () {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) {
        const frame = parse(part);
        if (frame !== null) yield frame;
      }
    }
  })();
  return {
    response,
    next: async (): Promise<Frame | null> => (await frames.next()).value ?? null,
    rest: async (): Promise<readonly Frame[]> => {
      const all: Frame[] = [];
      for await (const frame of frames) all.push(frame);
      return all;
    },
    close: () => gone.abort(),
  };
};
const names = (frames: readonly Frame[]): string[] => frames.map(({ event }) => event);

/** A call that is asked for as people do; its job says the rest. */
const placed = async () => {
  const { id } = (
    await bridge.dispatch({ destination: '0491570156' }, { url: '/dispatch?allow_duplicate=true' })
  ).json();
  let seq = 0;
  return {
    id: id as string,
    grant: async () => {
      await bridge.start();
      await bridge.agent(`/agent/calls/${id}/grant`, { token: TOKEN, dispatch: 1, job_id: 'AJ_1' });
    },
    say: (report: object) => {
      seq += 1;
      return bridge.agent(`/agent/calls/${id}/reports`, { token: TOKEN, seq, at_ms: 1, ...report });
    },
  };
};
const END = { type: 'ended', outcome: makeOutcome('busy') };
const WHOLE = ['call.queued', 'call.dispatched', 'call.dialing', 'call.ringing', 'call.ended'];

describe('of one call', () => {
  test('events come as they happen, in order, and the stream ends with the call', async () => {
    const call = await placed();
    const stream = await open(`/calls/${call.id}/events`);
    expect(stream.response.status).toBe(200);
    expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
    expect(stream.response.headers.get('cache-control')).toContain('no-cache');
    const first = await stream.next();
    expect(first).toMatchObject({
      event: 'call.queued',
      data: { type: 'call.queued', timestamp: expect.any(String), data: { id: call.id } },
    });
    await call.grant();
    expect([await stream.next(), await stream.next()]).toMatchObject([
      { event: 'call.dispatched' },
      { event: 'call.dialing', data: { data: { status: 'dialing' } } },
    ]);
    await call.say({ type: 'ringing' });
    expect(await stream.next()).toMatchObject({ event: 'call.ringing' });
    await call.say(END);
    const last = await stream.rest();
    expect(last).toMatchObject([
      { event: 'call.ended', data: { data: { outcome: { end_reason: 'busy' } } } },
    ]);
  });

  // In less time than a heartbeat takes.
  test('the stream ends at once when the result is given up', { timeout: 12_000 }, async () => {
    const call = await placed();
    await call.grant();
    const outcome = makeOutcome('callee_hangup', { talk_ms: 1 });
    await call.say({ type: 'ended', outcome, follows: { result: true, recording: false } });
    const stream = await open(`/calls/${call.id}/events`);
    const told = ['call.queued', 'call.dispatched', 'call.dialing', 'call.answered', 'call.ended'];
    for (const event of told) expect(await stream.next()).toMatchObject({ event });
    await bridge.database
      .updateTable('calls')
      .set({ resultDueAt: new Date(0) })
      .where('id', '=', call.id)
      .execute();
    await giveUpResults({ calls: bridge.calls, log });
    expect(await stream.rest()).toEqual([]);
  });

  test('a call that is over is told whole, and each id grows', async () => {
    const call = await placed();
    await call.grant();
    await call.say({ type: 'ringing' });
    await call.say(END);
    const frames = await (await open(`/calls/${call.id}/events`)).rest();
    expect(names(frames)).toEqual(WHOLE);
    const ids = frames.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  });

  test('events of other calls do not come', async () => {
    const [call, other] = [await placed(), await placed()];
    await other.grant();
    await call.grant();
    await other.say({ type: 'ringing' });
    await call.say(END);
    const frames = await (await open(`/calls/${call.id}/events`)).rest();
    expect(new Set(frames.map(({ data }) => (data.data as { id: string }).id))).toEqual(new Set([call.id]));
  });

  test('Last-Event-ID goes on after it', async () => {
    const call = await placed();
    await call.grant();
    const stream = await open(`/calls/${call.id}/events`);
    await stream.next();
    const seen = await stream.next();
    stream.close();
    await call.say({ type: 'ringing' });
    await call.say(END);
    const frames = await (await open(`/calls/${call.id}/events`, seen?.id)).rest();
    expect(names(frames)).toEqual(WHOLE.slice(2));
  });

  test('after the last event there is no more: 204, which ends the attempts of a browser', async () => {
    const call = await placed();
    await call.grant();
    await call.say(END);
    const last = (await (await open(`/calls/${call.id}/events`)).rest()).at(-1);
    const { response } = await open(`/calls/${call.id}/events`, last?.id);
    expect(response.status).toBe(204);
  });

  test('what comes after the end is told to who has the end, and the stream is over', async () => {
    const call = await placed();
    await call.grant();
    await call.say(END);
    const last = (await (await open(`/calls/${call.id}/events`)).rest()).at(-1);
    await bridge.calls.transaction((tx) => tx.tell(call.id, ['call.late_leg'], new Date(), []));
    expect(names(await (await open(`/calls/${call.id}/events`, last?.id)).rest())).toEqual(['call.late_leg']);
  });

  test('of no such call is 404, with a bad Last-Event-ID 400, without a key 401', async () => {
    expect((await bridge.get('/calls/call_none/events')).json()).toMatchObject({ code: 'call_not_found' });
    const { id } = await bridge.calls.transaction((tx) => tx.insert(aNewCall()));
    const bad = await fetch(`${base}/calls/${id}/events`, {
      headers: { 'x-api-key': READ_SECRET, 'last-event-id': 'x' },
    });
    expect([bad.status, await bad.json()]).toMatchObject([400, { code: 'validation_failed' }]);
    expect((await fetch(`${base}/calls/${id}/events`)).status).toBe(401);
  });
});

describe('how many and how long', () => {
  const ask = (headers: Record<string, string>) => fetch(`${base}/events`, { headers });

  test('one key has fifty streams at most, and a closed one makes room', async () => {
    const streams = await Promise.all(Array.from({ length: 50 }, () => open('/events')));
    const refused = await ask({ 'x-api-key': READ_SECRET });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '15']);
    expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
    const other = await ask({ 'x-api-key': SECRET });
    expect(other.status).toBe(200);
    await other.body?.cancel();
    for (const stream of streams) stream.close();
    const again = async () => {
      const answer = await ask({ 'x-api-key': READ_SECRET });
      await answer.body?.cancel();
      return answer.status;
    };
    await expect.poll(again).toBe(200);
  });

  test('the stream of a session tells nothing after its end', async () => {
    const { app } = bridge;
    const key = app.checkKey({ ip: '127.0.0.1' } as FastifyRequest, READ_SECRET);
    if (key === null) throw new Error('The key of the test is not one of the bridge.');
    const session = app.sessions.start(key, Date.now());
    const answer = await ask({ cookie: `outdial-session=${app.sessions.write(session)}` });
    expect(answer.status).toBe(200);
    app.sessions.end(session, Date.now());
    await placed();
    expect(await answer.text()).not.toContain('call.queued');
  });
});

describe('of all calls', () => {
  test('events come from now on', async () => {
    const before = await placed();
    const stream = await open('/events');
    const [one, two] = [await placed(), await placed()];
    expect([await stream.next(), await stream.next()]).toMatchObject([
      { event: 'call.queued', data: { data: { id: one.id } } },
      { event: 'call.queued', data: { data: { id: two.id } } },
    ]);
    await before.grant();
    const events = [await stream.next(), await stream.next(), await stream.next(), await stream.next()];
    expect(names(events.flatMap((event) => event ?? [])).sort()).toEqual([
      'call.dialing',
      'call.dispatched',
      'call.dispatched',
      'call.dispatched',
    ]);
    await before.say(END);
    expect(await stream.next()).toMatchObject({ event: 'call.ended' });
    // Others go on, so the stream does.
    await one.grant();
    expect(await stream.next()).toMatchObject({ event: 'call.dialing', data: { data: { id: one.id } } });
    stream.close();
  });

  test('Last-Event-ID brings what was missed, more than one page of it', async () => {
    const after = await bridge.calls.lastEventId();
    const call = await placed();
    const many = Array.from({ length: 350 }, () => 'call.transfer' as const);
    await bridge.calls.transaction((tx) => tx.tell(call.id, many, new Date(), []));
    const stream = await open('/events', after);
    const ids: number[] = [];
    for (let n = 0; n < 351; n += 1) ids.push((await stream.next())?.id ?? 0);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect(ids.at(-1)).toBe(await bridge.calls.lastEventId());
    stream.close();
  });
});

test(
  'the end of the bridge ends every stream, and a client that goes holds nothing up',
  async () => {
    const own = await startTestBridge();
    const at = await listen(own);
    const { id } = await own.calls.transaction((tx) => tx.insert(aNewCall()));
    const streams = [await open('/events', undefined, at), await open(`/calls/${id}/events`, undefined, at)];
    const gone = await open('/events', undefined, at);
    gone.close();
    own.end();
    for (const stream of streams) expect(await stream.rest()).toEqual([]);
    await own.close();
  },
  OWN_BRIDGE_MS,
);
