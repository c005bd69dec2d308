import { connect } from 'node:net';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OWN_BRIDGE_MS, READ_SECRET, SECRET, startTestBridge, type TestBridge } from '../test/test-bridge.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge?.close());

const auth = { authorization: `Bearer ${SECRET}` };
const json = { ...auth, 'content-type': 'application/json' };
const FORM = ['code', 'detail', 'errors', 'message', 'status', 'title', 'type'];

describe('every error has one form', () => {
  const bad: readonly (readonly [string, number, string, InjectOptions])[] = [
    ['no such address', 404, 'route_not_found', { url: '/nothing' }],
    ['no such call', 404, 'call_not_found', { url: '/calls/call_x', headers: auth }],
    ['an id that is none', 400, 'validation_failed', { url: '/calls/x', headers: auth }],
    ['a query that is not read', 400, 'validation_failed', { url: '/calls/call_x?wiat=25', headers: auth }],
    [
      'a method that is not possible',
      405,
      'method_not_allowed',
      { method: 'DELETE', url: '/calls/call_x', headers: auth },
    ],
    ['no key', 401, 'unauthorized', { url: '/calls' }],
    [
      'no scope',
      403,
      'scope_missing',
      { method: 'POST', url: '/dispatch', payload: {}, headers: { authorization: `Bearer ${READ_SECRET}` } },
    ],
    [
      'a body that is too large',
      413,
      'payload_too_large',
      { method: 'POST', url: '/dispatch', payload: { greeting: 'x'.repeat(33_000) }, headers: auth },
    ],
    [
      'text instead of JSON',
      415,
      'unsupported_media_type',
      {
        method: 'POST',
        url: '/dispatch',
        payload: 'hello',
        headers: { ...auth, 'content-type': 'text/plain' },
      },
    ],
    [
      'a form',
      415,
      'unsupported_media_type',
      {
        method: 'POST',
        url: '/dispatch',
        payload: 'a=1',
        headers: { ...auth, 'content-type': 'application/x-www-form-urlencoded' },
      },
    ],
    [
      'JSON that is none',
      400,
      'malformed_request',
      { method: 'POST', url: '/dispatch', payload: '{"a":', headers: json },
    ],
    [
      'an empty body',
      400,
      'malformed_request',
      { method: 'POST', url: '/dispatch', payload: '', headers: json },
    ],
    [
      '__proto__',
      400,
      'malformed_request',
      { method: 'POST', url: '/dispatch', payload: '{"__proto__":{"a":1}}', headers: json },
    ],
    [
      'constructor.prototype',
      400,
      'malformed_request',
      { method: 'POST', url: '/dispatch', payload: '{"constructor":{"prototype":{}}}', headers: json },
    ],
    ['an address that cannot be read', 400, 'malformed_request', { url: '/calls/%zz', headers: auth }],
    ['an address that is too long', 414, 'url_too_long', { url: `/calls/${'x'.repeat(300)}`, headers: auth }],
    ['an unknown query', 400, 'validation_failed', { url: '/calls?x=1', headers: auth }],
  ];

  test.each(bad)('%s', async (_name, status, code, request) => {
    const answer = await bridge.app.inject(request);
    expect(answer.statusCode).toBe(status);
    const body = answer.json();
    expect(Object.keys(body).sort()).toEqual(FORM);
    expect(body).toMatchObject({ status, code, message: expect.stringMatching(/\S/) });
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  });

  test(
    'a fault of the bridge tells nothing of its inside',
    async () => {
      const broken = { ...bridge.calls, find: async () => Promise.reject(new Error('password=hunter2')) };
      const other = await startTestBridge({ calls: broken });
      const answer = await other.get('/calls/call_x');
      expect(answer.statusCode).toBe(500);
      expect(Object.keys(answer.json()).sort()).toEqual(FORM);
      expect(answer.body).not.toContain('hunter2');
      expect(other.logged.join()).toContain('hunter2');
      await other.close();
    },
    OWN_BRIDGE_MS,
  );

  test('problem+json comes only when asked for', async () => {
    const answer = await bridge.app.inject({
      url: '/nothing',
      headers: { accept: 'application/problem+json' },
    });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(Object.keys(answer.json()).sort()).toEqual(FORM);
  });

  test('a wrong method is told the right ones', async () => {
    const answer = await bridge.app.inject({ method: 'PUT', url: '/calls/x', headers: auth });
    expect(answer.headers.allow).toBe('GET, HEAD');
  });
});

describe('on the wire', () => {
  const speak = async (bytes: string, to = bridge): Promise<string> => {
    const { port } = to.app.server.address() as { port: number };
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
      let heard = '';
      socket.on('data', (data) => {
        heard += data;
      });
      socket.on('close', () => resolve(heard));
      socket.on('error', reject);
    });
  };
  beforeAll(async () => {
    await bridge.app.listen({ host: '127.0.0.1', port: 0 });
  });

  test.each([
    ['no Host', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'malformed_request'],
    ['what is no HTTP', 'HELLO\r\n\r\n', 400, 'malformed_request'],
    [
      'headers without end',
      `GET / HTTP/1.1\r\nhost: x\r\nx-a: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
  ])('%s gets the same body', async (_name, bytes, status, code) => {
    const [head = '', body = ''] = (await speak(bytes)).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status}`);
    expect(JSON.parse(body)).toMatchObject({ status, code });
    expect(Object.keys(JSON.parse(body)).sort()).toEqual(FORM);
  });

  test('nothing waits for ever', () => {
    const { server } = bridge.app;
    expect(server.headersTimeout).toBe(10_000);
    expect(server.requestTimeout).toBe(15 * 60_000);
    expect(server.keepAliveTimeout).toBe(10_000);
    expect(server.timeout).toBe(60_000);
    expect(server.maxConnections).toBe(1_024);
  });

  test(
    'a request that never ends is answered when its time is over',
    async () => {
      const own = await startTestBridge();
      await own.app.listen({ host: '127.0.0.1', port: 0 });
      own.app.server.headersTimeout = 100;
      const answer = await speak('GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ', own);
      expect(answer).toContain('HTTP/1.1 408');
      expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ code: 'request_timeout' });
      await own.close();
    },
    OWN_BRIDGE_MS,
  );
});

describe('headers', () => {
  test('of caution are on every answer', async () => {
    for (const url of ['/healthz', '/nothing']) {
      const { headers } = await bridge.app.inject(url);
      expect(headers).toMatchObject({
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cache-control': 'no-store',
      });
      expect(headers['x-powered-by']).toBeUndefined();
    }
  });
});

describe('health', () => {
  test('says up and nothing else, to anybody', async () => {
    for (const url of ['/healthz', '/readyz']) {
      const answer = await bridge.app.inject(url);
      expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'up' }]);
    }
  });

  test(
    'asks the database once for all who ask at a time',
    async () => {
      const own = await startTestBridge();
      let pings = 0;
      const now = own.calls.now.bind(own.calls);
      own.calls.now = () => {
        pings += 1;
        return now();
      };
      const answers = await Promise.all(Array.from({ length: 20 }, () => own.app.inject('/readyz')));
      expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(20).fill(200));
      expect(pings).toBeGreaterThan(0);
      expect(pings).toBeLessThan(10);
      await own.close();
    },
    OWN_BRIDGE_MS,
  );

  test('is down, and work is turned away, once the end has begun; agents are still heard', async () => {
    bridge.lifecycle.closing = true;
    try {
      const ready = await bridge.app.inject('/readyz');
      expect([ready.statusCode, ready.json()]).toEqual([503, { status: 'down' }]);
      const answer = await bridge.dispatch({ destination: '0491570156' });
      expect(answer.statusCode).toBe(503);
      expect(answer.json()).toMatchObject({ code: 'shutting_down' });
      expect(answer.headers['retry-after']).toBe('5');
      const agent = await bridge.agent('/agent/calls/call_none/reports', {
        token: 't'.repeat(16),
        seq: 1,
        at_ms: 0,
        type: 'alive',
      });
      expect(agent.statusCode).toBe(404);
    } finally {
      bridge.lifecycle.closing = false;
    }
  });
});

describe('the flood stop', () => {
  test(
    'counts by address where there is no key, and leaves health and keys alone',
    async () => {
      const own = await startTestBridge();
      const answers = [];
      for (let n = 0; n < 125; n += 1) answers.push(await own.app.inject('/calls'));
      expect(answers[0]?.statusCode).toBe(401);
      const stopped = answers.at(-1);
      expect(stopped?.statusCode).toBe(429);
      expect(stopped?.json()).toMatchObject({ code: 'rate_limited' });
      expect(Number(stopped?.headers['retry-after'])).toBeGreaterThan(0);
      expect(Object.keys(stopped?.json() ?? {}).sort()).toEqual(FORM);
      expect((await own.get('/calls')).statusCode).toBe(200);
      expect((await own.app.inject('/healthz')).statusCode).toBe(200);
      await own.close();
    },
    OWN_BRIDGE_MS,
  );
});

test(
  'guessed addresses are counted, too',
  async () => {
    const own = await startTestBridge();
    const codes = [];
    for (let n = 0; n < 125; n += 1) {
      const answer = await own.app.inject(`/guess/${n}`);
      codes.push(answer.statusCode);
      if (answer.statusCode === 429) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect([codes[0], codes.at(-1)]).toEqual([404, 429]);
    expect((await own.get('/nothing')).statusCode).toBe(404);
    await own.close();
  },
  OWN_BRIDGE_MS,
);

describe('the OpenAPI page', () => {
  test('is made of the schemas and needs a key', async () => {
    expect((await bridge.app.inject('/openapi.json')).statusCode).toBe(401);
    const page = (await bridge.get('/openapi.json')).json();
    expect(Object.keys(page.paths).sort()).toEqual([
      '/backup',
      '/callbacks',
      '/callbacks/{id}/replay',
      '/calls',
      '/calls/purge',
      '/calls/{id}',
      '/calls/{id}/cancel',
      '/calls/{id}/events',
      '/calls/{id}/recording',
      '/calls/{id}/retry',
      '/calls/{id}/transcript',
      '/dispatch',
      '/do-not-call',
      '/do-not-call/import',
      '/do-not-call/{number}',
      '/events',
      '/healthz',
      '/metrics',
      '/pause',
      '/playbooks',
      '/queue',
      '/readyz',
      '/resume',
    ]);
    const body = page.paths['/dispatch'].post.requestBody.content['application/json'].schema;
    expect(body).toMatchObject({ type: 'object', required: ['destination'], additionalProperties: false });
    expect(Object.keys(body.properties)).toContain('ring_timeout_seconds');
    expect(Object.keys(page.paths['/dispatch'].post.responses)).toEqual(
      expect.arrayContaining(['202', '400', '401', '403', '422', '503']),
    );
    const record = page.paths['/calls/{id}'].get.responses['200'].content['application/json'].schema;
    expect(record.required).toContain('cancel_requested_at');
  });

  test(
    'a route that does not say who may use it cannot be added',
    async () => {
      const own = await startTestBridge();
      expect(() => own.app.get('/open', async () => 'x')).toThrow();
      await own.close();
    },
    OWN_BRIDGE_MS,
  );
});
