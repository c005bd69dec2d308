import { connect } from 'node:net';
import type { PartRunner } from './process.ts';

/**
 * One inline command to a Redis server on loopback; resolves with the raw answer. Rejects when nothing listens
 * or no answer comes within half a second.
 */
export const askRedis = (port: number, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.setTimeout(500, () =>
      socket.destroy(new Error(`Redis on port ${port} did not answer ${command}`)),
    );
    socket.once('error', reject);
    socket.once('connect', () => socket.write(`${command}\r\n`));
    socket.once('data', (answer) => {
      resolve(answer.toString('utf8'));
      socket.destroy();
    });
  });

/** Redis in memory only: nothing is written to disk. Ready when it answers PING. */
export const startRedis = async (runner: PartRunner, command: string, port: number): Promise<void> => {
  await runner.start({
    name: 'redis',
    command,
    args: [
      '--bind',
      '127.0.0.1',
      '--port',
      String(port),
      '--save',
      '',
      '--appendonly',
      'no',
      '--loglevel',
      'notice',
    ],
    ready: async () => (await askRedis(port, 'PING')).startsWith('+PONG'),
  });
};
