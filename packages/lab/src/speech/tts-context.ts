import { setTimeout as wait } from 'node:timers/promises';
import type { SpeechCache } from './speech-cache.ts';
import { type Generation, type TtsMessage, wordTimes } from './tts-protocol.ts';
import type { TtsRequest } from './tts-server.ts';

/** Faults of an utterance. `afterChunks: 0` shows it in place of the first audio; `empty` ends without any. */
export type UtteranceFault =
  | { kind: 'stall' | 'close'; afterChunks: number }
  | { kind: 'error'; status: number; done: boolean; afterChunks: number }
  | { kind: 'empty' };

/** One utterance: several requests under one context_id. */
export type TtsContext = {
  add(request: Generation): void;
  /** Stops speaking without a word more. */
  stop(end: 'canceled' | 'closed'): void;
};

export type TtsContextOptions = {
  record: TtsRequest;
  speech: SpeechCache;
  fault: UtteranceFault | null;
  firstChunkDelayMs: number;
  send(message: TtsMessage): void;
  /** Hears of all audio of an utterance that was sent to its end, 16-bit samples at the requested rate. */
  spoken(pcm: Buffer, rate: number): void;
  /** Breaks the connection, for the fault that does so. */
  disconnect(): void;
};

const CHUNK_MS = 100;
/** Audio is sent this many times faster than it plays. */
const PACE = 10;

/** Speaks the transcripts of one context in turn, as chunks of raw PCM. */
export const createTtsContext = (options: TtsContextOptions): TtsContext => {
  const { record, speech, fault, send } = options;
  const stop = new AbortController();
  const { signal } = stop;
  const context_id = record.contextId;
  const audio: Buffer[] = [];
  let chunks = 0;
  let seconds = 0;
  let tail: Promise<void> = Promise.resolve();

  const finish = (end: NonNullable<TtsRequest['end']>): void => {
    record.end ??= end;
    record.endedAt ??= Date.now();
    stop.abort();
  };

  /** Shows the fault when its time has come. */
  const fail = (): void => {
    if (!fault || !('afterChunks' in fault) || chunks < fault.afterChunks) return;
    if (fault.kind === 'error') {
      send({
        type: 'error',
        done: fault.done,
        error: 'A fault set by the lab',
        status_code: fault.status,
        context_id,
      });
    }
    finish('fault');
    if (fault.kind === 'close') options.disconnect();
  };

  const sendAudio = async (pcm: Buffer, rate: number): Promise<void> => {
    const size = Math.round((rate * CHUNK_MS) / 1000) * 2;
    for (let at = 0; at < pcm.length; at += size) {
      if (chunks === 0) await wait(options.firstChunkDelayMs, undefined, { signal });
      fail();
      signal.throwIfAborted();
      record.firstChunkAt ??= Date.now();
      const chunk = pcm.subarray(at, at + size);
      const data = chunk.toString('base64');
      send({ type: 'chunk', data, done: false, status_code: 206, step_time: CHUNK_MS / PACE, context_id });
      audio.push(chunk);
      chunks += 1;
      await wait(CHUNK_MS / PACE, undefined, { signal });
    }
  };

  const say = async (request: Generation): Promise<void> => {
    const rate = request.output_format.sample_rate;
    const { samples } = await speech.get(request.transcript.trim(), { rate, voice: 'agent' });
    signal.throwIfAborted();
    if (samples.length > 0 && fault?.kind !== 'empty') {
      const length = samples.length / rate;
      const word_timestamps = wordTimes(request.transcript, seconds, length);
      if (request.add_timestamps) {
        send({ type: 'timestamps', done: false, status_code: 206, context_id, word_timestamps });
      }
      seconds += length;
      await sendAudio(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength), rate);
    }
    if (request.continue) return;
    fail();
    signal.throwIfAborted();
    send({ type: 'done', done: true, status_code: 206, context_id });
    finish(fault?.kind === 'empty' ? 'fault' : 'done');
    options.spoken(Buffer.concat(audio), rate);
  };

  return {
    add: (request) => {
      record.text = `${record.text}${request.transcript}`;
      tail = tail
        .then(() => say(request))
        .catch((error: unknown) => {
          if (signal.aborted) return;
          send({ type: 'error', done: true, error: String(error), status_code: 500, context_id });
          finish('fault');
        });
    },
    stop: finish,
  };
};
