import { signReport } from '@outdial/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type Attack, attack, speak, statusesIn } from './attack.ts';
import { AGENT_SECRET, type AttackedBridge, KEYS, LIVEKIT, startAttackedBridge } from './bridge-process.ts';
import { type SlowClients, startSlowClients } from './slow-clients.ts';
import { ADDRESSES } from './tables/addresses.ts';
import { BODIES } from './tables/bodies.ts';
import { CALLBACK_URLS } from './tables/callback-urls.ts';
import { DESTINATIONS } from './tables/destinations.ts';
import type { BadDispatch } from './tables/dispatch-table.ts';
import { FIELDS } from './tables/fields.ts';
import { HOUSE_ATTACKS } from './tables/house.ts';
import { KEY_ATTACKS } from './tables/keys.ts';
import { PAGES } from './tables/pages.ts';
import { AGENT_ATTACKS, livekitAttacks } from './tables/signed.ts';
import { SIP_FIELDS } from './tables/sip-fields.ts';
import { WIRE } from './tables/wire.ts';

const SLOW_MS = 60_000;
const SOON_MS = 20_000;
const MOST_GROWTH_MIB = 100;
const FORM = ['code', 'detail', 'errors', 'message', 'status', 'title', 'type'];

let bridge: AttackedBridge;
let slow: { readonly heads: SlowClients; readonly bodies: SlowClients };
let before: { readonly sockets: number; readonly memory: number };
let sent = 0;
let refused = 0;
let started: number | null = null;

const send = (request: Omit<Attack, 'name' | 'status' | 'code'>): Promise<Answer> =>
  attack(bridge.port, request, KEYS.both);
const post = (path: string, body: unknown, headers: Attack['headers'] = {}, key?: string | null) =>
  send({ path, method: 'POST', body, headers, ...(key === undefined ? {} : { key }) });

beforeAll(async () => {
  bridge = await startAttackedBridge();
  // Whatever is loaded at the first request is there already when it is measured.
  await post('/dispatch', { destination: '0491570156', dry_run: true });
  before = { sockets: bridge.sockets(), memory: bridge.memory() };
  const head = `POST /dispatch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEYS.both}\r\n`;
  slow = {
    heads: startSlowClients(bridge.port, 100, `${head}X-Slow: `),
    bodies: startSlowClients(
      bridge.port,
      100,
      `${head}Content-Type: application/json\r\nContent-Length: 9999\r\n\r\n{"greeting":"`,
    ),
  };
});
afterAll(async () => {
  slow?.heads.stop();
  slow?.bodies.stop();
  await bridge?.stop();
  console.log(
    `${sent} bad requests and abuses, ${refused} refused as documented; calls that they started: ${started ?? 'not known'}`,
  );
});

const expectRefused = (
  answer: Answer,
  { status, code, method }: Pick<Attack, 'status' | 'code' | 'method'>,
) => {
  expect([answer.status, answer.body]).toEqual([status, expect.anything()]);
  expect(answer.headers['x-evil']).toBeUndefined();
  if (method === 'HEAD') return;
  const body = JSON.parse(answer.body);
  expect(Object.keys(body).sort()).toEqual(FORM);
  expect([code].flat()).toContain(body.code);
  expect(answer.body).not.toMatch(/node_modules|\.ts:\d|secret-0123/);
};

const attacks = (title: string, rows: readonly Attack[]): void => {
  describe(title, () => {
    test.each(rows)('$name', async (row) => {
      sent += 1;
      expectRefused(await send(row), row);
      refused += 1;
    });
  });
};
const dispatches = (title: string, rows: readonly BadDispatch[]): void =>
  attacks(
    title,
    rows.map((row) => ({ ...row, path: '/dispatch' })),
  );

dispatches('destinations', DESTINATIONS);
dispatches('what would stand in a SIP message', SIP_FIELDS);
dispatches('callback URLs', CALLBACK_URLS);
dispatches('fields', FIELDS);
attacks('bodies', BODIES);
attacks('keys and scopes', KEY_ATTACKS);
attacks('the kill switch, backups, lists and figures', HOUSE_ATTACKS);
attacks('addresses, ids, queries and methods', ADDRESSES);
attacks('what an agent did not sign', AGENT_ATTACKS);
attacks('what LiveKit did not sign', await livekitAttacks());
attacks('forms of other sites', PAGES);

describe('what is no HTTP', () => {
  test.each(WIRE)('$name', async ({ bytes, status }) => {
    sent += 1;
    const statuses = statusesIn(await speak(bridge.port, bytes));
    // One answer: what was hidden behind it was not read as a request.
    expect(statuses).toEqual(status === null ? [] : [status]);
    refused += 1;
  });

  test('a bad request in a row of good ones ends the connection: nothing after it is read', async () => {
    sent += 1;
    const good = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';
    const heard = await speak(bridge.port, `${good}EVIL /x HTTP/1.1\r\n\r\n${good}${good}`, 9);
    const [last, ...before] = statusesIn(heard).toReversed();
    expect(last).toBe(400);
    // The answer to the good one before it may not have been ready.
    expect([[], [200]]).toContainEqual(before);
    refused += 1;
  });
});

describe('guessing keys', () => {
  test('two hundred wrong keys from one address: it has to wait, others do not', async () => {
    sent += 200;
    const guess = (n: number) =>
      `GET /calls HTTP/1.1\r\nHost: x\r\nX-API-Key: guess-${n}\r\nConnection: ${n === 199 ? 'close' : 'keep-alive'}\r\n\r\n`;
    const heard = await speak(bridge.port, Array.from({ length: 200 }, (_, n) => guess(n)).join(''), 200);
    const statuses = statusesIn(heard);
    expect(statuses.filter((status) => status === 401)).toHaveLength(11);
    expect(statuses.filter((status) => status === 429)).toHaveLength(189);
    expect(heard).toMatch(/retry-after: \d+/i);
    expect((await send({ path: '/calls' })).status).toBe(200);
    refused += 200;
  });
});

describe('slow clients', () => {
  test(
    'a hundred heads and a hundred bodies that never end are given up',
    async () => {
      for (const clients of [slow.heads, slow.bodies]) {
        const heard = await clients.ended;
        sent += heard.length;
        expect(heard.map((text) => statusesIn(text))).toEqual(heard.map(() => [408]));
        refused += heard.length;
      }
    },
    SLOW_MS,
  );
});

describe('after all of it', () => {
  test('no call was written down and none was started', async () => {
    expect(JSON.parse((await send({ path: '/calls' })).body)).toEqual({ data: [], next: null });
    started = bridge.dispatches();
    expect(started).toBe(0);
  });

  test('a good request is served', async () => {
    const answer = await post('/dispatch', { destination: '0491570156', transfer_target: '02 5550 0100' });
    expect([answer.status, answer.body]).toEqual([202, expect.stringContaining('"status":"queued"')]);
    await expect.poll(() => bridge.dispatches(), { timeout: SOON_MS }).toBe(1);
  });

  test('what an agent signed for one call is nothing for another, and twice is once', async () => {
    const place = async (code: string): Promise<string> =>
      JSON.parse((await post('/dispatch', { destination: '0491570156', account_code: code })).body).id;
    sent += 3;
    const [mine, other] = [await place('mine'), await place('other')];
    await expect.poll(() => bridge.dispatches(), { timeout: SOON_MS }).toBeGreaterThanOrEqual(2);
    const say = (id: string, route: string, body: string, headers: Attack['headers']) =>
      post(`/agent/calls/${id}/${route}`, body, headers, null);
    const status = async (id: string): Promise<string> =>
      JSON.parse((await send({ path: `/calls/${id}` })).body).status;
    await expect.poll(() => status(mine), { timeout: SOON_MS }).toBe('dispatched');

    const grant = JSON.stringify({ token: 't'.repeat(16), dispatch: 1, job_id: 'AJ_1' });
    const signed = signReport(AGENT_SECRET, `${mine}.1`, grant);
    expectRefused(await say(other, 'grant', grant, signed), { status: 401, code: 'signature_invalid' });
    expect((await say(mine, 'grant', grant, signed)).status).toBe(200);
    // The job whose answer was lost asks once more; a stranger who heard it gets no second dial of it.
    expect((await say(mine, 'grant', grant, signed)).status).toBe(200);
    const stranger = grant.replace('tttt', 'ssss');
    const theirs = signReport(AGENT_SECRET, `${mine}.2`, stranger);
    expect((await say(mine, 'grant', stranger, theirs)).status).toBe(409);

    const ringing = JSON.stringify({ token: 't'.repeat(16), seq: 1, at_ms: 5, type: 'ringing' });
    const report = signReport(AGENT_SECRET, `${mine}.3`, ringing);
    for (const _ of [1, 2]) expect((await say(mine, 'reports', ringing, report)).status).toBe(200);
    expect(await status(mine)).toBe('ringing');
    expectRefused(await say(other, 'reports', ringing, report), { status: 401, code: 'signature_invalid' });
    refused += 3;
  });

  test(
    'sockets and memory are as before',
    async () => {
      // LiveKit and the database may keep a connection or two of ours.
      await expect.poll(() => bridge.sockets(), { timeout: 20_000 }).toBeLessThanOrEqual(before.sockets + 3);
      expect(bridge.memory() - before.memory).toBeLessThan(MOST_GROWTH_MIB);
    },
    SLOW_MS,
  );

  test('the bridge never failed, and no secret is in its log', () => {
    expect(bridge.isAlive()).toBe(true);
    expect(bridge.output()).not.toContain('request failed');
    for (const secret of [...Object.values(KEYS), AGENT_SECRET, LIVEKIT.apiSecret]) {
      expect(bridge.output()).not.toContain(secret);
    }
  });

  test('there were at least three hundred', () => {
    expect(refused).toBeGreaterThanOrEqual(300);
  });
});
