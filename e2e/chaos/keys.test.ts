import { once } from 'node:events';
import { connect } from 'node:net';
import { type CallbackReceiver, type CallRecord, startCallbackReceiver } from '@outdial/lab';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectPromiseKept } from '../src/promise.ts';
import { inviteCounter, useStack } from '../src/stack.ts';

const BUSY = '0491570157';
const LIMIT_MS = 240_000;

type Accepted = {
  readonly id: string;
  readonly status: string;
  readonly replayed: boolean;
  readonly duplicate_of: string | null;
};

describe('requests that are sent again', () => {
  let receiver: CallbackReceiver;
  beforeAll(async () => {
    receiver = await startCallbackReceiver();
  });
  afterAll(() => receiver.close());
  const stack = useStack(() => ({
    MAX_CONCURRENT_CALLS: '8',
    CALLS_PER_SECOND: '50',
    CALLBACK_ALLOWED_HOSTS: '127.0.0.1',
    // Nobody here says anything, and a job process starts sooner without it.
    VAD: 'off',
  }));

  const post = async (
    body: Record<string, unknown>,
    {
      key,
      path = '/dispatch',
      headers = {},
    }: { key?: string; path?: string; headers?: Record<string, string> } = {},
  ) => {
    const sent = new Headers(headers);
    if (key !== undefined) sent.set('idempotency-key', key);
    const answer = await stack.outdial.request(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: sent,
    });
    return { status: answer.status, headers: answer.headers, body: answer.body as Accepted };
  };
  const many = <T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, (_, n) => work(n)));
  const callsOf = async (accountCode: string): Promise<CallRecord[]> => {
    const { body } = await stack.outdial.request(`/calls?account_code=${accountCode}&limit=200`);
    return (body as { data: CallRecord[] }).data;
  };

  test(
    '200 requests at once with one key are one call',
    async () => {
      const body = { destination: BUSY, account_code: 'one-key' };
      const answers = await many(200, () => post(body, { key: 'one-key' }));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
      expect(answers.filter(({ body: { replayed } }) => !replayed)).toHaveLength(1);
      const told = answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true');
      expect(told).toHaveLength(199);
      const [id, ...others] = new Set(answers.map((answer) => answer.body.id));
      expect(others).toEqual([]);
      await expectPromiseKept(stack, [String(id)]);

      const late = await post(body, { key: 'one-key' });
      expect(late.body).toMatchObject({ id, status: 'busy', replayed: true });
      const other = await post({ ...body, caller_name: 'Somebody else' }, { key: 'one-key' });
      expect([other.status, other.body]).toMatchObject([
        422,
        { code: 'idempotency_key_reused', detail: expect.stringContaining(String(id)) },
      ]);
      expect(await callsOf('one-key')).toHaveLength(1);
    },
    LIMIT_MS,
  );

  test(
    '50 keys, each sent four times, are 50 calls',
    async () => {
      const answers = await many(200, async (n) => {
        const key = `k-${n % 50}`;
        const { status, body } = await post({ destination: BUSY, account_code: key }, { key });
        expect(status).toBe(202);
        return { key, id: body.id };
      });
      const idsOf = Map.groupBy(answers, ({ key }) => key);
      for (const [key, same] of idsOf) {
        expect(new Set(same.map(({ id }) => id)).size, `calls of the key ${key}`).toBe(1);
      }
      const ids = [...new Set(answers.map(({ id }) => id))];
      expect(ids).toHaveLength(50);
      const { records, dialed } = await expectPromiseKept(stack, ids);
      expect(records.map(({ status }) => status)).toEqual(ids.map(() => 'busy'));
      expect(dialed).toHaveLength(50);
    },
    LIMIT_MS,
  );

  /** Sends a whole request and goes away without reading the answer. */
  const postAndLeave = async (body: Record<string, unknown>, key: string): Promise<void> => {
    const url = new URL(stack.outdial.bridgeUrl);
    const text = JSON.stringify(body);
    const head = [
      'POST /dispatch HTTP/1.1',
      `Host: ${url.host}`,
      `Authorization: Bearer ${stack.outdial.apiKey}`,
      `Idempotency-Key: ${key}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(text)}`,
    ];
    const socket = connect(Number(url.port), url.hostname);
    await once(socket, 'connect');
    await new Promise<void>((resolve, reject) => {
      socket.write(`${head.join('\r\n')}\r\n\r\n${text}`, (error) => (error ? reject(error) : resolve()));
    });
    socket.destroy();
  };

  test(
    'clients that go away before the answer and come again have one call each',
    async () => {
      const ids = await many(4, async (n) => {
        const key = `left-${n}`;
        const body = { destination: BUSY, account_code: key };
        await postAndLeave(body, key);
        // Half of them come again while the first request may still be under way.
        if (n % 2 === 0) await expect.poll(() => callsOf(key), { timeout: 10_000 }).toHaveLength(1);
        const again = await post(body, { key });
        expect(again.status).toBe(202);
        if (n % 2 === 0) expect(again.body.replayed).toBe(true);
        expect((await callsOf(key)).map(({ id }) => id)).toEqual([again.body.id]);
        return again.body.id;
      });
      const { dialed } = await expectPromiseKept(stack, ids);
      expect(dialed).toHaveLength(4);
    },
    LIMIT_MS,
  );

  test(
    '40 items that n8n sends at once are all taken, and wait their turn',
    async () => {
      const answers = await many(40, (n) =>
        post({ destination: BUSY, account_code: `item-${n}` }, { headers: { connection: 'close' } }),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
      const ids = answers.map(({ body }) => body.id);
      expect(new Set(ids).size).toBe(40);
      expect(answers.filter(({ body }) => body.status === 'queued').length).toBeGreaterThan(30);
      // What was taken can be taken back, wherever it is by now; some have been dialled meanwhile.
      // The last first: a place that becomes free would else start the next, and an agent a process for it.
      for (const id of ids.toReversed())
        await stack.outdial.request(`/calls/${id}/cancel`, { method: 'POST' });
      const { records } = await expectPromiseKept(stack, ids);
      for (const { status } of records) expect(status).toMatch(/^(canceled|busy)$/);
    },
    LIMIT_MS,
  );

  test(
    'the same request without a key is the same call, and each address hears how it ended',
    async () => {
      const body = (path: string) => ({
        destination: BUSY,
        account_code: 'keyless',
        callback_url: receiver.url(path),
      });
      const first = await post(body('/first'));
      const second = await post(body('/second'));
      expect(first.body.duplicate_of).toBeNull();
      expect(second.body).toMatchObject({ id: first.body.id, duplicate_of: first.body.id });
      const { dialed } = await expectPromiseKept(stack, [first.body.id], {
        callbacks: () => receiver.requests('/first'),
      });
      expect(dialed).toHaveLength(1);
      // The call is over: who asks now hears of its end at once.
      const third = await post(body('/third'));
      expect(third.body.id).toBe(first.body.id);
      for (const path of ['/first', '/second', '/third']) {
        await expect.poll(() => receiver.requests(path).length, { timeout: 10_000 }).toBe(1);
        expect(receiver.requests(path)[0]?.headers['webhook-id']).toBe(`evt_${first.body.id}_call.ended`);
      }
    },
    LIMIT_MS,
  );

  test(
    'a repetition that is wanted is a call of its own',
    async () => {
      const invites = await inviteCounter(stack);
      const body = { destination: BUSY, account_code: 'wanted' };
      const first = await post(body);
      const second = await post(body, { path: '/dispatch?allow_duplicate=true' });
      expect(second.body.duplicate_of).toBeNull();
      expect(second.body.id).not.toBe(first.body.id);
      for (const { body: accepted } of [first, second]) {
        expect((await stack.outdial.ended(accepted.id)).status).toBe('busy');
      }
      expect(await invites()).toBe(2);
    },
    LIMIT_MS,
  );
});
