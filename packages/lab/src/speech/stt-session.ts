import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { Phrasebook } from './phrasebook.ts';
import { createTurnDetector, type Heard, type TurnEvent } from './turn-detector.ts';
import { describeIssues } from './violations.ts';
import { bytesToSamples } from './wav.ts';

/** A connection to the STT server; times are epoch ms. */
export type SttSession = {
  id: string;
  model: string;
  sampleRate: number;
  openedAt: number;
  closedAt: number | null;
  /** Audio received, ms. */
  audioMs: number;
};

/** Faults of a session: no event at all, or the connection or an error after so much audio. */
export type SessionFault =
  | { kind: 'silent' }
  | { kind: 'close'; afterAudioMs: number }
  | { kind: 'error'; status: number; afterAudioMs: number };

export type SttSessionOptions = {
  record: SttSession;
  phrasebook: Phrasebook;
  fault: SessionFault | null;
  eventDelayMs: number;
  /** Hears of something that the real service would refuse. */
  violation(message: string, sent: unknown): void;
  /** Hears of each turn that ended. */
  turn(heard: Heard): void;
};

const commandSchema = z.strictObject({ type: z.literal('close') });

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Serves one connection: audio in, turns out. */
export const serveSttSession = (socket: WebSocket, options: SttSessionOptions): void => {
  const { record, fault, eventDelayMs } = options;
  const detector = createTurnDetector(options.phrasebook, record.sampleRate);

  const send = (message: object): void => {
    if (fault?.kind === 'silent') return;
    const text = JSON.stringify({ ...message, request_id: record.id });
    if (eventDelayMs <= 0) socket.send(text, () => undefined);
    else setTimeout(() => socket.send(text, () => undefined), eventDelayMs).unref();
  };
  const sendError = (status_code: number, message: string): void =>
    send({ type: 'error', title: 'Request refused', message, error_code: 'invalid_request', status_code });
  const refuse = (message: string, sent: unknown): void => {
    options.violation(message, sent);
    sendError(400, message);
  };
  const sendEvents = (events: readonly TurnEvent[]): void => {
    for (const { type, heard } of events) {
      const wordless = type === 'start' || type === 'resume';
      send({ type: `turn.${type}`, ...(wordless ? {} : { transcript: heard.text }) });
      if (type === 'end') options.turn(heard);
    }
  };

  const hear = (audio: Buffer): void => {
    if (audio.length % 2 === 1) {
      refuse(`${audio.length} bytes are no whole number of 16-bit samples`, '(audio)');
      return;
    }
    record.audioMs += (audio.length / 2 / record.sampleRate) * 1000;
    if (fault && fault.kind !== 'silent' && record.audioMs >= fault.afterAudioMs) {
      if (fault.kind === 'error') sendError(fault.status, 'A fault set by the lab');
      else socket.close(1011, 'A fault set by the lab');
      return;
    }
    sendEvents(detector.push(bytesToSamples(audio)));
  };

  const obey = (text: string): void => {
    const sent = parseJson(text);
    const command = commandSchema.safeParse(sent);
    if (!command.success) {
      refuse(describeIssues(command.error), sent);
      return;
    }
    sendEvents(detector.flush());
    if (fault?.kind !== 'silent') setTimeout(() => socket.close(1000), eventDelayMs).unref();
  };

  socket.on('message', (data, isBinary) => {
    // ws gives one Buffer for each message unless told otherwise.
    if (isBinary) hear(data as Buffer);
    else obey(data.toString());
  });
  socket.on('close', () => {
    record.closedAt = Date.now();
  });
  send({ type: 'connected' });
};
