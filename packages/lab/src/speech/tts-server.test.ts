import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type SpeechServers, startSpeechServers } from './servers.ts';
import { compareSounds } from './similarity.ts';
import { type Client, connect, type Message } from './socket.testing.ts';
import { synthesize } from './speak.ts';
import { bytesToSamples, readWav } from './wav.ts';

let dir: string;
let servers: SpeechServers;
const clients: Client[] = [];

const open = async (headers: Record<string, string> = {}): Promise<Client> => {
  const url = `${servers.env.CARTESIA_BASE_URL.replace('http', 'ws')}/tts/websocket`;
  const right = { 'X-API-Key': servers.env.CARTESIA_API_KEY, 'Cartesia-Version': '2025-04-16' };
  const client = await connect(url, { ...right, ...headers });
  clients.push(client);
  return client;
};

const request = (contextId: string, transcript: string, more: Message = {}): Message => ({
  model_id: 'sonic-3',
  voice: { mode: 'id', id: '9626c31c-bec5-4cca-baa8-f8ba9e84c8bc' },
  output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: 16000 },
  language: 'en',
  context_id: contextId,
  transcript,
  ...more,
});
const isDone = (message: Message): boolean => message.type === 'done';
const audioOf = (messages: readonly Message[], contextId: string) => ({
  rate: 16000,
  samples: bytesToSamples(
    Buffer.concat(
      messages
        .filter((message) => message.type === 'chunk' && message.context_id === contextId)
        .map((message) => Buffer.from(String(message.data), 'base64')),
    ),
  ),
});

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tts-'));
  servers = await startSpeechServers({ dir });
});
afterEach(() => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  servers.tts.setFault(null);
  servers.tts.firstChunkDelayMs = 0;
  servers.violations.length = 0;
});
afterAll(async () => {
  await servers.stop();
  await rm(dir, { recursive: true });
});

test('speaks the parts of a context one after another, and two contexts side by side', async () => {
  const client = await open();
  client.send(request('one', 'Good morning. ', { continue: true }));
  client.send(request('two', 'Please hold the line.'));
  client.send(request('one', 'How can I help you?', { continue: true }));
  client.send(request('one', ' ', { continue: false }));
  await client.until((message) => isDone(message) && message.context_id === 'one');
  await client.until((message) => isDone(message) && message.context_id === 'two');
  const one = await synthesize('Good morning. How can I help you?', { rate: 16000 });
  const two = await synthesize('Please hold the line.', { rate: 16000 });
  expect(compareSounds(audioOf(client.received, 'one'), one).score).toBeGreaterThan(0.9);
  expect(compareSounds(audioOf(client.received, 'two'), two).score).toBeGreaterThan(0.9);
  expect(compareSounds(audioOf(client.received, 'two'), one).score).toBeLessThan(0.3);
  expect(client.received.some((message) => message.type === 'timestamps')).toBe(false);
  await vi.waitFor(() => expect(servers.tts.spoken()).toHaveLength(2));
  const kept = servers.tts.spoken().find((spoken) => spoken.text.startsWith('Good morning.'));
  expect((await readWav(kept?.file ?? '')).samples).toEqual(audioOf(client.received, 'one').samples);
  expect(servers.violations).toEqual([]);
});

test('a canceled context falls silent', async () => {
  const client = await open();
  servers.tts.firstChunkDelayMs = 60_000;
  client.send(request('one', 'Good morning.'));
  client.send({ context_id: 'one', cancel: true });
  servers.tts.firstChunkDelayMs = 0;
  client.send(request('two', 'Good morning.'));
  await client.until(isDone);
  expect(client.received.every((message) => message.context_id === 'two')).toBe(true);
  expect(servers.tts.requests.slice(-2).map((made) => made.end)).toEqual(['canceled', 'done']);
});

describe('refuses', () => {
  test.each([
    [{ 'X-API-Key': 'wrong' }, 'status 401'],
    [{ 'Cartesia-Version': '2020-01-01' }, 'status 400'],
  ])('a connection with %j', async (headers, status) => {
    await expect(open(headers)).rejects.toThrow(status);
    expect(servers.violations).toHaveLength(1);
  });

  test.each<[string, Message]>([
    ['model_id', { model_id: 'cartesia/sonic-2' }],
    ['voice.id', { voice: { mode: 'id', id: 'sam' } }],
    ['voice', { voice: 'sam' }],
    ['output_format.encoding', { output_format: { container: 'raw', encoding: 'mp3', sample_rate: 16000 } }],
    [
      'output_format.sample_rate',
      { output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: 12345 } },
    ],
    ['language', { language: 'en-AU' }],
    ['context_id', { context_id: 'not a name' }],
    ['transcript', { transcript: 7 }],
    ['Unrecognized key', { flavour: 'sweet' }],
  ])('a request with a wrong %s', async (where, wrong) => {
    const client = await open();
    client.send({ ...request('one', 'Hello.'), ...wrong });
    const error = await client.until((message) => message.type === 'error');
    expect(error).toMatchObject({ status_code: 400, done: true, error: expect.stringContaining(where) });
    expect(servers.violations).toMatchObject([{ service: 'tts', message: expect.stringContaining(where) }]);
  });

  test('what is no JSON, a context that ended, a context whose voice changes', async () => {
    const client = await open();
    client.socket.send('hello');
    client.send(request('one', 'Hello.'));
    client.send(request('one', 'Hello.'));
    client.send(request('two', 'Hello.', { continue: true }));
    client.send(request('two', 'Hello.', { language: 'de' }));
    await client.until((message) => message.type === 'error' && message.context_id === 'two');
    expect(servers.violations.map((violation) => violation.message)).toEqual([
      expect.stringContaining('not JSON'),
      expect.stringContaining('has ended'),
      expect.stringContaining('may change'),
    ]);
  });
});

describe('faults', () => {
  const say = async (): Promise<Client> => {
    const client = await open();
    client.send(request('one', 'Please leave a message after the tone.'));
    return client;
  };

  test('close after some chunks', async () => {
    servers.tts.setFault({ kind: 'close', afterChunks: 2 }, 1);
    const client = await say();
    expect(await client.closed).toBe(1011);
    expect(client.received.filter((message) => message.type === 'chunk')).toHaveLength(2);
  });

  test('an error after some chunks', async () => {
    servers.tts.setFault({ kind: 'error', status: 500, done: true, afterChunks: 1 }, 1);
    const client = await say();
    expect(await client.until((message) => message.type === 'error')).toMatchObject({
      status_code: 500,
      done: true,
    });
  });

  test('a stall, which other contexts do not share', async () => {
    servers.tts.setFault({ kind: 'stall', afterChunks: 1 }, 1);
    const client = await say();
    client.send(request('two', 'Please leave a message after the tone.'));
    await client.until((message) => isDone(message) && message.context_id === 'two');
    const stalled = client.received.filter((message) => message.context_id === 'one');
    expect(stalled.map((message) => message.type)).toEqual(['chunk']);
  });

  test('done without audio', async () => {
    servers.tts.setFault({ kind: 'empty' }, 1);
    const client = await say();
    await client.until(isDone);
    expect(client.received.map((message) => message.type)).toEqual(['done']);
  });

  test('an outage: open connections close, new ones are refused, until it is over', async () => {
    const client = await open();
    servers.tts.setFault({ kind: 'status', status: 503 });
    await client.closed;
    await expect(open()).rejects.toThrow('status 503');
    servers.tts.setFault({ kind: 'refuse' }, 1);
    await expect(open()).rejects.toThrow();
    await open();
  });
});

test('stop ends everything, synthesis under way too', async () => {
  const own = await mkdtemp(join(tmpdir(), 'tts-stop-'));
  const others = await startSpeechServers({ dir: own });
  const url = `${others.env.CARTESIA_BASE_URL.replace('http', 'ws')}/tts/websocket`;
  const headers = { 'X-API-Key': others.env.CARTESIA_API_KEY, 'Cartesia-Version': '2025-04-16' };
  const client = await connect(url, headers);
  client.send(request('one', 'One, two, three. '.repeat(200)));
  await others.stop();
  expect(await client.closed).toBe(1006);
  await expect(connect(url, headers)).rejects.toThrow('ECONNREFUSED');
  await rm(own, { recursive: true });
});
