import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { overThePhone } from './degrade.testing.ts';
import { type SpeechServers, startSpeechServers } from './servers.ts';
import { type Client, connect } from './socket.testing.ts';
import { synthesize } from './speak.ts';
import { utterances } from './utterances.ts';
import type { Sound } from './wav.ts';

let dir: string;
let servers: SpeechServers;
let goodbye: Sound;
const clients: Client[] = [];

const open = async (headers: Record<string, string> = {}, query = {}): Promise<Client> => {
  const all = { model: 'ink-2', sample_rate: '16000', encoding: 'pcm_s16le', ...query };
  const base = servers.env.CARTESIA_BASE_URL.replace('http', 'ws');
  const right = { 'X-API-Key': servers.env.CARTESIA_API_KEY, 'Cartesia-Version': '2026-03-01' };
  const client = await connect(`${base}/stt/turns/websocket?${new URLSearchParams(all)}`, {
    ...right,
    ...headers,
  });
  clients.push(client);
  return client;
};
const sendAudio = ({ socket }: Client, { samples }: Sound): void => {
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  for (let at = 0; at < bytes.length; at += 5120) socket.send(bytes.subarray(at, at + 5120));
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stt-'));
  servers = await startSpeechServers({ dir });
  const spoken = await synthesize(utterances.goodbye, { rate: 8000, voice: 'callee' });
  goodbye = await overThePhone(spoken, ['pad', '0.5', '1'], 16000);
});
afterEach(() => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  servers.stt.setFault(null);
  servers.violations.length = 0;
});
afterAll(async () => {
  await servers.stop();
  await rm(dir, { recursive: true });
});

test('sends connected, then the turn with growing transcripts', async () => {
  const client = await open();
  sendAudio(client, goodbye);
  const end = await client.until((message) => message.type === 'turn.end');
  expect(end).toMatchObject({ transcript: utterances.goodbye, request_id: expect.any(String) });
  const types = client.received.map((message) => message.type);
  expect(types.slice(0, 3)).toEqual(['connected', 'turn.start', 'turn.update']);
  expect(types.slice(-2)).toEqual(['turn.eager_end', 'turn.end']);
});

test('close ends the open turn with what was heard of it, then the connection', async () => {
  const client = await open();
  sendAudio(client, { rate: goodbye.rate, samples: goodbye.samples.slice(0, goodbye.rate * 1.4) });
  client.send({ type: 'close' });
  expect(await client.closed).toBe(1000);
  expect(client.received.at(-1)).toMatchObject({ type: 'turn.end', transcript: 'No thank you.' });
});

test('learns a sentence', async () => {
  const text = 'My number is four two seven.';
  const sound = await synthesize(text, { rate: 8000, voice: 'callee' });
  servers.stt.learn(text, sound);
  const client = await open();
  sendAudio(client, await overThePhone(sound, ['pad', '0.5', '1'], 16000));
  expect(await client.until((message) => message.type === 'turn.end')).toMatchObject({ transcript: text });
});

describe('refuses', () => {
  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['status 401', { 'X-API-Key': 'wrong' }, {}],
    ['status 400', { 'Cartesia-Version': '2025-04-16' }, {}],
    ['status 400', {}, { model: 'whisper' }],
    ['status 400', {}, { sample_rate: 'fast' }],
    ['status 400', {}, { encoding: 'opus' }],
    ['status 400', {}, { language: 'en' }],
  ])('with %s a connection with %j and %j', async (status, headers, query) => {
    await expect(open(headers, query)).rejects.toThrow(status);
    expect(servers.violations).toMatchObject([{ service: 'stt' }]);
  });

  test('half a sample, and unknown commands', async () => {
    const client = await open();
    client.socket.send(Buffer.alloc(5));
    client.socket.send('finalize');
    client.send({ type: 'finalize' });
    client.send({ type: 'close' });
    await client.closed;
    expect(client.received.filter((message) => message.type === 'error')).toHaveLength(3);
    expect(servers.violations).toHaveLength(3);
  });
});

describe('faults', () => {
  test('silent: audio is taken, nothing comes', async () => {
    servers.stt.setFault({ kind: 'silent' }, 1);
    const client = await open();
    sendAudio(client, goodbye);
    const next = await open();
    sendAudio(next, goodbye);
    await next.until((message) => message.type === 'turn.end');
    expect(client.received).toEqual([]);
  });

  test('the connection closes after some audio', async () => {
    servers.stt.setFault({ kind: 'close', afterAudioMs: 500 }, 1);
    const client = await open();
    sendAudio(client, goodbye);
    expect(await client.closed).toBe(1011);
  });

  test('an error after some audio', async () => {
    servers.stt.setFault({ kind: 'error', status: 500, afterAudioMs: 500 }, 1);
    const client = await open();
    sendAudio(client, goodbye);
    expect(await client.until((message) => message.type === 'error')).toMatchObject({ status_code: 500 });
  });

  test('an outage', async () => {
    const client = await open();
    servers.stt.setFault({ kind: 'status', status: 429 });
    await client.closed;
    await expect(open()).rejects.toThrow('status 429');
    servers.stt.setFault(null);
    await open();
  });
});
