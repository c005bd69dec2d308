import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
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

const ask = async (url: string, sql: string): Promise<string> =>
  (await promisify(execFile)('psql', [url, '-Atc', sql])).stdout.trim();

test('a killed server comes back on its port with its data, and a stopped one leaves nothing', async () => {
  const postgres = await startPostgres();
  try {
    const first = await postgres.newDatabase();
    await ask(first, 'create table kept as select 7 as n');
    await postgres.kill();
    expect(await answers(first)).toBe(false);
    await postgres.restart();
    expect(await ask(first, 'select n from kept')).toBe('7');
    const second = await postgres.newDatabase();
    expect(new URL(second).port).toBe(new URL(first).port);
    expect(new URL(second).pathname).not.toBe(new URL(first).pathname);
    await postgres.restart();
    expect(await ask(first, 'select n from kept')).toBe('7');
    await postgres.stop();
    await postgres.stop();
    expect(await answers(first)).toBe(false);
  } finally {
    await postgres.stop();
  }
});
