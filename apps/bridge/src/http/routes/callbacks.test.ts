import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ADMIN_SECRET,
  READ_SECRET,
  SECRET,
  startTestBridge,
  type TestBridge,
} from '../../../test/test-bridge.ts';
import type { Callback } from '../../domain/callback.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge?.close());
beforeEach(() => bridge.clear());

/** A call that was canceled, and its callback. */
const made = async (change: Partial<Callback> = {}): Promise<Callback> => {
  const { id } = (
    await bridge.dispatch(
      {
        destination: '0491570156',
        callback_url: 'https://n8n.example.com/webhook-waiting/7?signature=secret',
      },
      { url: '/dispatch?allow_duplicate=true' },
    )
  ).json();
  await bridge.post(`/calls/${id}/cancel`);
  return bridge.calls.transaction(async (tx) => {
    const [callback] = await tx.findCallbacksOf([id]);
    const saved =
      callback === undefined ? null : await tx.saveCallback(callback.id, { ...callback, ...change });
    if (saved === null) throw new Error('no callback');
    return saved;
  });
};
const dead = {
  status: 'dead',
  nextAttemptAt: null,
  attempts: 8,
  lastStatus: 500,
  lastError: 'Out.',
} as const;
const idsAt = async (url: string): Promise<readonly string[]> =>
  (await bridge.get(url, READ_SECRET)).json().data.map(({ id }: { id: string }) => id);

describe('the list', () => {
  test('tells what became of each, without what its URL keeps secret', async () => {
    const callback = await made(dead);
    const answer = await bridge.get('/callbacks', READ_SECRET);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      data: [
        {
          id: callback.id,
          call_id: callback.callId,
          event: 'call.ended',
          url: 'https://n8n.example.com/webhook-waiting/7?…',
          kind: 'resume',
          status: 'dead',
          attempts: 8,
          last_status: 500,
          last_error: 'Out.',
          created_at: callback.createdAt.toISOString(),
          next_attempt_at: null,
          delivered_at: null,
        },
      ],
      next: null,
    });
  });

  test('is filtered by status and call', async () => {
    const [gone, waiting] = [await made(dead), await made()];
    expect(await idsAt('/callbacks?status=dead')).toEqual([gone.id]);
    expect(await idsAt('/callbacks?status=pending')).toEqual([waiting.id]);
    expect(await idsAt(`/callbacks?call_id=${gone.callId}`)).toEqual([gone.id]);
    expect(await idsAt(`/callbacks?status=pending&call_id=${gone.callId}`)).toEqual([]);
  });

  test('goes on where the page before ended, newest first', async () => {
    const all: string[] = [];
    // Two share a moment, so that only the id tells them apart.
    for (const age of [50, 40, 40, 20, 10]) {
      all.unshift((await made({ createdAt: new Date(Date.now() - age * 1_000) })).id);
    }
    const seen: string[] = [];
    for (let url: string | null = '/callbacks?limit=2'; url !== null; ) {
      const page: { data: { id: string }[]; next: string | null } = (await bridge.get(url)).json();
      expect(page.data.length).toBeLessThanOrEqual(2);
      seen.push(...page.data.map(({ id }) => id));
      url = page.next === null ? null : `/callbacks?limit=2&cursor=${page.next}`;
    }
    expect([...seen].sort()).toEqual([...all].sort());
    expect([seen[0], seen[1], seen[4]]).toEqual([all[0], all[1], all[4]]);
  });

  test.each(['status=lost', 'limit=0', 'limit=201', 'cursor=x', 'call_id=%00', 'stauts=dead'])(
    '%s is refused',
    async (query) => {
      const answer = await bridge.get(`/callbacks?${query}`);
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject({
        code: 'validation_failed',
        errors: [{ pointer: `/${query.split('=')[0]}` }],
      });
    },
  );

  test('needs a key', async () => {
    expect((await bridge.app.inject('/callbacks')).statusCode).toBe(401);
  });
});

describe('a replay', () => {
  const replay = (id: string, secret = ADMIN_SECRET) => bridge.post(`/callbacks/${id}/replay`, secret);

  test('makes a dead letter due again', async () => {
    const { id } = await made(dead);
    const answer = await replay(id);
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({
      id,
      status: 'pending',
      attempts: 0,
      next_attempt_at: expect.any(String),
    });
    expect(await bridge.calls.findDueCallbacks()).toMatchObject([{ id }]);
  });

  test('is closed to keys that do not administer, and changes nothing then', async () => {
    const { id } = await made(dead);
    for (const secret of [SECRET, READ_SECRET]) {
      const answer = await replay(id, secret);
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toMatchObject({
        code: 'scope_missing',
        message: expect.stringContaining('admin'),
      });
    }
    expect(await bridge.calls.findDueCallbacks()).toEqual([]);
  });

  test('of none is 404, of what is no id 400', async () => {
    expect((await replay('cb_none')).json()).toMatchObject({ status: 404, code: 'callback_not_found' });
    expect((await replay('call_x')).statusCode).toBe(400);
  });
});
