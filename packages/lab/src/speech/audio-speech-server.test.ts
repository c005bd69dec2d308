import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type SpeechServers, startSpeechServers } from './servers.ts';
import { compareSounds } from './similarity.ts';
import { synthesize } from './speak.ts';
import { bytesToSamples } from './wav.ts';

let dir: string;
let servers: SpeechServers;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'audio-speech-'));
  servers = await startSpeechServers({ dir });
});
afterEach(() => {
  servers.audioSpeech.setFault(null);
  servers.violations.length = 0;
});
afterAll(async () => {
  await servers.stop();
  await rm(dir, { recursive: true });
});

const SENTENCE = 'One moment please.';
const ask = (changes: Record<string, unknown> = {}, key = servers.env.OPENAI_API_KEY): Promise<Response> =>
  fetch(`${servers.env.OPENAI_BASE_URL}/audio/speech`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'tts-1',
      voice: 'nova',
      input: SENTENCE,
      response_format: 'pcm',
      ...changes,
    }),
  });

test('speaks a sentence as raw sound', async () => {
  const response = await ask();
  const samples = bytesToSamples(Buffer.from(await response.arrayBuffer()));
  const spoken = await synthesize(SENTENCE, { rate: 24000 });
  expect(compareSounds({ rate: 24000, samples }, spoken).score).toBeGreaterThan(0.95);
  expect(servers.audioSpeech.requests).toEqual([{ text: SENTENCE, model: 'tts-1', voice: 'nova' }]);
});

test('refuses what OpenAI would refuse, and notes it', async () => {
  expect((await ask({ voice: undefined })).status).toBe(400);
  expect((await ask({ input: '' })).status).toBe(400);
  expect((await ask({}, 'another-key')).status).toBe(401);
  expect(servers.violations.map(({ message }) => message)).toEqual([
    expect.stringContaining('voice'),
    expect.stringContaining('input'),
    expect.stringContaining('API key'),
  ]);
});

test('shows its faults: a status, and an answer cut short', async () => {
  servers.audioSpeech.setFault({ kind: 'status', status: 503 }, 1);
  expect((await ask()).status).toBe(503);
  servers.audioSpeech.setFault({ kind: 'close', afterBytes: 9_600 }, 1);
  await expect((await ask()).arrayBuffer()).rejects.toThrow();
  expect((await ask()).status).toBe(200);
  expect(servers.violations).toEqual([]);
});
