import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type AudioSpeechControl, createAudioSpeechServer } from './audio-speech-server.ts';
import { refuseUpgrade, sendJson } from './http-answers.ts';
import { llmError } from './llm-protocol.ts';
import { createLlmServer, type LlmControl } from './llm-server.ts';
import { createPhrasebook } from './phrasebook.ts';
import { createSpeechCache } from './speech-cache.ts';
import { createSttServer, type SttControl } from './stt-server.ts';
import { createTtsServer, type TtsControl } from './tts-server.ts';
import { utterances } from './utterances.ts';
import { createViolationLog, type Violation } from './violations.ts';

/** Stand-ins for the paid services, on one loopback port. */
export type SpeechServers = {
  /** What a client's environment needs to use them. */
  env: Record<'CARTESIA_API_KEY' | 'CARTESIA_BASE_URL' | 'OPENAI_API_KEY' | 'OPENAI_BASE_URL', string>;
  tts: TtsControl;
  stt: SttControl;
  llm: LlmControl;
  /** OpenAI's text to speech, beside the language model. */
  audioSpeech: AudioSpeechControl;
  /** All that clients sent and the real services would refuse; empty when all is well. */
  violations: Violation[];
  stop(): Promise<void>;
};

/**
 * Starts Cartesia's TTS and STT and an OpenAI-compatible LLM and TTS on a free port of 127.0.0.1. Synthesised speech is
 * kept in `dir`, and what was spoken to callers. Rejects when espeak-ng or sox is not installed.
 */
export const startSpeechServers = async ({ dir }: { dir: string }): Promise<SpeechServers> => {
  const speech = createSpeechCache(join(dir, 'speech'));
  const violations = createViolationLog();
  const env = {
    CARTESIA_API_KEY: `lab-cartesia-${randomBytes(12).toString('hex')}`,
    OPENAI_API_KEY: `lab-openai-${randomBytes(12).toString('hex')}`,
  };
  const spoken: Parameters<typeof createPhrasebook>[0][number][] = [];
  for (const text of Object.values(utterances)) {
    spoken.push({ text, sound: await speech.get(text, { rate: 8000, voice: 'callee' }) });
  }
  const tts = createTtsServer({ apiKey: env.CARTESIA_API_KEY, dir, speech, violations });
  const stt = createSttServer({
    apiKey: env.CARTESIA_API_KEY,
    phrasebook: createPhrasebook(spoken),
    violations,
  });
  const llm = createLlmServer({ apiKey: env.OPENAI_API_KEY, violations });
  const audioSpeech = createAudioSpeechServer({ apiKey: env.OPENAI_API_KEY, speech, violations });

  const server = createServer((request, response) => {
    if (request.url?.startsWith('/v1/')) {
      const service = request.url === '/v1/audio/speech' ? audioSpeech : llm;
      service.handle(request, response).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else sendJson(response, 500, llmError(String(error), 'server_error'));
      });
      return;
    }
    sendJson(response, 404, { error: `There is no ${request.method} ${request.url} here` });
  });
  server.on('upgrade', (request, socket, head) => {
    const path = request.url?.split('?')[0];
    if (path === '/tts/websocket') tts.upgrade(request, socket, head);
    else if (path === '/stt/turns/websocket') stt.upgrade(request, socket, head);
    else refuseUpgrade(socket, 404, `There is no WebSocket ${path} here`);
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    env: { ...env, CARTESIA_BASE_URL: base, OPENAI_BASE_URL: `${base}/v1` },
    tts: tts.control,
    stt: stt.control,
    llm: llm.control,
    audioSpeech: audioSpeech.control,
    violations: violations.list,
    stop: async () => {
      await speech.close();
      stt.stop();
      llm.stop();
      await tts.stop();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
};
