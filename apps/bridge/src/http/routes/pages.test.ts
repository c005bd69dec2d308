import { makeOutcome } from '@outdial/telephony';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aNewCall, TOKEN } from '../../../test/fixtures.ts';
import {
  ADMIN_SECRET,
  AGENT_SECRET,
  BOSS_SECRET,
  READ_SECRET,
  SECRET,
  startTestBridge,
  type TestBridge,
} from '../../../test/test-bridge.ts';
import { type ApiKey, parseApiKeys } from '../../domain/api-keys.ts';
import { FREE_TRIES } from '../login-guard.ts';
import { ABSOLUTE_END_MS, IDLE_END_MS, Sessions } from '../sessions.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge({ trustProxy: ['192.0.2.10/32'] });
});
afterAll(() => bridge?.close());
beforeEach(() => bridge.clear());

const BROWSER = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' };
type Cookies = Record<string, string>;

const open = (url: string, cookies: Cookies = {}, options: InjectOptions = {}) =>
  bridge.app.inject({ url, cookies, ...options, headers: { ...BROWSER, ...options.headers } });
const submit = (url: string, fields: Record<string, string>, cookies: Cookies, options: InjectOptions = {}) =>
  open(url, cookies, {
    method: 'POST',
    payload: new URLSearchParams(fields).toString(),
    ...options,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...options.headers },
  });

const cookiesOf = (answer: LightMyRequestResponse): Cookies =>
  Object.fromEntries(answer.cookies.map(({ name, value }) => [name, value]));
const tokenIn = (page: string): string => /name="token" value="([\w-]{43})"/.exec(page)?.[1] ?? '';

/** A browser at the sign-in page: its cookies and the token of the form. */
const visit = async (options: InjectOptions = {}) => {
  const answer = await open('/sign-in', {}, options);
  return { cookies: cookiesOf(answer), token: tokenIn(answer.body) };
};
const signIn = async (key = SECRET, options: InjectOptions = {}) => {
  const { cookies, token } = await visit(options);
  return submit('/sign-in', { token, key }, cookies, options);
};
const signedIn = async (key = SECRET): Promise<Cookies> => cookiesOf(await signIn(key));

describe('a browser without a session', () => {
  test('is sent to the sign-in', async () => {
    const answer = await open('/');
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/sign-in']);
  });

  test('and a program is told to send a key', async () => {
    const answer = await bridge.app.inject('/');
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'unauthorized']);
    expect((await bridge.get('/')).body).toContain('<h1>Calls</h1>');
  });
});

describe('every page', () => {
  test('brings no script, stands in no frame and is kept by no cache', async () => {
    const cookies = await signedIn();
    for (const answer of [await open('/sign-in'), await open('/', cookies)]) {
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.headers['content-security-policy']).toBe(
        "default-src 'none';style-src 'self';img-src data:;form-action 'self';base-uri 'none';frame-ancestors 'none'",
      );
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers['x-frame-options']).toBe('DENY');
      expect(answer.body).not.toMatch(/<script|<style|\sstyle=|\son\w+=|javascript:/i);
      expect(answer.body).toMatch(/<html lang="en">[\s\S]*name="viewport"/);
    }
  });

  test('finds its style at an address of ours', async () => {
    const href = /rel="stylesheet" href="([^"]+)"/.exec((await open('/sign-in')).body)?.[1] ?? '';
    const style = await open(href);
    expect(style.headers['content-type']).toBe('text/css; charset=utf-8');
    expect(style.body).toContain('color-scheme: light dark');
  });
});

describe('the sign-in', () => {
  test('gives a session in a cookie that no script reads and no other site sends', async () => {
    const answer = await signIn();
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/']);
    const cookie = answer.cookies.find(({ name }) => name === 'outdial-session');
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(cookie).not.toHaveProperty('domain');
    expect(cookie).not.toHaveProperty('secure');
    expect(String(answer.headers['set-cookie'])).not.toContain('n8n-secret');
    expect((await open('/', cookiesOf(answer))).statusCode).toBe(200);
  });

  test('behind https its cookies are secure and of this host alone', async () => {
    const https = { remoteAddress: '192.0.2.10', headers: { 'x-forwarded-proto': 'https' } };
    const answer = await signIn(SECRET, https);
    const cookie = answer.cookies.find(({ name }) => name === '__Host-outdial-session');
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/', secure: true });
    expect((await open('/', cookiesOf(answer), https)).statusCode).toBe(200);
    // One that came without https is not taken there, and a stranger does not make it https.
    const plain = cookiesOf(await signIn(SECRET, { headers: { 'x-forwarded-proto': 'https' } }));
    expect(Object.keys(plain)).toContain('outdial-session');
    expect((await open('/', plain, https)).statusCode).toBe(303);
  });

  test('each has a session of its own', async () => {
    expect((await signedIn())['outdial-session']).not.toBe((await signedIn())['outdial-session']);
  });

  test('with a wrong key is told so, and gives nothing', async () => {
    for (const key of ['wrong', `${SECRET}x`, SECRET.slice(0, -1), ' ']) {
      const answer = await signIn(key, { remoteAddress: '203.0.113.1' });
      expect(answer.statusCode).toBe(401);
      expect(answer.body).toContain('none of the keys');
      expect(Object.keys(cookiesOf(answer))).not.toContain('outdial-session');
      expect(answer.body).not.toContain(key === ' ' ? 'value=" "' : `"${key}"`);
    }
  });

  test('counts wrong keys as the API does', async () => {
    const remoteAddress = '203.0.113.2';
    for (let n = 0; n <= FREE_TRIES; n += 1) {
      expect((await signIn(`wrong-${n}`, { remoteAddress })).statusCode).toBe(401);
    }
    const answer = await signIn(SECRET, { remoteAddress });
    expect(answer.statusCode).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.body).toContain('Too many wrong keys');
  });

  test('what it refuses is counted among the errors', async () => {
    const count = async (code: string): Promise<number> => {
      const { body } = await bridge.get('/metrics');
      return Number(
        new RegExp(`outdial_http_errors_total{status="\\d+",code="${code}"} (\\d+)`).exec(body)?.[1],
      );
    };
    const before = [await count('unauthorized'), await count('form_expired')];
    await signIn('wrong', { remoteAddress: '203.0.113.4' });
    await submit('/sign-in', { token: 'x', key: SECRET }, {});
    expect([await count('unauthorized'), await count('form_expired')]).toEqual(before.map((n) => n + 1));
  });

  test('takes a form of ours only', async () => {
    const { cookies, token } = await visit();
    const other = await visit();
    const refusals = [
      await submit('/sign-in', { token, key: SECRET }, {}),
      await submit('/sign-in', { key: SECRET }, cookies),
      await submit('/sign-in', { token: other.token, key: SECRET }, cookies),
      await submit('/sign-in', { token: `${token}x`, key: SECRET }, cookies),
      await submit('/sign-in', { token, key: SECRET }, cookies, { payload: '' }),
    ];
    for (const answer of refusals) {
      expect(answer.statusCode).toBe(403);
      expect(answer.body).toContain('not made for this browser');
      expect(cookiesOf(answer)).not.toHaveProperty('outdial-session');
    }
  });

  test('takes a form and nothing else, nor fields that it does not know', async () => {
    const { cookies, token } = await visit();
    const json = await open('/sign-in', cookies, {
      method: 'POST',
      payload: { token, key: SECRET },
      headers: { accept: 'application/json' },
    });
    expect([json.statusCode, json.json().code]).toEqual([415, 'unsupported_media_type']);
    expect(json.json().message).toContain('form');
    const more = await submit('/sign-in', { token, key: SECRET, next: 'https://evil.example/' }, cookies);
    expect(more.statusCode).toBe(400);
  });
});

describe('a session', () => {
  test('may read what its key may read', async () => {
    const cookies = await signedIn(READ_SECRET);
    for (const url of ['/', '/calls', '/openapi.json'])
      expect((await open(url, cookies)).statusCode).toBe(200);
    const admin = await open('/', await signedIn(ADMIN_SECRET));
    expect(admin.statusCode).toBe(403);
    expect(admin.body).toContain('lacks the scope read');
  });

  test('changes nothing through the API: another site could make a browser send it', async () => {
    const cookies = await signedIn();
    const { id } = await bridge.calls.transaction((tx) => tx.insert(aNewCall()));
    for (const url of ['/dispatch', `/calls/${id}/cancel`, '/calls/purge']) {
      const answer = await open(url, cookies, { method: 'POST', payload: {}, headers: { accept: '*/*' } });
      expect([url, answer.statusCode]).toEqual([url, 401]);
    }
    expect((await bridge.get(`/calls/${id}`)).json().cancel_requested_at).toBeNull();
  });

  test('counts for nothing beside a wrong key', async () => {
    const cookies = await signedIn();
    const answer = await open('/calls', cookies, {
      remoteAddress: '203.0.113.3',
      headers: { 'x-api-key': 'w'.repeat(40) },
    });
    expect(answer.statusCode).toBe(401);
  });

  test('ends with the sign-out, which needs the token of its page', async () => {
    const cookies = await signedIn();
    const token = tokenIn((await open('/', cookies)).body);
    const other = tokenIn((await open('/', await signedIn())).body);
    for (const wrong of ['', other]) {
      expect((await submit('/sign-out', { token: wrong }, cookies)).statusCode).toBe(403);
    }
    expect((await open('/', cookies)).statusCode).toBe(200);
    const out = await submit('/sign-out', { token }, cookies);
    expect([out.statusCode, out.headers.location]).toEqual([303, '/sign-in']);
    expect(out.cookies.find(({ name }) => name === 'outdial-session')?.value).toBe('');
    expect((await open('/', cookies)).statusCode).toBe(303);
  });

  describe('of another time or another key', () => {
    const parsed = parseApiKeys(`n8n:${SECRET}`);
    const key = (parsed.status === 'ok' ? parsed.keys[0] : undefined) as ApiKey;
    const cookie = (startedAt: number, seenAt: number, secret = AGENT_SECRET, its = key) => ({
      'outdial-session': new Sessions(secret, [its]).write({
        id: 'i'.repeat(22),
        key: its,
        startedAt,
        seenAt,
      }),
    });

    test('is over when it is idle or old, and goes on while it is used', async () => {
      const now = Date.now();
      expect((await open('/', cookie(now - IDLE_END_MS, now - IDLE_END_MS))).statusCode).toBe(303);
      expect((await open('/', cookie(now - ABSOLUTE_END_MS, now))).statusCode).toBe(303);
      const used = await open('/', cookie(now - IDLE_END_MS, now - IDLE_END_MS / 2));
      expect(used.statusCode).toBe(200);
      const renewed = cookiesOf(used)['outdial-session'] ?? '';
      expect(renewed).toContain(`~${now - IDLE_END_MS}~`);
      expect(Number(renewed.split('~')[3])).toBeGreaterThanOrEqual(now);
      expect((await open('/', { 'outdial-session': renewed })).statusCode).toBe(200);
    });

    test('is none when its key has another secret now, or somebody else signed it', async () => {
      const now = Date.now();
      expect((await open('/', cookie(now, now))).statusCode).toBe(200);
      const changed = { ...key, digest: Buffer.alloc(32, 1) };
      expect((await open('/', cookie(now, now, AGENT_SECRET, changed))).statusCode).toBe(303);
      expect((await open('/', cookie(now, now, 'x'.repeat(40)))).statusCode).toBe(303);
    });
  });
});

describe('the first page', () => {
  const place = (change: Parameters<typeof aNewCall>[0] = {}) =>
    bridge.calls.transaction((tx) => tx.insert(aNewCall(change)));
  const sectionOf = (page: string, title: string): string =>
    page.split('<section>').find((part) => part.includes(`<h2>${title} `)) ?? '';

  test('shows what waits, what is live and how calls ended', async () => {
    const live = await place({ destination: '+61491570157' });
    await bridge.start();
    const grant = { token: TOKEN, dispatch: 1, job_id: 'AJ_1' };
    await bridge.agent(`/agent/calls/${live.id}/grant`, grant);
    const ended = await place({ destination: '+61491570158' });
    await bridge.start();
    await bridge.agent(`/agent/calls/${ended.id}/grant`, grant);
    const outcome = makeOutcome('busy');
    await bridge.agent(`/agent/calls/${ended.id}/reports`, {
      token: TOKEN,
      seq: 1,
      at_ms: 1,
      type: 'ended',
      outcome,
    });
    const waiting = await place();
    const page = (await open('/', await signedIn())).body;
    expect(sectionOf(page, 'Live')).toContain(live.id);
    expect(sectionOf(page, 'Waiting')).toContain(waiting.id);
    expect(sectionOf(page, 'Ended')).toContain(ended.id);
    expect(sectionOf(page, 'Ended')).toContain('Busy');
    expect(page.match(/class="call /g)).toHaveLength(3);
  });

  test('says so when there is nothing', async () => {
    const page = (await open('/', await signedIn())).body;
    expect(page).toContain('No call has ended yet.');
  });

  test('shows twenty of each at the most', async () => {
    for (let n = 0; n < 22; n += 1) await place();
    const page = (await open('/', await signedIn())).body;
    expect(page.match(/class="call /g)).toHaveLength(20);
    expect(page).toContain('20 newest');
  });

  test('what a request said is text on it', async () => {
    await place({ accountCode: '<b>"&' });
    const page = (await open('/', await signedIn())).body;
    expect(page).toContain('&lt;b&gt;&quot;&amp;');
    expect(page).not.toContain('<b>"');
  });
});

describe('the kill switch on the first page', () => {
  const page = async (cookies: Cookies) => (await open('/', cookies)).body;
  const pause = async () => (await bridge.get('/queue')).json().pause;

  test('pauses with a reason and resumes', async () => {
    const cookies = await signedIn(BOSS_SECRET);
    const before = await page(cookies);
    expect(before).toContain('action="/pages/pause"');
    const token = tokenIn(before);
    const paused = await submit('/pages/pause', { token, reason: '<wrong> list' }, cookies);
    expect([paused.statusCode, paused.headers.location]).toEqual([303, '/']);
    expect(await pause()).toMatchObject({ reason: '<wrong> list', by: 'boss' });
    const shown = await page(cookies);
    expect(shown).toMatch(
      /Paused since <time datetime="[^"]+Z">\d{1,2} \w+ \d{4}, [^<]+<\/time>: &lt;wrong&gt; list \(key boss\)/,
    );
    expect(shown).not.toContain('action="/pages/pause"');
    expect((await submit('/pages/resume', { token }, cookies)).statusCode).toBe(303);
    expect(await pause()).toBeNull();
  });

  test('takes the token of its page only, and no reason that is too long', async () => {
    const cookies = await signedIn(BOSS_SECRET);
    const token = tokenIn(await page(cookies));
    const other = tokenIn(await page(await signedIn(BOSS_SECRET)));
    for (const wrong of ['', other]) {
      expect((await submit('/pages/pause', { token: wrong, reason: '' }, cookies)).statusCode).toBe(403);
    }
    const long = await submit('/pages/pause', { token, reason: 'x'.repeat(201) }, cookies);
    expect(long.statusCode).toBe(400);
    expect(await pause()).toBeNull();
    await submit('/pages/pause', { token, reason: '' }, cookies);
    expect((await submit('/pages/resume', { token: other }, cookies)).statusCode).toBe(403);
    expect(await pause()).toMatchObject({ reason: null });
  });

  test('is shown to a key without the scope admin, and not its to switch', async () => {
    const boss = await signedIn(BOSS_SECRET);
    await submit('/pages/pause', { token: tokenIn(await page(boss)), reason: 'r' }, boss);
    const cookies = await signedIn(READ_SECRET);
    const shown = await page(cookies);
    expect(shown).toContain('Paused since');
    expect(shown).not.toContain('action="/pages/');
    for (const url of ['/pages/pause', '/pages/resume']) {
      const answer = await submit(url, { token: tokenIn(shown), reason: '' }, cookies);
      expect([answer.statusCode, answer.body]).toEqual([403, expect.stringContaining('scope admin')]);
    }
    expect(await pause()).toMatchObject({ reason: 'r' });
  });
});
