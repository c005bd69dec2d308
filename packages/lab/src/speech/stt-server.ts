import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { headerOf } from './http-answers.ts';
import { type Phrasebook, toPhrase } from './phrasebook.ts';
import { type Admission, createSocketGate, type DoorFault, type SocketGate } from './socket-gate.ts';
import { type SessionFault, type SttSession, serveSttSession } from './stt-session.ts';
import type { Heard } from './turn-detector.ts';
import { describeIssues, type ViolationLog } from './violations.ts';
import type { Sound } from './wav.ts';

/** A turn that ended: what was heard, by which session, when (epoch ms). */
export type SttTurn = Heard & { sessionId: string; at: number };

export type SttFault = DoorFault | SessionFault;

/** What tests see and set. */
export type SttControl = {
  sessions: SttSession[];
  turns: SttTurn[];
  /** Wait before each event of sessions opened from now on, ms. */
  eventDelayMs: number;
  setFault(fault: SttFault | null, times?: number): void;
  /** Teaches a further sentence; sessions opened later know it. */
  learn(text: string, sound: Sound): void;
};

export type SttServer = { control: SttControl } & Pick<SocketGate<SttFault>, 'upgrade' | 'stop'>;

/** The API version that has turns. Source: docs.cartesia.ai, realtime STT. */
const VERSION = '2026-03-01';

const querySchema = z.strictObject({
  model: z.string().regex(/^ink-[a-z0-9-]+$/, 'is no Ink model, for example ink-2'),
  sample_rate: z.coerce.number().pipe(z.int().min(8000).max(48000)),
  encoding: z.literal('pcm_s16le'),
});
type Query = z.infer<typeof querySchema>;

/** Cartesia's STT WebSocket with turns; it knows the sentences of a phrasebook by their sound. */
export const createSttServer = (options: {
  apiKey: string;
  phrasebook: Phrasebook;
  violations: ViolationLog;
}): SttServer => {
  const phrasebook = { ...options.phrasebook, phrases: [...options.phrasebook.phrases] };

  const check = (request: IncomingMessage): Admission<Query> => {
    if (headerOf(request, 'x-api-key') !== options.apiKey) {
      return { status: 'refused', code: 401, reason: 'X-API-Key is missing or wrong' };
    }
    const version = headerOf(request, 'cartesia-version') ?? 'missing';
    if (version !== VERSION) {
      return { status: 'refused', code: 400, reason: `Cartesia-Version is ${version}, not ${VERSION}` };
    }
    const url = new URL(request.url ?? '/', 'http://localhost');
    const query = querySchema.safeParse(Object.fromEntries(url.searchParams));
    if (query.success) return { status: 'ok', value: query.data };
    return { status: 'refused', code: 400, reason: describeIssues(query.error) };
  };

  const connected = (socket: WebSocket, query: Query): void => {
    const record: SttSession = {
      id: randomUUID(),
      model: query.model,
      sampleRate: query.sample_rate,
      openedAt: Date.now(),
      closedAt: null,
      audioMs: 0,
    };
    control.sessions.push(record);
    serveSttSession(socket, {
      record,
      phrasebook,
      fault: gate.takeFault(),
      eventDelayMs: control.eventDelayMs,
      violation: (message, sent) => options.violations.add('stt', message, sent),
      turn: (heard) => control.turns.push({ ...heard, sessionId: record.id, at: Date.now() }),
    });
  };

  const gate = createSocketGate<SessionFault, Query>({
    service: 'stt',
    violations: options.violations,
    check,
    connected,
  });
  const control: SttControl = {
    sessions: [],
    turns: [],
    eventDelayMs: 0,
    setFault: gate.setFault,
    learn: (text, sound) => {
      phrasebook.phrases.push(toPhrase(phrasebook, text, sound));
    },
  };
  return { control, upgrade: gate.upgrade, stop: gate.stop };
};
