import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startPostgres } from './postgres.ts';

/** Whether a server takes connections at that address. */
const answers = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
    socket.once('connect', () => socket.destroy());
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(true));
  });

test('a killed server comes back on its port with its data, and a stopped one leaves nothing', async () => {
  const postgres = await startPostgres();
  try {
    const first = await postgres.newDatabase();
    expect(await answers(first)).toBe(true);
    await postgres.kill();
    expect(await answers(first)).toBe(false);
    await postgres.restart();
    const second = await postgres.newDatabase();
    expect(new URL(second).port).toBe(new URL(first).port);
    expect(new URL(second).pathname).not.toBe(new URL(first).pathname);
    await postgres.restart();
    expect(await answers(first)).toBe(true);
    await postgres.stop();
    await postgres.stop();
    expect(await answers(first)).toBe(false);
  } finally {
    await postgres.stop();
  }
});
