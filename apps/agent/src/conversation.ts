import type { ReadableStream } from 'node:stream/web';
import { setTimeout as pause } from 'node:timers/promises';
import { type llm, voice } from '@livekit/agents';
import type { AudioFrame, Room } from '@livekit/rtc-node';
import { instructionsFor } from '@outdial/playbooks';
import type { Logger } from '@outdial/runtime';
import type { GrantedPlaybook } from '@outdial/telephony';
import { CALLEE_IDENTITY } from './adapters/livekit-sip-leg.ts';
import type { Models, TurnDetection } from './models.ts';

/** The spoken side of a call: an agents-js session on the callee's leg. */
export type Conversation = {
  /**
   * Starts listening and gives the greeting to the voice. It is synthesised at once and held until
   * the leg subscribes, which livekit-sip does at the answer: nothing is spoken before 200 OK and
   * no first word is lost.
   */
  start(): Promise<void>;
  /**
   * The call was answered: opens the agent's ears, which until then would only hear ringing and the
   * carrier's announcements, and expects the greeting to sound.
   */
  listen(): void;
  /** Says a sentence and resolves when its last sound has left for the callee. */
  say(text: string): Promise<void>;
  /** Plays a recorded sentence, which needs no voice, and resolves when its last sound has left. */
  play(text: string, audio: ReadableStream<AudioFrame>): Promise<void>;
  /** Closes the agent's ears: the callee waits for somebody else. */
  pause(): void;
  /** Opens them again. */
  resume(): void;
  /** Ends the agent's part for good: it hears and says nothing any more. Never throws. */
  leave(): Promise<void>;
};

/** `waitForPlayout` resolves about 95 ms before the last sound leaves livekit-sip; with reserve. */
const PLAYOUT_TAIL_MS = 300;
/** A voice that is silent this long after the answer reports no error of its own (it may never). */
const FIRST_SOUND_MS = 6_000;
const SILENT = 'The voice made no sound; check the text-to-speech provider and its way through the firewall.';

/** Builds the session; `onProviderError` is called when speech or model are gone for good. */
export const createConversation = (options: {
  readonly room: Room;
  readonly models: Models;
  readonly turnDetection: TurnDetection;
  readonly endpointing: { readonly minDelay?: number };
  readonly playbook: GrantedPlaybook;
  readonly tools: llm.ToolContextLike;
  readonly onProviderError: (reason: string) => void;
  /** Whether agents-js records both sides, into `audio.ogg` of the job's session directory. */
  readonly record: boolean;
  /** Given the session before it starts, for who listens to it. */
  readonly onSession: (session: voice.AgentSession) => void;
  readonly log: Logger;
}): Conversation => {
  const { log, playbook } = options;
  const session = new voice.AgentSession({
    ...options.models,
    turnHandling: {
      turnDetection: options.turnDetection,
      endpointing: options.endpointing,
      interruption: { discardAudioIfUninterruptible: false },
    },
  });
  options.onSession(session);
  let listening = false;
  let spoke = false;
  let left = false;
  const onProviderError = (reason: string) => {
    if (!left) options.onProviderError(reason);
  };
  let silence: NodeJS.Timeout | undefined;
  const agent = new voice.Agent({ instructions: instructionsFor(playbook), tools: options.tools });

  session.on(voice.AgentSessionEventTypes.Error, ({ error }) => {
    const source = error as { type?: string; recoverable?: boolean; error?: Error };
    const reason = source.error?.message ?? 'failed';
    log.warn(
      { source: source.type, recoverable: source.recoverable, reason },
      'a speech or model provider failed',
    );
    // The framework gives up at the fourth of these only; the callee would hear nothing until then.
    if (source.recoverable === false) onProviderError(`${source.type}: ${reason}`);
  });
  session.on(voice.AgentSessionEventTypes.AgentStateChanged, ({ newState }) => {
    if (newState !== 'speaking') return;
    spoke = true;
    clearTimeout(silence);
  });
  session.on(voice.AgentSessionEventTypes.Close, ({ reason, error }) => {
    if (reason !== voice.CloseReason.ERROR) return;
    const source = error as { type?: string; error?: Error } | null | undefined;
    onProviderError(`${source?.type ?? 'provider'}: ${source?.error?.message ?? 'failed'}`);
  });

  return {
    start: async () => {
      session.input.setAudioEnabled(listening);
      await session.start({
        agent,
        room: options.room,
        inputOptions: { participantIdentity: CALLEE_IDENTITY, textEnabled: false, closeOnDisconnect: false },
        outputOptions: { transcriptionEnabled: false },
        record: options.record ? { audio: true, traces: false, logs: false, transcript: false } : false,
      });
      // It says who calls and that it is an AI, so a hello into it does not cut it; what the callee says
      // meanwhile is heard and answered after it.
      session.say(playbook.greeting, { allowInterruptions: false });
    },
    listen: () => {
      listening = true;
      session.input.setAudioEnabled(true);
      if (!spoke) silence = setTimeout(() => onProviderError(SILENT), FIRST_SOUND_MS).unref();
    },
    say: async (text) => {
      await session.say(text, { allowInterruptions: false }).waitForPlayout();
      await pause(PLAYOUT_TAIL_MS);
    },
    play: async (text, audio) => {
      await session.say(text, { audio, allowInterruptions: false }).waitForPlayout();
      await pause(PLAYOUT_TAIL_MS);
    },
    pause: () => session.input.setAudioEnabled(false),
    resume: () => session.input.setAudioEnabled(true),
    leave: async () => {
      left = true;
      clearTimeout(silence);
      session.input.setAudioEnabled(false);
      session.output.setAudioEnabled(false);
      await session
        .close()
        .catch((error) => log.warn({ reason: String(error) }, 'the session did not close'));
    },
  };
};
