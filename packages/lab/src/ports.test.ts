import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { blockOf, claimPortBlock, isPortFree, type PortBlock } from './ports.ts';

const blocks: PortBlock[] = [];
const claim = async () => {
  const block = await claimPortBlock();
  blocks.push(block);
  return block;
};
afterEach(async () => {
  await Promise.all(blocks.splice(0).map((block) => block.release()));
});

const holdUdp = (port: number) =>
  new Promise<{ close: () => void }>((resolve) => {
    const socket = createSocket('udp4');
    socket.bind(port, '127.0.0.1', () => resolve({ close: () => socket.close() }));
  });
const holdTcp = (port: number) =>
  new Promise<{ close: () => void }>((resolve) => {
    const server = createServer();
    server.listen(port, '127.0.0.1', () => resolve({ close: () => server.close() }));
  });

describe('claimPortBlock', () => {
  test('gives two labs different blocks', async () => {
    const [one, two] = [await claim(), await claim()];
    expect(blockOf(await one.take())).not.toBe(blockOf(await two.take()));
  });

  test('gives a released block away again', async () => {
    const one = await claim();
    const port = await one.take();
    await one.release();
    blocks.splice(0);
    expect(await (await claim()).take()).toBe(port);
  });

  test('hands no port out twice, even to callers side by side', async () => {
    const block = await claim();
    const starts = await Promise.all([block.take(10), block.take(1), block.take(10)]);
    const all = starts.flatMap((start, i) =>
      Array.from({ length: [10, 1, 10][i] ?? 0 }, (_, k) => start + k),
    );
    expect(new Set(all).size).toBe(21);
  });

  test.each([
    ['UDP', holdUdp],
    ['TCP', holdTcp],
  ])('finds a run of ports behind one that is busy in %s', async (_name, hold) => {
    const block = await claim();
    const first = await block.take();
    const busy = await hold(first + 3);
    expect(await isPortFree(first + 3)).toBe(false);
    expect(await block.take(5)).toBe(first + 4);
    busy.close();
  });

  test('says so when a run does not fit', async () => {
    await expect((await claim()).take(600)).rejects.toThrow(/no 600 neighbouring free ports/);
  });
});
