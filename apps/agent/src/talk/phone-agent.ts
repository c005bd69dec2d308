import { type ReadableStream, TransformStream } from 'node:stream/web';
import { type llm, voice } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';

/** What a phone call adds to an agent of agents-js. */
export type PhoneHooks = {
  /** Every frame of the callee's sound, before it is recognised. */
  hear(samples: Int16Array, rate: number): void;
  /** A turn of the callee is over. `silent`: the agent says nothing to it; else notes for the model, for this turn. */
  turn(message: llm.ChatMessage): Promise<'silent' | readonly string[]>;
};

/** The agent of a phone call: it listens in on the callee's sound and has a word before each turn. */
export class PhoneAgent extends voice.Agent {
  readonly #hooks: PhoneHooks;

  constructor(options: ConstructorParameters<typeof voice.Agent>[0], hooks: PhoneHooks) {
    super(options);
    this.#hooks = hooks;
  }

  override async sttNode(
    audio: ReadableStream<AudioFrame> | AsyncIterable<AudioFrame>,
    settings: voice.ModelSettings,
  ) {
    const ear = new TransformStream<AudioFrame, AudioFrame>({
      transform: (frame, controller) => {
        this.#hooks.hear(frame.data, frame.sampleRate);
        controller.enqueue(frame);
      },
    });
    return super.sttNode((audio as ReadableStream<AudioFrame>).pipeThrough(ear), settings);
  }

  override async onUserTurnCompleted(chatCtx: llm.ChatContext, message: llm.ChatMessage): Promise<void> {
    const answer = await this.#hooks.turn(message);
    if (answer === 'silent') throw new voice.StopResponse();
    for (const note of answer) {
      chatCtx.addMessage({ role: 'system', content: note, createdAt: message.createdAt - 1 });
    }
  }
}
