import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NO_CAPS, settings } from '../../../test/fixtures.ts';
import {
  OTHER_SECRET,
  OWN_BRIDGE_MS,
  READ_SECRET,
  startTestBridge,
  type TestBridge,
} from '../../../test/test-bridge.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge?.close());
beforeEach(() => bridge.clear());

const body = {
  destination: '0491 570 156',
  account_code: 'em-tech-01',
  transfer_target: '02 5550 0100',
  caller_id: 'LiveKitNehosHosted',
  caller_name: 'LiveKit Nehos Hosted',
};
const rows = async () => (await bridge.database.selectFrom('calls').selectAll().execute()).length;

describe('a new call', () => {
  test('is written down, answered 202 and given to the dispatcher', async () => {
    const before = bridge.wakes;
    const answer = await bridge.dispatch(body);
    expect(answer.statusCode).toBe(202);
    const { id, ...rest } = answer.json();
    expect(id).toMatch(/^call_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(rest).toEqual({
      status: 'queued',
      room: null,
      dispatch_id: null,
      scheduled_for: null,
      replayed: false,
      duplicate_of: null,
      links: { self: `/calls/${id}`, events: `/calls/${id}/events`, cancel: `/calls/${id}/cancel` },
    });
    expect(answer.headers.location).toBe(`/calls/${id}`);
    expect(answer.headers['idempotent-replayed']).toBeUndefined();
    expect(bridge.wakes).toBe(before + 1);
    const record = (await bridge.get(`/calls/${id}`)).json();
    expect(record).toMatchObject({
      destination: '+61491570156',
      account_code: 'em-tech-01',
      transfer_target: 'tel:+61255500100',
      caller_id: 'LiveKitNehosHosted',
      caller_id_source: 'request',
      caller_name: 'LiveKit Nehos Hosted',
    });
  });

  test('may be asked for in the words of a workflow tool', async () => {
    const answer = await bridge.dispatch({
      destination: 61491570156,
      account_code: '',
      caller_id: '',
      ring_timeout_seconds: '20',
      metadata: '{"run":"7"}',
      dry_run: 'false',
    });
    expect(answer.statusCode).toBe(202);
    const record = (await bridge.get(answer.json().links.self)).json();
    expect(record).toMatchObject({ account_code: null, metadata: { run: '7' } });
  });

  test('without a caller ID is warned about', async () => {
    const answer = await bridge.dispatch({ destination: body.destination });
    expect(answer.statusCode).toBe(202);
    expect(bridge.logged.join()).toContain('call without a caller ID of its own');
  });
});

describe('an idempotency key', () => {
  const keyed = (key: string, payload: object = body, secret?: string) =>
    bridge.dispatch(payload, {
      headers: {
        'idempotency-key': key,
        ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
      },
    });

  test('gives the same call again, as it stands now', async () => {
    const first = (await keyed('k1')).json();
    await bridge.start();
    const again = await keyed('"k1"');
    expect(again.statusCode).toBe(202);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.headers.location).toBe(`/calls/${first.id}`);
    expect(again.json()).toMatchObject({
      id: first.id,
      status: 'dispatched',
      replayed: true,
      duplicate_of: null,
    });
    expect(await rows()).toBe(1);
  });

  test('may come as a field', async () => {
    const first = (await bridge.dispatch({ ...body, idempotency_key: 'k1' })).json();
    expect((await keyed('k1')).json()).toMatchObject({ id: first.id, replayed: true });
  });

  test('stays with its call when the call is over', async () => {
    const first = (await keyed('k1')).json();
    await bridge.post(first.links.cancel, OTHER_SECRET);
    expect((await keyed('k1')).json()).toMatchObject({ id: first.id, status: 'canceled', replayed: true });
  });

  test('with another payload is refused', async () => {
    const first = (await keyed('k1')).json();
    const other = await keyed('k1', { ...body, greeting: 'Hi' });
    expect(other.statusCode).toBe(422);
    expect(other.json()).toMatchObject({
      code: 'idempotency_key_reused',
      detail: expect.stringContaining(first.id),
    });
  });

  test('belongs to one API key name', async () => {
    const first = (await keyed('k1')).json();
    const other = (await keyed('k1', body, OTHER_SECRET)).json();
    expect(other).toMatchObject({ replayed: false });
    expect(other.id).not.toBe(first.id);
  });

  test('two keys make two calls of the same payload', async () => {
    expect((await keyed('k1')).json().id).not.toBe((await keyed('k2')).json().id);
  });

  test('fifty times at once makes one row', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => keyed('k1')));
    expect(answers.map((answer) => answer.statusCode)).toEqual(Array(50).fill(202));
    expect(new Set(answers.map((answer) => answer.json().id)).size).toBe(1);
    expect(answers.filter((answer) => !answer.json().replayed)).toHaveLength(1);
    expect(await rows()).toBe(1);
  });
});

describe('without a key', () => {
  test('the same call again is answered with the first', async () => {
    const first = (await bridge.dispatch({ ...body, metadata: { run: 1 } })).json();
    const again = await bridge.dispatch({ ...body, destination: '+61491570156', metadata: { run: 2 } });
    expect(again.statusCode).toBe(202);
    expect(again.json()).toMatchObject({ id: first.id, replayed: false, duplicate_of: first.id });
    expect(await rows()).toBe(1);
  });

  test('fifty times at once makes one row', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => bridge.dispatch(body)));
    expect(new Set(answers.map((answer) => answer.json().id)).size).toBe(1);
    expect(await rows()).toBe(1);
  });

  test('other words, another account or allow_duplicate make another call', async () => {
    await bridge.dispatch(body);
    await bridge.dispatch({ ...body, greeting: 'Hi' });
    await bridge.dispatch({ ...body, account_code: 'other' });
    await bridge.dispatch(body, { url: '/dispatch?allow_duplicate=true' });
    expect(await rows()).toBe(4);
  });

  test('a call that was never granted does not stand in the way', async () => {
    const first = (await bridge.dispatch(body)).json();
    await bridge.post(first.links.cancel, OTHER_SECRET);
    const second = (await bridge.dispatch(body)).json();
    expect(second).toMatchObject({ duplicate_of: null, status: 'queued' });
    expect(second.id).not.toBe(first.id);
  });
});

describe('dry_run', () => {
  test('tells every check and calls nobody', async () => {
    const answer = await bridge.dispatch({ ...body, dry_run: true });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ dry_run: true, would_call: true, duplicate_of: null });
    expect(answer.json().checks.map((check: { check: string }) => check.check)).toEqual([
      'destination',
      'country',
      'number_type',
      'do_not_call',
      'calling_hours',
      'caller_id',
      'fictitious',
      'transfer_target',
      'playbook',
      'not_after',
      'callback_url',
      'cool_down',
      'number_block',
      'calls_per_hour',
      'calls_per_day',
      'paused',
    ]);
    expect(await rows()).toBe(0);
  });

  test('tells a refusal as a verdict', async () => {
    const answer = await bridge.dispatch({ ...body, destination: '000', dry_run: true });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      would_call: false,
      checks: expect.arrayContaining([
        expect.objectContaining({ verdict: 'refuse', code: 'emergency_number' }),
      ]),
    });
  });

  test('names the call that it would be a duplicate of', async () => {
    const first = (await bridge.dispatch(body)).json();
    const answer = await bridge.dispatch({ ...body, dry_run: true });
    expect(answer.json()).toMatchObject({ would_call: false, duplicate_of: first.id });
  });
});

describe('a refusal that time mends', () => {
  test(
    'says after how many seconds to ask again',
    async () => {
      const hour = { ...NO_CAPS.hour, trunk: 1 };
      const capped = await startTestBridge({ settings: settings({ caps: { ...NO_CAPS, hour } }) });
      try {
        expect((await capped.dispatch(body)).statusCode).toBe(202);
        const refused = await capped.dispatch({ ...body, metadata: 2, account_code: 'another' });
        expect(refused.statusCode).toBe(403);
        expect(refused.json()).toMatchObject({
          code: 'hourly_cap_reached',
          message: expect.stringContaining('1 of 1 used on this trunk'),
        });
        expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_500);
        const repeated = await capped.dispatch(body);
        expect([repeated.statusCode, repeated.json().duplicate_of]).toEqual([202, expect.any(String)]);
      } finally {
        await capped.close();
      }
    },
    OWN_BRIDGE_MS,
  );

  test('and no other does', async () => {
    const refused = await bridge.dispatch({ ...body, destination: '1900 123 456' });
    expect(refused.statusCode).toBe(403);
    expect(refused.json()).toMatchObject({
      code: 'number_type_not_allowed',
      errors: [{ pointer: '/destination' }],
    });
    expect(refused.headers['retry-after']).toBeUndefined();
  });
});

describe('who may ask', () => {
  test.each([
    ['no key', {}, 401, 'unauthorized'],
    ['a wrong key', { authorization: `Bearer ${'x'.repeat(40)}` }, 401, 'unauthorized'],
    ['a key without the scope', { authorization: `Bearer ${READ_SECRET}` }, 403, 'scope_missing'],
  ])('not %s', async (_name, headers, status, code) => {
    const answer = await bridge.app.inject({ method: 'POST', url: '/dispatch', payload: body, headers });
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ status, code });
    expect(await rows()).toBe(0);
  });

  test('a key in X-API-Key', async () => {
    const answer = await bridge.app.inject({
      method: 'POST',
      url: '/dispatch',
      payload: body,
      headers: { 'x-api-key': OTHER_SECRET },
    });
    expect(answer.statusCode).toBe(202);
  });
});

test(
  'with CALLER_ID_FALLBACK=refuse a call without a caller ID is refused',
  async () => {
    const strict = await startTestBridge({
      settings: settings({ callerId: { ...settings().callerId, fallback: 'refuse' } }),
    });
    const answer = await strict.dispatch({ destination: '0491570156' });
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'caller_id_missing' });
    await strict.close();
  },
  OWN_BRIDGE_MS,
);

test(
  'a database that is away answers 503 and says to come again',
  async () => {
    const broken = await startTestBridge();
    await broken.database.destroy();
    const answer = await broken.dispatch(body);
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.json()).toMatchObject({ code: 'database_unavailable' });
    expect((await broken.app.inject('/readyz')).statusCode).toBe(503);
    expect((await broken.app.inject('/healthz')).statusCode).toBe(200);
    await broken.app.close();
  },
  OWN_BRIDGE_MS,
);

test('numbers, names and secrets stay out of the log', async () => {
  await bridge.dispatch(body, { headers: { 'idempotency-key': 'k9' } });
  await bridge.get('/calls?destination=0491570156');
  const log = bridge.logged.join('\n');
  expect(log).toContain('call accepted');
  expect(log).not.toMatch(/491570156|491 570 156|LiveKit Nehos|n8n-secret/);
});

test(
  'a write that fails leaves nothing of the call in the log',
  async () => {
    const own = await startTestBridge();
    await sql`alter table calls add constraint broken check (voicemail = 'x')`.execute(own.database);
    const answer = await own.dispatch({ ...body, greeting: 'CANARY-GREETING', metadata: 'CANARY-METADATA' });
    expect(answer.statusCode).toBe(500);
    const log = own.logged.join('\n');
    expect(log).toContain('violates check constraint');
    expect(log).not.toMatch(/CANARY|491570156|LiveKit Nehos/);
    await own.close();
  },
  OWN_BRIDGE_MS,
);
