import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initializeLogger } from '@livekit/agents';
import { compareSounds, type SpeechServers, startSpeechServers, synthesize } from '@outdial/lab';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { testConfig } from '../../test/config.ts';
import { testLog } from '../../test/log.ts';
import { buildModels } from '../models.ts';

// The real plugins against servers that speak the real protocols and check what is sent to them.
const GREETING =
  'Hello, this is Sam from Harbour Street Dental. I am calling about your appointment on Monday. How can I help you today?';
const [FIRST, SECOND, THIRD] = GREETING.match(/[^.?]+[.?]/g)?.map((sentence) => sentence.trim()) ?? [];
const PLAYBOOK = { language: 'en', voice: null };
const FALLBACK = { TTS_FALLBACK: 'openai/tts-1:nova' };

let dir: string;
let servers: SpeechServers;

beforeAll(async () => {
  initializeLogger({ pretty: false, level: 'silent' });
  dir = await mkdtemp(join(tmpdir(), 'voice-'));
  servers = await startSpeechServers({ dir });
  // Synthesised beforehand, so that a busy machine is not taken for a provider that stalls.
  const voice = newVoice({ TTS_FIRST_SOUND_MS: '10000' });
  for (const text of [GREETING, 'One moment please.', 'Can you hear me now?', 'As you wish.'])
    await voice.hear(text);
  await voice.close();
  servers.tts.requests.length = 0;
});
afterAll(async () => {
  await servers.stop();
  await rm(dir, { recursive: true });
});
afterEach(() => {
  servers.tts.setFault(null);
  servers.audioSpeech.setFault(null);
  servers.tts.firstChunkDelayMs = 0;
  servers.tts.requests.length = 0;
  servers.audioSpeech.requests.length = 0;
  expect(servers.violations.splice(0)).toEqual([]);
});

/** A call's voice; short patience, so that a stall takes no seconds of the test. */
const newVoice = (env: Record<string, string> = {}) => {
  const { log, lines } = testLog();
  const config = testConfig({ ...servers.env, TTS_FIRST_SOUND_MS: '1000', ...env });
  const { tts } = buildModels(config, null, PLAYBOOK, log);
  const hear = async (text: string) => {
    const stream = tts.stream();
    stream.pushText(text);
    stream.endInput();
    const samples: number[] = [];
    const words: string[] = [];
    let ended = false;
    for await (const event of stream) {
      if (typeof event === 'symbol') {
        ended = true;
        break;
      }
      for (const sample of event.frame.data) samples.push(sample);
      words.push(...(event.timedTranscripts ?? []).map((word) => word.text.trim()));
    }
    return { sound: { rate: 24_000, samples: Int16Array.from(samples) }, text: words.join(' '), ended };
  };
  return { tts, hear, lines, close: () => tts.close() };
};

const contains = async (heard: { rate: number; samples: Int16Array }, text: string): Promise<boolean> =>
  compareSounds(heard, await synthesize(text, { rate: 24_000 })).score > 0.9;

test('speaks a whole greeting in one utterance over one connection', async () => {
  const before = servers.tts.connections;
  const voice = newVoice();
  const { sound, text, ended } = await voice.hear(GREETING);
  expect(await contains(sound, GREETING)).toBe(true);
  expect(text).toBe(GREETING);
  expect(ended).toBe(true);
  await voice.hear('One moment please.');
  expect(servers.tts.connections).toBe(before + 1);
  expect(servers.tts.requests.map(({ text: asked }) => asked.trim())).toEqual([
    GREETING,
    'One moment please.',
  ]);
  expect(voice.tts.facts).toEqual({ retries: 0, fallbacks: 0, lost: false });
  await voice.close();
});

// `times`: the connection that is made ahead of the first word meets the fault as well.
test.each([
  ['is refused', { kind: 'refuse' }, 4],
  ['is turned away with 429', { kind: 'status', status: 429 }, 2],
  ['gets no answer (i/o timeout)', { kind: 'hang' }, 1],
  ['stalls before the first sound', { kind: 'stall', afterChunks: 0 }, 1],
  ['gets an end without sound', { kind: 'empty' }, 1],
  ['gets an error without an end', { kind: 'error', status: 400, done: false, afterChunks: 0 }, 1],
  ['gets an error with an end', { kind: 'error', status: 402, done: true, afterChunks: 0 }, 1],
] as const)('a voice that %s is tried once more, and nobody notices', async (_case, fault, times) => {
  servers.tts.setFault(fault, times);
  const voice = newVoice();
  const { sound } = await voice.hear(GREETING);
  expect(await contains(sound, GREETING)).toBe(true);
  expect(voice.tts.facts).toEqual({ retries: 1, fallbacks: 0, lost: false });
  await voice.close();
});

test.each([
  ['closes', { kind: 'close', afterChunks: 40 }],
  ['stalls', { kind: 'stall', afterChunks: 40 }],
  ['fails with 500', { kind: 'error', status: 500, done: true, afterChunks: 40 }],
  ['ends early as if it were done', { kind: 'error', status: 400, done: true, afterChunks: 15 }],
] as const)(
  'a voice that %s in mid-sentence says that sentence again, and the rest',
  async (_case, fault) => {
    const voice = newVoice();
    servers.tts.setFault(fault, 1);
    const { sound, text } = await voice.hear(GREETING);
    for (const sentence of [FIRST, SECOND, THIRD]) expect(await contains(sound, String(sentence))).toBe(true);
    const again = servers.tts.requests.at(-1)?.text.trim() ?? '';
    // 40 chunks are four seconds: the first sentence is over by then.
    expect(again.startsWith(String(fault.afterChunks === 40 ? SECOND : FIRST))).toBe(true);
    expect(text.endsWith(again)).toBe(true);
    expect(voice.tts.facts).toMatchObject({ retries: 1, lost: false });
    await voice.close();
  },
);

test('one that fails twice is replaced by the fallback for the rest of the call', async () => {
  const voice = newVoice(FALLBACK);
  servers.tts.setFault({ kind: 'close', afterChunks: 40 }, 2);
  const { sound, text } = await voice.hear(GREETING);
  for (const sentence of [FIRST, SECOND, THIRD]) expect(await contains(sound, String(sentence))).toBe(true);
  expect(text.endsWith(String(THIRD))).toBe(true);
  expect(servers.audioSpeech.requests.at(-1)).toEqual({ text: THIRD, model: 'tts-1', voice: 'nova' });
  const asked = servers.tts.requests.length;
  expect(asked).toBe(2);
  expect(await contains((await voice.hear('Can you hear me now?')).sound, 'Can you hear me now?')).toBe(true);
  expect(servers.tts.requests).toHaveLength(asked);
  expect(voice.tts.facts).toEqual({ retries: 1, fallbacks: 1, lost: false });
  expect(voice.lines.map(({ msg }) => msg)).toEqual([
    'using Cartesia TTS with custom API key',
    'the voice failed; it is tried once more',
    'the voice failed; the fallback speaks from here on',
  ]);
  await voice.close();
});

test('when nobody can speak, it is known why and where, and later speech ends at once', async () => {
  const voice = newVoice(FALLBACK);
  servers.tts.setFault({ kind: 'status', status: 402 });
  servers.audioSpeech.setFault({ kind: 'status', status: 503 });
  const { sound, ended } = await voice.hear(GREETING);
  expect(sound.samples).toHaveLength(0);
  expect(ended).toBe(true);
  const host = new URL(servers.env.CARTESIA_BASE_URL).host;
  expect(await voice.tts.lost).toMatchObject({
    host,
    reason: 'answered HTTP 503',
    // Both of them: the first one is the cause, the second one was no help.
    message: expect.stringMatching(/status 402.*firewall.*HTTP 503.*firewall/),
  });
  expect(voice.lines.at(-1)).toMatchObject({
    level: 'error',
    msg: 'the voice failed and nobody else can speak',
    message: expect.stringMatching(/firewall/),
  });
  await voice.hear('Are you still there?');
  expect(servers.audioSpeech.requests).toHaveLength(1);
  await voice.close();
});

test('the fallback’s own faults are noticed: cut off, and silent', async () => {
  for (const fault of [{ kind: 'close', afterBytes: 9_600 }, { kind: 'stall' }] as const) {
    const voice = newVoice(FALLBACK);
    servers.tts.setFault({ kind: 'refuse' });
    servers.audioSpeech.setFault(fault);
    await voice.hear(GREETING);
    expect((await voice.tts.lost).message).toContain('The voice failed at');
    await voice.close();
  }
});

test('a model that takes its time to write is not taken for a voice that stalls', async () => {
  const voice = newVoice();
  const stream = voice.tts.stream();
  stream.pushText(`${FIRST} ${SECOND?.slice(0, 10)}`);
  const first = await stream.next();
  expect(first.done).toBe(false);
  let seconds = 0;
  const hearing = (async () => {
    for await (const event of stream) {
      if (typeof event === 'symbol') break;
      seconds += event.frame.samplesPerChannel / event.frame.sampleRate;
    }
  })();
  // Longer than any patience here: the first sentence is spoken, the second one not yet written.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  stream.pushText(`${SECOND?.slice(10)}`);
  stream.endInput();
  await hearing;
  expect(seconds).toBeGreaterThan(5);
  expect(voice.tts.facts.retries).toBe(0);
  await voice.close();
});

test('an interruption ends the utterance at once and counts as no failure', async () => {
  const before = servers.tts.connections;
  const voice = newVoice();
  const stream = voice.tts.stream();
  stream.pushText(GREETING);
  stream.endInput();
  await stream.next();
  stream.close();
  await expect.poll(() => servers.tts.requests.at(-1)?.end).toBe('closed');
  // The next utterance finds a new connection ready.
  await expect.poll(() => servers.tts.connections).toBe(before + 2);
  await voice.hear('As you wish.');
  expect(servers.tts.connections).toBe(before + 2);
  expect(voice.tts.facts).toEqual({ retries: 0, fallbacks: 0, lost: false });
  expect(voice.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  await voice.close();
});
