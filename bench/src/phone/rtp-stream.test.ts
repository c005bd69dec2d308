import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { decodeALaw, encodeALaw, SILENCE } from './a-law.ts';
import { FRAME_MS, LOUD_PEAK } from './call-log.ts';
import { FRAME_BYTES, makeRtp, openRtp, readRtp } from './rtp-stream.ts';

const frame = (sample: number): Uint8Array => new Uint8Array(FRAME_BYTES).fill(encodeALaw(sample));

describe('an RTP packet', () => {
  test('is read as it was made', () => {
    const read = readRtp(makeRtp(65_537, 7, frame(5_000)));
    expect(read?.seq).toBe(1);
    expect([...(read?.payload ?? [])]).toEqual([...frame(5_000)]);
  });

  test('is read behind contributing sources and an extension', () => {
    const plain = makeRtp(3, 7, frame(900));
    const first = Buffer.from(plain.subarray(0, 12));
    first.writeUInt8(0x80 | 0x10 | 2, 0);
    const extra = Buffer.from('0000000100000002', 'hex');
    const extension = Buffer.from('bede000199887766', 'hex');
    const packet = Buffer.concat([first, extra, extension, plain.subarray(12)]);
    expect([...(readRtp(packet)?.payload ?? [])]).toEqual([...frame(900)]);
  });

  test('of another payload, or anything else, is none', () => {
    const telephoneEvent = makeRtp(3, 7, frame(900));
    telephoneEvent.writeUInt8(101, 1);
    expect(readRtp(telephoneEvent)).toBeNull();
    expect(readRtp(Buffer.from('hello, this is not RTP'))).toBeNull();
    expect(readRtp(Buffer.alloc(4))).toBeNull();
  });
});

describe('the stream of a call', () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  const listen = async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    closing.push(() => socket.close());
    return socket;
  };
  const freePort = async (): Promise<number> => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    socket.close();
    return port;
  };

  test('sends silence, then the words, and says when they were heard first and last', async () => {
    const remote = await listen();
    const payloads: Buffer[] = [];
    remote.on('message', (packet) => payloads.push(readRtp(packet)?.payload ?? Buffer.alloc(0)));
    const stream = await openRtp(await freePort(), { address: '127.0.0.1', port: remote.address().port });
    closing.push(stream.close);
    await once(remote, 'message');

    const before = performance.timeOrigin + performance.now();
    const words = Buffer.concat([frame(0), frame(9_000), frame(9_000), frame(0)]);
    const { from, to } = await stream.say(words);
    expect(from).toBeGreaterThan(before);
    expect(to).toBeGreaterThan(from);
    await expect.poll(() => payloads.filter((payload) => payload[0] === encodeALaw(9_000)).length).toBe(2);
    expect(payloads[0]?.every((byte) => byte === SILENCE)).toBe(true);
  });

  test('hears packets with their loudness', async () => {
    const remote = await listen();
    const port = await freePort();
    const stream = await openRtp(port, { address: '127.0.0.1', port: remote.address().port });
    closing.push(stream.close);
    remote.send(makeRtp(0, 1, frame(8)), port, '127.0.0.1');
    remote.send(makeRtp(1, 1, frame(-4_000)), port, '127.0.0.1');
    await expect.poll(() => stream.heard.length).toBe(2);
    expect(stream.heard.map(({ seq }) => seq)).toEqual([0, 1]);
    expect(stream.heard.map(({ peak }) => peak > LOUD_PEAK)).toEqual([false, true]);
    expect(stream.heard[1]?.peak).toBe(Math.abs(decodeALaw(encodeALaw(-4_000))));
    expect(FRAME_BYTES).toBe(FRAME_MS * 8);
  });
});
