import { afterAll, beforeAll, expect, test } from 'vitest';
import { READ_SECRET, SECRET, startTestBridge, type TestBridge } from '../../../test/test-bridge.ts';
import { FREE_TRIES } from '../login-guard.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge?.close());

let clients = 0;
/** An address that no other test has used. */
const newAddress = (): string => {
  clients += 1;
  return `198.51.100.${clients}`;
};
const ask = (remoteAddress: string, secret: string, url = '/calls') =>
  bridge.app.inject({ url, remoteAddress, headers: { authorization: `Bearer ${secret}` } });
const wrong = (n: number): string => `wrong-secret-${n}-`.padEnd(40, 'x');
const guess = async (address: string, count = FREE_TRIES + 1): Promise<void> => {
  for (let n = 0; n < count; n += 1) expect((await ask(address, wrong(n))).statusCode).toBe(401);
};

test('whoever tries too many wrong keys has to wait, and is told for how long', async () => {
  const address = newAddress();
  await guess(address);
  const answer = await ask(address, wrong(99));
  expect(answer.statusCode).toBe(429);
  expect(answer.json()).toMatchObject({
    code: 'rate_limited',
    message: expect.stringContaining('wrong keys'),
  });
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(30);
  // A guess that is right by chance is not told apart.
  expect((await ask(address, SECRET)).statusCode).toBe(429);
  // Addresses without a route are where guessing begins.
  expect((await ask(address, wrong(100), '/nothing')).statusCode).toBe(429);
  expect((await ask(address, SECRET, '/healthz')).statusCode).toBe(200);
});

test('a right key at another address is not touched', async () => {
  await guess(newAddress());
  expect((await ask(newAddress(), SECRET)).statusCode).toBe(200);
});

test('a key that was used from an address stays good there; one that was not does not pass', async () => {
  const address = newAddress();
  expect((await ask(address, SECRET)).statusCode).toBe(200);
  await guess(address);
  expect((await ask(address, SECRET)).statusCode).toBe(200);
  expect((await ask(address, READ_SECRET)).statusCode).toBe(429);
});

test('a workflow whose key was changed repeats one wrong key, and locks nobody out', async () => {
  const address = newAddress();
  for (let n = 0; n < 60; n += 1) expect((await ask(address, wrong(0))).statusCode).toBe(401);
  expect((await ask(address, SECRET)).statusCode).toBe(200);
});

test('one IPv6 customer is one client, however many addresses it has', async () => {
  for (let n = 0; n <= FREE_TRIES; n += 1) await ask(`2001:db8:7:7::${n + 1}`, wrong(n));
  expect((await ask('2001:db8:7:7:ffff::1', wrong(99))).statusCode).toBe(429);
  expect((await ask('2001:db8:7:8::1', wrong(99))).statusCode).toBe(401);
});

test('keys are in no log, right or wrong', async () => {
  bridge.logged.length = 0;
  const address = newAddress();
  await ask(address, SECRET);
  await guess(address);
  await ask(address, wrong(99));
  const logged = bridge.logged.join();
  expect(logged).toContain('too many wrong API keys');
  expect(logged).toContain(address);
  expect(logged).not.toMatch(/n8n-secret|wrong-secret/);
});

test('an address that a client writes itself is not believed', async () => {
  const address = newAddress();
  for (let n = 0; n <= FREE_TRIES; n += 1) {
    await bridge.app.inject({
      url: '/calls',
      remoteAddress: address,
      headers: { authorization: `Bearer ${wrong(n)}`, 'x-forwarded-for': `203.0.113.${n}` },
    });
  }
  const answer = await bridge.app.inject({
    url: '/calls',
    remoteAddress: address,
    headers: { authorization: `Bearer ${wrong(99)}`, 'x-forwarded-for': '203.0.113.200' },
  });
  expect(answer.statusCode).toBe(429);
});
