import { mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { RawData, WebSocket } from 'ws';
import { headerOf } from './http-answers.ts';
import { type Admission, createSocketGate, type DoorFault, type SocketGate } from './socket-gate.ts';
import type { SpeechCache } from './speech-cache.ts';
import { createTtsContext, type TtsContext, type UtteranceFault } from './tts-context.ts';
import {
  contextKey,
  type Generation,
  readTtsMessage,
  TTS_VERSIONS,
  type TtsMessage,
} from './tts-protocol.ts';
import type { ViolationLog } from './violations.ts';
import { bytesToSamples, encodeWav } from './wav.ts';

/** One utterance that a client asked for; times are epoch ms. */
export type TtsRequest = {
  contextId: string;
  /** All transcripts of the context, joined as they came. */
  text: string;
  voice: string;
  model: string;
  language: string;
  sampleRate: number;
  at: number;
  firstChunkAt: number | null;
  endedAt: number | null;
  /** `closed`: the client went away; null: still speaking, or waiting for more text. */
  end: 'done' | 'canceled' | 'closed' | 'fault' | null;
};

/** An utterance that was sent to its end: its text, and a WAV of exactly the audio that was sent. */
export type Spoken = { text: string; file: string };

export type TtsFault = DoorFault | UtteranceFault;

/** What tests see and set. */
export type TtsControl = {
  requests: TtsRequest[];
  /** The utterances sent to their end, in that order. */
  spoken(): Spoken[];
  /** Connections made since the start. */
  readonly connections: number;
  /** Wait before an utterance's first audio, ms. */
  firstChunkDelayMs: number;
  setFault(fault: TtsFault | null, times?: number): void;
};

export type TtsServer = { control: TtsControl; stop(): Promise<void> } & Pick<
  SocketGate<TtsFault>,
  'upgrade'
>;

const newRecord = (request: Generation): TtsRequest => ({
  contextId: request.context_id,
  text: '',
  voice: request.voice.mode === 'id' ? request.voice.id : '(embedding)',
  model: request.model_id,
  language: request.language,
  sampleRate: request.output_format.sample_rate,
  at: Date.now(),
  firstChunkAt: null,
  endedAt: null,
  end: null,
});

/** Cartesia's TTS WebSocket, voiced by espeak-ng. */
export const createTtsServer = (options: {
  apiKey: string;
  /** Where the WAVs of what was spoken go. */
  dir: string;
  speech: SpeechCache;
  violations: ViolationLog;
}): TtsServer => {
  const check = (request: IncomingMessage): Admission<null> => {
    if (headerOf(request, 'x-api-key') !== options.apiKey) {
      return { status: 'refused', code: 401, reason: 'X-API-Key is missing or wrong' };
    }
    const version = headerOf(request, 'cartesia-version') ?? 'missing';
    if (TTS_VERSIONS.includes(version)) return { status: 'ok', value: null };
    const reason = `Cartesia-Version is ${version}; known here: ${TTS_VERSIONS.join(', ')}`;
    return { status: 'refused', code: 400, reason };
  };

  const connected = (socket: WebSocket): void => {
    connections += 1;
    const contexts = new Map<string, { key: string; open: boolean; context: TtsContext }>();
    const send = (message: TtsMessage): void => socket.send(JSON.stringify(message), () => undefined);
    const refuse = (error: string, sent: unknown, context_id?: string): void => {
      options.violations.add('tts', error, sent);
      const where = context_id === undefined ? {} : { context_id };
      send({ type: 'error', done: true, error, status_code: 400, ...where });
    };

    const open = (request: Generation) => {
      const record = newRecord(request);
      control.requests.push(record);
      const context = createTtsContext({
        record,
        speech: options.speech,
        fault: gate.takeFault(),
        firstChunkDelayMs: control.firstChunkDelayMs,
        send,
        spoken: (pcm, rate) => keep(record.text.trim(), pcm, rate),
        disconnect: () => socket.close(1011, 'A fault set by the lab'),
      });
      const entry = { key: contextKey(request), open: true, context };
      contexts.set(request.context_id, entry);
      return entry;
    };

    const speak = (request: Generation): void => {
      const known = contexts.get(request.context_id) ?? open(request);
      if (!known.open) {
        refuse('The context has ended: a request said continue false', request, request.context_id);
      } else if (known.key !== contextKey(request)) {
        refuse('Within a context only transcript and continue may change', request, request.context_id);
      } else {
        known.open = request.continue;
        known.context.add(request);
      }
    };

    socket.on('message', (data: RawData, isBinary) => {
      const message = readTtsMessage(isBinary ? '' : data.toString());
      if (message.kind === 'invalid') refuse(message.reason, message.sent, message.contextId);
      else if (message.kind === 'cancel') contexts.get(message.contextId)?.context.stop('canceled');
      else speak(message.request);
    });
    socket.on('close', () => {
      for (const { context } of contexts.values()) context.stop('closed');
    });
  };

  let connections = 0;
  const spoken: Spoken[] = [];
  let count = 0;
  let writing: Promise<void> = Promise.resolve();
  /** Listed once it is written, so that a file that is listed can be read. */
  const keep = (text: string, pcm: Buffer, rate: number): void => {
    count += 1;
    const file = join(options.dir, `spoken-${count}.wav`);
    writing = writing
      .then(() => mkdir(options.dir, { recursive: true }))
      .then(() => writeFile(file, encodeWav({ rate, samples: bytesToSamples(pcm) })))
      .then(() => void spoken.push({ text, file }))
      .catch((error: unknown) => options.violations.add('tts', `Could not write ${file}`, String(error)));
  };
  const gate = createSocketGate<UtteranceFault, null>({
    service: 'tts',
    violations: options.violations,
    check,
    connected,
  });
  const control: TtsControl = {
    requests: [],
    spoken: () => [...spoken],
    get connections() {
      return connections;
    },
    firstChunkDelayMs: 0,
    setFault: gate.setFault,
  };
  return {
    control,
    upgrade: gate.upgrade,
    stop: async () => {
      gate.stop();
      await writing;
    },
  };
};
