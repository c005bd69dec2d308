import { setTimeout as pause } from 'node:timers/promises';
import { shortuuid, tts, voice } from '@livekit/agents';
import type { Logger } from '@outdial/runtime';
import { type Patience, speakOnce } from './attempt.ts';
import { describeFailure, type ProviderFailure } from './failure.ts';
import { createScript, type Script } from './script.ts';
import { type Sound, VOICE_SAMPLE_RATE, type Voice } from './voice.ts';

/** What happened to the voice in one call. */
export type VoiceFacts = { retries: number; fallbacks: number; lost: boolean };

const RETRY_AFTER_MS = 150;
const STOPPED = Symbol('stopped');

/**
 * A voice that speaks on when its provider fails: the sentences that were not spoken are asked for once more, then
 * from the fallback, and when nobody speaks, `lost` resolves. agents-js' own FallbackAdapter does not notice a silent
 * provider and synthesises test sentences for money (docs/decisions/0005).
 */
export class ResilientTts extends tts.TTS {
  label = 'outdial.ResilientTts';
  readonly facts: VoiceFacts = { retries: 0, fallbacks: 0, lost: false };
  /** Resolves when no voice speaks any more in this call. */
  readonly lost: Promise<ProviderFailure>;
  readonly #voices: readonly Voice[];
  /** The voices that failed in this call, and how. */
  readonly #down = new Map<Voice, ProviderFailure>();
  readonly #patience: Patience;
  readonly #log: Logger;
  readonly #lose: (lost: ProviderFailure) => void;

  /** `voices`: the agent's own, then its fallbacks. */
  constructor(options: {
    readonly voices: readonly [Voice, ...Voice[]];
    readonly patience: Patience;
    readonly log: Logger;
  }) {
    const alignedTranscript = options.voices.every(({ aligned }) => aligned);
    super(VOICE_SAMPLE_RATE, 1, { streaming: true, alignedTranscript });
    this.#voices = options.voices;
    this.#patience = options.patience;
    this.#log = options.log;
    const { promise, resolve } = Promise.withResolvers<ProviderFailure>();
    this.lost = promise;
    this.#lose = resolve;
  }

  override get model(): string {
    return this.#voices[0]?.name ?? 'unknown';
  }

  override get provider(): string {
    return this.#voices[0]?.host ?? 'unknown';
  }

  /** Opens the voice's connection ahead of the first word. */
  prewarm(): void {
    this.#voices.find((one) => !this.#down.has(one))?.prewarm();
  }

  /** Not used by a session, which streams. */
  synthesize(): tts.ChunkedStream {
    throw new Error('ResilientTts only streams; call stream().');
  }

  stream(): tts.SynthesizeStream {
    return new ResilientStream(this, (script, signal, emit) => this.#speak(script, signal, emit));
  }

  override async close(): Promise<void> {
    await Promise.all(this.#voices.map((one) => one.close()));
  }

  /** Two tries for the agent's own voice, one for each fallback; who failed is not asked again in this call. */
  async #speak(script: Script, signal: AbortSignal, emit: (sound: Sound) => void): Promise<void> {
    let from = 0;
    let seconds = 0;
    for (const one of this.#voices) {
      for (let tries = one === this.#voices[0] ? 2 : 1; tries > 0 && !this.#down.has(one); tries -= 1) {
        const begun = seconds;
        const emitLater = ({ frame, words }: Sound) => {
          seconds += frame.samplesPerChannel / frame.sampleRate;
          // Each try counts from zero; the callee hears one utterance.
          emit({ frame, words: words.map((word) => later(word, begun)) });
        };
        const attempt = await speakOnce({
          voice: one,
          script,
          from,
          patience: this.#patience,
          signal,
          emit: emitLater,
        });
        if (attempt.status === 'done') return;
        if (attempt.status === 'stopped') {
          // An interruption closes the connection, a moment later; the next utterance must not wait for a new one.
          setImmediate(() => one.prewarm());
          return;
        }
        one.renew();
        from = attempt.next;
        if (script.ended && from >= script.sentences.length) return;
        const failure = { voice: one.name, ...describeFailure('The voice', one.host, attempt.reason) };
        if (tries > 1) {
          this.facts.retries += 1;
          this.#log.warn(failure, 'the voice failed; it is tried once more');
          const stopped = await pause(RETRY_AFTER_MS, undefined, { signal }).catch(() => STOPPED);
          if (stopped === STOPPED) return;
        } else this.#giveUp(one, failure);
      }
    }
  }

  #giveUp(one: Voice, failure: ProviderFailure & { readonly voice: string }): void {
    if (this.#down.has(one)) return;
    this.#down.set(one, failure);
    const next = this.#voices.find((other) => !this.#down.has(other));
    if (next !== undefined) {
      this.facts.fallbacks += 1;
      this.#log.warn({ ...failure, next: next.name }, 'the voice failed; the fallback speaks from here on');
      return;
    }
    this.facts.lost = true;
    this.#log.error(failure, 'the voice failed and nobody else can speak');
    const message = [...this.#down.values()].map((each) => each.message).join(' ');
    this.#lose({ host: failure.host, reason: failure.reason, message });
  }
}

const later = (word: voice.TimedString, seconds: number): voice.TimedString =>
  voice.createTimedString({
    text: word.text,
    startTime: (word.startTime ?? 0) + seconds,
    endTime: (word.endTime ?? 0) + seconds,
  });

type Speak = (script: Script, signal: AbortSignal, emit: (sound: Sound) => void) => Promise<void>;

/** One utterance. It never fails towards the session, which would say nothing and call it said. */
class ResilientStream extends tts.SynthesizeStream {
  label = 'outdial.ResilientStream';
  readonly #speak: Speak;

  constructor(owner: ResilientTts, speak: Speak) {
    super(owner);
    this.#speak = speak;
  }

  protected async run(): Promise<void> {
    const script = createScript();
    void this.#write(script);
    // Time to first sound counts from the first sentence, not from the model's first word.
    void script
      .from(0)
      .next()
      .then(() => this.markStarted());
    const requestId = shortuuid('voice_');
    await this.#speak(script, this.abortSignal, ({ frame, words }) => {
      if (this.queue.closed || this.abortSignal.aborted) return;
      this.queue.put({
        requestId,
        segmentId: requestId,
        frame,
        final: false,
        timedTranscripts: [...words],
      });
    });
    if (!this.queue.closed) this.queue.put(tts.SynthesizeStream.END_OF_STREAM);
  }

  async #write(script: Script): Promise<void> {
    for await (const piece of this.input) {
      if (typeof piece === 'symbol') script.flush();
      else script.write(piece);
    }
    script.end();
  }
}
