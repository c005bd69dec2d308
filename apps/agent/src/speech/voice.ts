import type { tts, voice } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';

/** Every voice speaks at this rate, so that one can go on where another failed; mono, 16 bit. */
export const VOICE_SAMPLE_RATE = 24_000;

/** A piece of speech; `words` have times in seconds from the start of what the voice was asked to say. */
export type Sound = { readonly frame: AudioFrame; readonly words: readonly voice.TimedString[] };

/** One provider's voice, asked once and with nothing repeated: what it cannot say, it throws. */
export type Voice = {
  /** For the log: `cartesia sonic-3`. */
  readonly name: string;
  readonly host: string;
  /** Whether `words` come with the sound. */
  readonly aligned: boolean;
  /** Opens its connection ahead of the first word. */
  prewarm(): void;
  /** Leaves its connections behind after a failure: what is stuck must not hold up the next try. */
  renew(): void;
  /**
   * Speaks the sentences as they come, to the last one. Throws when the provider fails before that; ends
   * without a word more when `signal` aborts.
   */
  speak(sentences: AsyncIterable<string>, signal: AbortSignal): AsyncIterable<Sound>;
  close(): Promise<void>;
};

/** A plugin without retries of its own: it cannot send a text again, and would lose what it had not said. */
const ONCE = { maxRetry: 0, retryIntervalMs: 0 };

type Plugin = tts.TTS & { prewarm?(): void };

/** A streaming text-to-speech plugin as a voice. `connectMs`: how long its connection may take. */
export const pluginVoice = (options: {
  readonly name: string;
  readonly host: string;
  readonly connectMs: number;
  readonly make: () => Plugin;
}): Voice => {
  let failure: Error | null = null;
  const make = (): Plugin => {
    const made = options.make();
    // An error without a listener would be thrown, and end the call with it.
    made.on('error', ({ error }) => {
      failure = error;
    });
    return made;
  };
  let plugin = make();
  const feed = async (stream: tts.SynthesizeStream, sentences: AsyncIterable<string>): Promise<void> => {
    for await (const sentence of sentences) {
      // Flushed, a sentence goes out at once instead of waiting for the next one.
      stream.pushText(`${sentence} `);
      stream.flush();
    }
    stream.endInput();
  };

  return {
    name: options.name,
    host: options.host,
    aligned: plugin.capabilities.alignedTranscript === true,
    prewarm: () => plugin.prewarm?.(),
    renew: () => {
      void plugin.close();
      plugin = make();
    },
    speak: async function* (sentences, signal) {
      failure = null;
      const stream = plugin.stream({ connOptions: { ...ONCE, timeoutMs: options.connectMs } });
      const close = () => stream.close();
      signal.addEventListener('abort', close, { once: true });
      void feed(stream, sentences);
      let whole = false;
      try {
        for await (const event of stream) {
          // The end of an utterance that was sent to its end; a failed one ends without it.
          whole = typeof event === 'symbol';
          if (typeof event === 'symbol') break;
          yield { frame: event.frame, words: event.timedTranscripts ?? [] };
        }
        if (!whole && !signal.aborted) throw failure ?? new Error('the connection ended');
      } finally {
        signal.removeEventListener('abort', close);
        // Closed at its end, a stream would take its connection with it instead of giving it back.
        if (!whole) close();
      }
    },
    close: () => plugin.close(),
  };
};
