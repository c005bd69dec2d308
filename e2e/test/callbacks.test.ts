import { createHmac } from 'node:crypto';
import { type CallbackReceiver, type CallbackRequest, startCallbackReceiver } from '@outdial/lab';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectPromiseKept } from '../src/promise.ts';
import { runOutdial } from '../src/run-outdial.ts';
import { only, useStack } from '../src/stack.ts';

const ANSWERS = '0491570156';
const VOICEMAIL = '0491570110';
const BUSY = '0491570157';
const LIMIT_MS = 120_000;

/** Keys that can be typed into n8n's Crypto node; their secrets are these in base64. */
const KEYS = ['the-new-key-0123456789-abcdefghij', 'the-old-key-0123456789-abcdefghij'];
const SECRETS = KEYS.map((key) => `whsec_${Buffer.from(key).toString('base64')}`);

type Body = { type: string; data: { id: string; status: string; outcome: { end_reason: string } | null } };
const bodyOf = (request: CallbackRequest): Body => request.json as Body;

describe('callbacks of real calls', () => {
  let receiver: CallbackReceiver;
  beforeAll(async () => {
    receiver = await startCallbackReceiver();
  });
  afterAll(() => receiver.close());
  const stack = useStack(() => ({
    MAX_CONCURRENT_CALLS: '6',
    CALLS_PER_SECOND: '50',
    CALLBACK_URL: receiver.url('/standing'),
    CALLBACK_ALLOWED_HOSTS: '127.0.0.1',
    CALLBACK_SIGNING_SECRET: SECRETS.join(','),
  }));

  const ids = new Map<string, string>();
  const idOf = (name: string): string => ids.get(name) ?? '';
  const at = (name: string): readonly CallbackRequest[] => receiver.requests(`/${name}`);
  const reached = (name: string, count: number) =>
    expect.poll(() => at(name).length, { timeout: 60_000, message: `requests at /${name}` }).toBe(count);
  /** The call's callback to the address of its own, as the API tells it. */
  const callbackOf = async (name: string) => {
    const { callbacks } = await stack.outdial.call(idOf(name));
    const list = callbacks as readonly { id: string; url: string; status: string; attempts: number }[];
    return only(list.filter(({ url }) => url === receiver.url(`/${name}`)));
  };
  const delivered = (name: string, attempts: number) =>
    expect
      .poll(() => callbackOf(name), { timeout: 60_000, message: `the callback to /${name}` })
      .toMatchObject({ status: 'delivered', attempts });
  const cli = async (...args: readonly string[]): Promise<string> => {
    const { outdial, lab } = stack;
    const env = { BRIDGE_URL: outdial.bridgeUrl, OUTDIAL_API_KEY: outdial.apiKey };
    const { code, stdout, stderr } = await runOutdial(args, env, lab.dir);
    if (code !== 0) throw new Error(`outdial ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  };

  // All at once: what each receiver does to its call's callback goes on while the tests look at another.
  beforeAll(async () => {
    const ok = { status: 200 };
    receiver.answer('/500', (_request, n) => (n <= 3 ? { status: 500, body: 'not now' } : ok));
    receiver.answer('/hang', (_request, n) => (n === 1 ? 'hang' : ok));
    receiver.answer('/reset', (_request, n) => (n === 1 ? 'reset' : ok));
    receiver.answer('/409', (_request, n) => (n === 1 ? { status: 409, body: 'not waiting yet' } : ok));
    receiver.answer('/409-finished', () => ({ status: 409, body: 'The execution 7 has finished already.' }));
    receiver.answer('/410', () => ({ status: 410 }));
    const calls: Record<string, Record<string, unknown>> = {
      whole: { destination: ANSWERS, max_call_seconds: 10, metadata: { invoice: 4711 } },
      events: {
        destination: VOICEMAIL,
        max_call_seconds: 10,
        callback_events: ['call.ringing', 'call.answered', 'call.ended'],
      },
    };
    for (const name of ['500', 'hang', 'reset', '409', '409-finished', '410']) {
      calls[name] = { destination: BUSY };
    }
    for (const [name, body] of Object.entries(calls)) {
      const asked = { ...body, account_code: name, callback_url: receiver.url(`/${name}`) };
      ids.set(name, (await stack.outdial.dispatch(asked)).id);
    }
  }, LIMIT_MS);

  test(
    'a whole call is told once, signed so that the library and a plain HMAC accept it, for both secrets',
    async () => {
      await reached('whole', 1);
      const request = only(at('whole'));
      expect(bodyOf(request)).toMatchObject({
        type: 'call.ended',
        data: { id: idOf('whole'), status: 'completed', metadata: { invoice: 4711 } },
      });
      const headers = request.headers as Record<string, string>;
      for (const secret of SECRETS) {
        expect(new Webhook(secret).verify(request.text, headers)).toEqual(request.json);
      }
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${request.text}`;
      const hmacs = KEYS.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
      expect(headers['webhook-signature']?.split(' ')).toEqual(hmacs);
      await delivered('whole', 1);
    },
    LIMIT_MS,
  );

  test(
    'a receiver hears the events it asked for, in their order',
    async () => {
      await reached('events', 3);
      const types = at('events').map((request) => bodyOf(request).type);
      expect(types).toEqual(['call.ringing', 'call.answered', 'call.ended']);
      const webhookIds = at('events').map(({ headers }) => headers['webhook-id']);
      expect(webhookIds).toEqual(types.map((type) => `evt_${idOf('events')}_${type}`));
    },
    LIMIT_MS,
  );

  test.each([
    ['answers 500 three times', '500', 4],
    ['does not answer', 'hang', 2],
    ['resets the connection', 'reset', 2],
    ['answers 409 because it does not wait yet', '409', 2],
  ])(
    'a receiver that %s hears the same again, until it takes it',
    async (_does, name, tries) => {
      await reached(name, tries);
      await delivered(name, tries);
      const told = at(name).map(({ text, headers }) => [text, headers['webhook-id']]);
      expect(new Set(told.map(String)).size).toBe(1);
    },
    LIMIT_MS,
  );

  test(
    'what a receiver refuses for good is a dead letter, which the command line lists and sends again',
    async () => {
      const names = ['409-finished', '410'];
      const dead = async () => (await Promise.all(names.map(callbackOf))).map(({ status }) => status);
      await expect.poll(dead, { timeout: 60_000 }).toEqual(['dead', 'dead']);
      const letters = await Promise.all(names.map(callbackOf));
      const listed = await cli('callbacks', '--status', 'dead');
      expect(listed.match(/\bcb_[\w-]+/g)?.toSorted()).toEqual(letters.map(({ id }) => id).toSorted());

      for (const name of names) receiver.answer(`/${name}`, () => ({ status: 200 }));
      await cli('callbacks', 'replay', '--dead');
      for (const name of names) {
        await reached(name, 2);
        await delivered(name, 1);
        expect(new Set(at(name).map(({ text }) => text)).size).toBe(1);
      }
      expect(await cli('callbacks', '--status', 'dead')).toContain('No callbacks.');
    },
    LIMIT_MS,
  );

  test(
    'of several calls for one address one is told at a time',
    async () => {
      const together = Promise.withResolvers<void>();
      receiver.answer('/one', async (_request, n) => {
        if (n === 1) await together.promise;
        return { status: 200 };
      });
      const names = ['one-a', 'one-b', 'one-c'];
      for (const name of names) {
        const body = { destination: BUSY, account_code: name, callback_url: receiver.url('/one') };
        ids.set(name, (await stack.outdial.dispatch(body)).id);
      }
      await Promise.all(names.map((name) => stack.outdial.ended(idOf(name))));
      together.resolve();
      const told = () => new Set(at('one').map(({ headers }) => headers['webhook-id'])).size;
      await expect.poll(told, { timeout: 60_000 }).toBe(3);
      expect(receiver.maxConcurrent('/one')).toBe(1);
    },
    LIMIT_MS,
  );

  test('a private address that is not listed is refused at the door, with the name that allows it', async () => {
    const body = { destination: BUSY, account_code: 'private', callback_url: 'http://10.0.0.7/resume' };
    const { status, body: answer } = await stack.outdial.request('/dispatch', {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect([status, answer]).toMatchObject([
      403,
      { detail: expect.stringContaining('CALLBACK_ALLOWED_HOSTS') },
    ]);
  });

  test(
    'the standing endpoint heard of every call, once',
    async () => {
      const all = [...ids.values()];
      const { dialed } = await expectPromiseKept(stack, all, { callbacks: () => at('standing') });
      expect(dialed).toHaveLength(all.length);
      const told = at('standing').map((request) => bodyOf(request).data.id);
      expect(told.toSorted()).toEqual(all.toSorted());
    },
    LIMIT_MS,
  );
});
