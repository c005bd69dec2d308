import { AudioByteStream, voice } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { type Sound, VOICE_SAMPLE_RATE, type Voice } from './voice.ts';

/** Answers in a container that was not asked for would sound as noise. */
const CONTAINERS = ['RIFF', 'ID3', 'OggS', 'fLaC'];

/**
 * A voice on any server with OpenAI's `POST /audio/speech` and its `response_format: pcm` (24 kHz, 16 bit, mono, no
 * header; platform.openai.com, Create speech). Each sentence is a request of its own, played while it
 * arrives; agents-js' plugin waits for the whole answer, and does not tell when it fails.
 */
export const openAiVoice = (options: {
  readonly name: string;
  readonly host: string;
  readonly baseUrl: string;
  readonly apiKey: string | null;
  readonly model: string;
  readonly voice: string | null;
}): Voice => {
  const request = async (sentence: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> => {
    const response = await fetch(`${options.baseUrl.replace(/\/$/, '')}/audio/speech`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(options.apiKey === null ? {} : { authorization: `Bearer ${options.apiKey}` }),
      },
      body: JSON.stringify({
        model: options.model,
        input: sentence,
        ...(options.voice === null ? {} : { voice: options.voice }),
        response_format: 'pcm',
      }),
      signal,
    });
    if (response.ok && response.body !== null) return response.body;
    await response.body?.cancel();
    throw new Error(`answered HTTP ${response.status}`);
  };

  const framesOf = async function* (body: ReadableStream<Uint8Array>): AsyncGenerator<AudioFrame> {
    const frames = new AudioByteStream(VOICE_SAMPLE_RATE, 1);
    let first = true;
    for await (const chunk of body) {
      const start = Buffer.from(chunk.subarray(0, 4)).toString('latin1');
      if (first && CONTAINERS.some((name) => start.startsWith(name))) {
        throw new Error(`sent ${start} instead of raw PCM; it must support response_format pcm`);
      }
      first = false;
      yield* frames.write(chunk);
    }
    yield* frames.flush();
  };

  return {
    name: options.name,
    host: options.host,
    aligned: true,
    prewarm: () => {},
    renew: () => {},
    speak: async function* (sentences, signal): AsyncGenerator<Sound> {
      let seconds = 0;
      for await (const sentence of sentences) {
        const startTime = seconds;
        let held: AudioFrame | null = null;
        for await (const frame of framesOf(await request(sentence, signal))) {
          if (held !== null) yield { frame: held, words: [] };
          held = frame;
          seconds += frame.samplesPerChannel / frame.sampleRate;
        }
        if (held === null) throw new Error('sent no sound');
        const text = `${sentence} `;
        yield { frame: held, words: [voice.createTimedString({ text, startTime, endTime: seconds })] };
      }
    },
    close: async () => {},
  };
};
