import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

let target: Server;
let proxy: FaultProxy;
let seen: { request: IncomingMessage; body: Buffer }[];
beforeEach(async () => {
  seen = [];
  target = createServer(async (request, response) => {
    const body = await buffer(request);
    seen.push({ request, body });
    response.writeHead(201, 'Made', [
      ['X-Odd-Case', 'a'],
      ['Set-Cookie', 'b=1'],
      ['Set-Cookie', 'c=2'],
    ]);
    response.end(body);
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  proxy = await startFaultProxy({ target: `http://127.0.0.1:${(target.address() as AddressInfo).port}` });
});
afterEach(async () => {
  await proxy.close().catch(() => undefined);
  target.closeAllConnections();
  target.close();
});

const post = (path = '/twirp/livekit.AgentDispatchService/CreateDispatch', body = 'x') =>
  fetch(`${proxy.url}${path}`, { method: 'POST', body });

describe('what passes', () => {
  test('keeps method, path, headers and body byte for byte', async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 128]);
    const sent = httpRequest(`${proxy.url}/a%20b?c=d&c=e`, {
      method: 'PUT',
      headers: ['X-Case', '1', 'x-twice', 'a', 'x-twice', 'b', 'Host', 'h.invalid', 'Content-Length', '5'],
    });
    sent.end(bytes);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    expect(await buffer(answer)).toEqual(bytes);
    expect(answer).toMatchObject({ statusCode: 201, statusMessage: 'Made' });
    expect(answer.rawHeaders.slice(0, 6)).toEqual([
      'X-Odd-Case',
      'a',
      'Set-Cookie',
      'b=1',
      'Set-Cookie',
      'c=2',
    ]);
    const [{ request, body }] = seen as [(typeof seen)[number]];
    expect(request).toMatchObject({ method: 'PUT', url: '/a%20b?c=d&c=e' });
    expect(request.rawHeaders.slice(0, 10)).toEqual([
      ...['X-Case', '1', 'x-twice', 'a', 'x-twice', 'b', 'Host', 'h.invalid', 'Content-Length', '5'],
    ]);
    expect(body).toEqual(bytes);
  });

  test('shares one connection to the target and one from the client', async () => {
    await (await post()).text();
    await (await post()).text();
    expect(seen[0]?.request.socket).toBe(seen[1]?.request.socket);
  });

  test('comes as it is written, not when it is over', async () => {
    const rest = Promise.withResolvers<void>();
    target.removeAllListeners('request');
    target.on('request', async (_request, response) => {
      response.write('first');
      await rest.promise;
      response.end('last');
    });
    const reader = (await fetch(`${proxy.url}/calls/1/events`)).body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first');
    rest.resolve();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('last');
  });

  test('is shown to the handler first, which may await things', async () => {
    proxy.onRequest(async ({ method, path, headers, body, upgrade }) => {
      expect(seen).toEqual([]);
      expect([method, path, headers['content-type'], body.toString(), upgrade]).toEqual([
        ...['POST', '/agent/calls/1/grant', 'text/plain;charset=UTF-8', 'hello', false],
      ]);
    });
    expect((await post('/agent/calls/1/grant', 'hello')).status).toBe(201);
    proxy.onRequest(null);
    expect((await post()).status).toBe(201);
  });
});

describe('a fault', () => {
  test('drop: the client sees a closed connection and the target sees nothing', async () => {
    proxy.onRequest(() => 'drop');
    await expect(post()).rejects.toThrow('fetch failed');
    expect(seen).toEqual([]);
  });

  test('forward-then-drop: the target has answered, the client sees a closed connection', async () => {
    proxy.onRequest(() => 'forward-then-drop');
    await expect(post()).rejects.toThrow('fetch failed');
    expect(seen).toHaveLength(1);
  });

  test('hold: the target sees it when it is let go, also without its client', async () => {
    const until = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    proxy.onRequest(() => {
      held.resolve();
      return { kind: 'hold', until: until.promise };
    });
    const abort = new AbortController();
    const gone = fetch(proxy.url, { signal: abort.signal });
    await held.promise;
    abort.abort();
    await expect(gone).rejects.toThrow('aborted');
    const patient = post();
    await expect.poll(() => seen.length).toBe(0);
    until.resolve();
    expect((await patient).status).toBe(201);
    await expect.poll(() => seen.length).toBe(2);
  });

  test('hold-answer: the target sees it at once, the client hears later', async () => {
    const until = Promise.withResolvers<void>();
    proxy.onRequest(() => ({ kind: 'hold-answer', until: until.promise }));
    let answered = false;
    const answer = post().then((response) => {
      answered = true;
      return response.text();
    });
    await expect.poll(() => seen.length).toBe(1);
    expect(answered).toBe(false);
    until.resolve();
    expect(await answer).toBe('x');
  });

  test('a target that is away or dies in its answer closes the connection', async () => {
    target.removeAllListeners('request');
    target.on('request', (_request, response) => {
      response.write('half');
      response.socket?.destroy();
    });
    await expect(post().then((response) => response.text())).rejects.toThrow(/terminated|fetch failed/);
    target.closeAllConnections();
    await new Promise((resolve) => target.close(resolve));
    await expect(post()).rejects.toThrow('fetch failed');
  });

  test('a handler that throws drops its request and fails the close', async () => {
    proxy.onRequest(() => {
      throw new Error('not as expected');
    });
    await expect(post()).rejects.toThrow('fetch failed');
    await expect(proxy.close()).rejects.toThrow('not as expected');
  });
});

describe('a WebSocket', () => {
  const open = async () => {
    const socket = new WebSocket(`${proxy.url.replace('http', 'ws')}/rtc?a=1`);
    await once(socket, 'open');
    return socket;
  };

  test('passes, and both ends hear when the other goes', async () => {
    const sockets = new WebSocketServer({ server: target });
    sockets.on('connection', (socket, request) => {
      socket.send(request.url ?? '');
      socket.on('message', (data) => socket.send(data));
    });
    const client = new WebSocket(`${proxy.url.replace('http', 'ws')}/rtc?a=1`);
    expect(String((await once(client, 'message'))[0])).toBe('/rtc?a=1');
    client.send('hello');
    expect(String((await once(client, 'message'))[0])).toBe('hello');
    const closed = once(client, 'close');
    for (const socket of sockets.clients) socket.terminate();
    await closed;
    await proxy.close();
    await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    sockets.close();
  });

  test('can be dropped before it opens', async () => {
    proxy.onRequest(({ upgrade }) => (upgrade ? 'drop' : 'pass'));
    await expect(open()).rejects.toThrow('socket hang up');
  });

  test('whose client goes while it is held is not opened at the target', async () => {
    let upgrades = 0;
    target.on('upgrade', (_request, socket) => {
      upgrades += 1;
      socket.destroy();
    });
    const until = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    proxy.onRequest(() => {
      held.resolve();
      return { kind: 'hold', until: until.promise };
    });
    const client = connect(proxy.port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await held.promise;
    client.resetAndDestroy();
    await once(client, 'close');
    proxy.onRequest(null);
    await (await post()).text();
    until.resolve();
    await expect(open()).rejects.toThrow('socket hang up');
    expect(upgrades).toBe(1);
  });
});

test('the address has the scheme of the target', async () => {
  const other = await startFaultProxy({ target: 'ws://127.0.0.1:7880' });
  expect(other.url).toBe(`ws://127.0.0.1:${other.port}`);
  await other.close();
});
