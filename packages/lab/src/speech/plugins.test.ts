import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initializeLogger, llm, stt } from '@livekit/agents';
import * as cartesia from '@livekit/agents-plugin-cartesia';
import * as openai from '@livekit/agents-plugin-openai';
import { AudioFrame } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { joined, overThePhone, withLoss, withNoise } from './degrade.testing.ts';
import { type SpeechServers, startSpeechServers } from './servers.ts';
import { compareSounds } from './similarity.ts';
import { synthesize } from './speak.ts';
import { utterances } from './utterances.ts';
import type { Sound } from './wav.ts';

const GREETING =
  'Hello, this is Sam from Harbour Street Dental. I am calling about your appointment on Monday. How can I help you today?';
/** One try only: what happens on a retry is the plugin's business. */
const ONCE = { maxRetry: 0, retryIntervalMs: 10, timeoutMs: 5000 };

let dir: string;
let servers: SpeechServers;

beforeAll(async () => {
  initializeLogger({ pretty: false, level: 'silent' });
  dir = await mkdtemp(join(tmpdir(), 'speech-'));
  servers = await startSpeechServers({ dir });
});
afterAll(async () => {
  await servers.stop();
  await rm(dir, { recursive: true });
});
afterEach(() => {
  servers.tts.setFault(null);
  servers.stt.setFault(null);
  servers.llm.setFault(null);
  servers.llm.script(null);
  servers.violations.length = 0;
});

describe('the Cartesia TTS plugin', () => {
  const withTts = async (
    use: (tts: cartesia.TTS) => Promise<void>,
    apiKey = servers.env.CARTESIA_API_KEY,
  ) => {
    const voice = '9626c31c-bec5-4cca-baa8-f8ba9e84c8bc';
    const tts = new cartesia.TTS({ apiKey, baseUrl: servers.env.CARTESIA_BASE_URL, voice });
    tts.on('error', () => undefined);
    await use(tts).finally(() => tts.close());
  };
  const hear = async (tts: cartesia.TTS, text: string): Promise<Sound & { words: string[] }> => {
    const stream = tts.stream({ connOptions: ONCE });
    stream.pushText(text);
    stream.endInput();
    const samples: number[] = [];
    const words: string[] = [];
    for await (const event of stream) {
      if (typeof event === 'symbol') break;
      samples.push(...event.frame.data);
      words.push(...(event.timedTranscripts ?? []).map((word) => word.text.trim()));
    }
    return { rate: 24000, samples: Int16Array.from(samples), words };
  };

  test('speaks a whole greeting over one pooled connection', () =>
    withTts(async (tts) => {
      const connections = servers.tts.connections;
      const first = await hear(tts, GREETING);
      expect(compareSounds(first, await synthesize(GREETING, { rate: 24000 })).score).toBeGreaterThan(0.95);
      expect(first.words.join(' ')).toBe(GREETING);
      await hear(tts, 'One moment please.');
      expect(servers.tts.connections).toBe(connections + 1);
      const [greeting, moment] = servers.tts.requests.slice(-2);
      expect(greeting).toMatchObject({
        model: 'sonic-3',
        voice: '9626c31c-bec5-4cca-baa8-f8ba9e84c8bc',
        end: 'done',
      });
      expect(greeting?.text.trim()).toBe(GREETING);
      expect(greeting?.firstChunkAt).toBeGreaterThanOrEqual(greeting?.at ?? Number.POSITIVE_INFINITY);
      expect(moment?.text.trim()).toBe('One moment please.');
      expect(servers.violations).toEqual([]);
    }));

  test('is refused with a wrong key', () =>
    withTts(async (tts) => {
      await expect(hear(tts, 'Hello there.')).resolves.toMatchObject({ samples: new Int16Array(0) });
      expect(servers.violations).toMatchObject([
        { service: 'tts', message: expect.stringContaining('X-API-Key') },
      ]);
    }, 'another-key'));

  test('hears of faults: an empty answer, an answer cut short, a refusal', () =>
    withTts(async (tts) => {
      servers.tts.setFault({ kind: 'empty' }, 1);
      expect((await hear(tts, 'Hello there.')).samples).toHaveLength(0);
      servers.tts.setFault({ kind: 'close', afterChunks: 3 }, 1);
      const cut = await hear(tts, GREETING);
      expect(cut.samples.length).toBeGreaterThan(0);
      expect(cut.samples.length).toBeLessThanOrEqual(24000 * 0.3);
      servers.tts.setFault({ kind: 'status', status: 402 }, 1);
      expect((await hear(tts, 'Hello there.')).samples).toHaveLength(0);
      expect((await hear(tts, 'Hello there.')).samples.length).toBeGreaterThan(0);
      expect(servers.tts.requests.slice(-3).map((request) => request.end)).toEqual([
        'fault',
        'fault',
        'done',
      ]);
      expect(servers.violations).toEqual([]);
    }));
});

describe('the Cartesia STT plugin', () => {
  const transcribe = async (sound: Sound): Promise<{ finals: string[]; types: stt.SpeechEventType[] }> => {
    const { CARTESIA_API_KEY: apiKey, CARTESIA_BASE_URL: baseUrl } = servers.env;
    const stream = new cartesia.STT({ apiKey, baseUrl }).stream({ connOptions: ONCE });
    const step = sound.rate / 100;
    for (let at = 0; at + step <= sound.samples.length; at += step) {
      stream.pushFrame(new AudioFrame(sound.samples.slice(at, at + step), sound.rate, 1, step));
    }
    stream.endInput();
    const finals: string[] = [];
    const types: stt.SpeechEventType[] = [];
    for await (const event of stream) {
      types.push(event.type);
      if (event.type === stt.SpeechEventType.FINAL_TRANSCRIPT)
        finals.push(event.alternatives?.[0]?.text ?? '');
    }
    return { finals, types };
  };

  test('transcribes what comes over a bad line', async () => {
    const callee = (text: string) => synthesize(text, { rate: 8000, voice: 'callee' });
    const pause = { rate: 8000, samples: new Int16Array(8000) };
    const said = joined(
      pause,
      await callee(utterances.transfer),
      pause,
      await callee(utterances.goodbye),
      pause,
    );
    const line = withLoss(withNoise(await overThePhone(said, ['gain', '-8'], 48000), -52), 2);
    const { finals, types } = await transcribe(line);
    expect(finals).toEqual([utterances.transfer, utterances.goodbye]);
    expect(types[0]).toBe(stt.SpeechEventType.START_OF_SPEECH);
    expect(types).toContain(stt.SpeechEventType.INTERIM_TRANSCRIPT);
    expect(types).toContain(stt.SpeechEventType.PREFLIGHT_TRANSCRIPT);
    expect(servers.stt.turns.slice(-2).map((turn) => turn.text)).toEqual(finals);
    const audioMs = (line.samples.length / line.rate) * 1000;
    // The plugin keeps what does not fill a last piece of 160 ms.
    expect(audioMs - (servers.stt.sessions.at(-1)?.audioMs ?? 0)).toBeLessThan(200);
    expect(servers.violations).toEqual([]);
  });

  test('gives nothing for silence and for the agent itself, and survives it', async () => {
    const agent = await overThePhone(await synthesize(GREETING), ['pad', '1', '1'], 48000);
    expect(await transcribe(agent)).toEqual({ finals: [], types: [] });
  });
});

describe('the OpenAI LLM plugin', () => {
  const tools = {
    transfer_call: llm.tool({
      description: 'Transfers the call',
      parameters: z.object({ target: z.enum(['sales', 'accounts']), reason: z.string().optional() }),
      execute: async () => 'done',
    }),
    end_call: llm.tool({ description: 'Ends the call', execute: async () => 'done' }),
  };
  const chat = async (
    user: string,
    more: Partial<{ tools: typeof tools; toolChoice: llm.ToolChoice }> = {},
  ) => {
    const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL } = servers.env;
    const model = new openai.LLM({ apiKey, baseURL });
    model.on('error', () => undefined);
    const chatCtx = llm.ChatContext.empty();
    chatCtx.addMessage({ role: 'system', content: 'You answer the telephone.' });
    chatCtx.addMessage({ role: 'user', content: user });
    const stream = model.chat({
      chatCtx,
      connOptions: ONCE,
      ...(more.tools ? { toolCtx: more.tools } : {}),
      ...(more.toolChoice ? { toolChoice: more.toolChoice } : {}),
    });
    let text = '';
    let usage = 0;
    const calls: { name: string; args: unknown }[] = [];
    for await (const chunk of stream) {
      text += chunk.delta?.content ?? '';
      usage += chunk.usage?.totalTokens ?? 0;
      for (const call of chunk.delta?.toolCalls ?? [])
        calls.push({ name: call.name, args: JSON.parse(call.args) });
    }
    return { text, calls, usage };
  };

  test('gets a sentence, and usage', async () => {
    const { text, calls, usage } = await chat(utterances.question, { tools });
    expect(text).toBe('That is a good question. I will find out for you.');
    expect(calls).toEqual([]);
    expect(usage).toBeGreaterThan(0);
    expect(servers.llm.requests.at(-1)).toMatchObject({ text, calls: [], end: 'done' });
    expect(servers.violations).toEqual([]);
  });

  test('gets the tool call that the user asks for, with a target that the schema allows', async () => {
    expect((await chat(utterances.transfer, { tools })).calls).toEqual([
      { name: 'transfer_call', args: { target: 'accounts' } },
    ]);
    expect((await chat(utterances.goodbye, { tools })).calls).toEqual([{ name: 'end_call', args: {} }]);
    expect(await chat(utterances.transfer)).toMatchObject({
      text: 'I am sorry, I cannot transfer this call.',
      calls: [],
    });
    expect((await chat('Hello.', { tools, toolChoice: 'required' })).calls).toHaveLength(1);
    expect((await chat(utterances.goodbye, { tools, toolChoice: 'none' })).calls).toEqual([]);
    expect(servers.violations).toEqual([]);
  });

  test('follows a script with several calls', async () => {
    const calls = [
      { name: 'transfer_call', arguments: { target: 'sales', reason: 'a long reason, in several pieces' } },
      { name: 'end_call', arguments: {} },
    ];
    servers.llm.script([{ on: 'user', match: /both/, reply: { text: 'As you wish.', calls } }]);
    const found = await chat('Do both.', { tools });
    expect(found.text).toBe('As you wish.');
    expect(found.calls).toEqual(calls.map((call) => ({ name: call.name, args: call.arguments })));
  });

  test('hears of faults', async () => {
    for (const fault of [
      { kind: 'status', status: 503 },
      { kind: 'refuse' },
      { kind: 'malformed', afterChunks: 1 },
      { kind: 'close', afterChunks: 1 },
    ] as const) {
      servers.llm.setFault(fault, 1);
      const { text } = await chat('Hello.').catch(() => ({ text: '' }));
      expect(text).toBe('');
    }
    expect((await chat('Hello.')).text).not.toBe('');
    expect(servers.violations).toEqual([]);
  });
});
