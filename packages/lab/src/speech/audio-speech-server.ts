import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { createFaultSwitch } from './fault.ts';
import { headerOf, readBody, sendJson } from './http-answers.ts';
import { llmError } from './llm-protocol.ts';
import type { SpeechCache } from './speech-cache.ts';
import { describeIssues, type ViolationLog } from './violations.ts';

/** One sentence that was asked for. */
export type AudioSpeechRequest = { readonly text: string; readonly model: string; readonly voice: string };

/** Faults: an HTTP status, an answer cut off after some bytes of sound, or none at all. */
export type AudioSpeechFault =
  | { kind: 'status'; status: number }
  | { kind: 'close'; afterBytes: number }
  | { kind: 'stall' };

/** What tests see and set. */
export type AudioSpeechControl = {
  requests: AudioSpeechRequest[];
  setFault(fault: AudioSpeechFault | null, times?: number): void;
};

export type AudioSpeechServer = {
  control: AudioSpeechControl;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
};

/** platform.openai.com, Create speech; of its formats only the one that the agent asks for. */
const requestSchema = z.strictObject({
  model: z.string().min(1),
  input: z.string().min(1).max(4096),
  voice: z.string().min(1),
  response_format: z.literal('pcm'),
});

/** OpenAI's `POST /v1/audio/speech`: raw PCM at 24 kHz, voiced by espeak-ng. */
export const createAudioSpeechServer = (options: {
  apiKey: string;
  speech: SpeechCache;
  violations: ViolationLog;
}): AudioSpeechServer => {
  const faults = createFaultSwitch<AudioSpeechFault>();
  const control: AudioSpeechControl = { requests: [], setFault: faults.set };
  const refuse = (response: ServerResponse, status: number, reason: string, sent: unknown): void => {
    options.violations.add('tts', reason, sent);
    sendJson(response, status, llmError(reason, 'invalid_request_error'));
  };

  return {
    control,
    handle: async (request, response) => {
      const body = await readBody(request);
      if (headerOf(request, 'authorization') !== `Bearer ${options.apiKey}`) {
        return refuse(response, 401, 'The API key is missing or wrong', request.headers);
      }
      const parsed = requestSchema.safeParse(JSON.parse(body));
      if (!parsed.success) return refuse(response, 400, describeIssues(parsed.error), body);
      const { input, model, voice } = parsed.data;
      control.requests.push({ text: input, model, voice });
      const fault = faults.take();
      if (fault?.kind === 'stall') return;
      if (fault?.kind === 'status') {
        return sendJson(response, fault.status, llmError('A fault set by the lab', 'server_error'));
      }
      const { samples } = await options.speech.get(input, { rate: 24000, voice: 'agent' });
      const pcm = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
      response.writeHead(200, { 'content-type': 'audio/pcm' });
      if (fault === null) response.end(pcm);
      else response.write(pcm.subarray(0, fault.afterBytes), () => response.destroy());
    },
  };
};
