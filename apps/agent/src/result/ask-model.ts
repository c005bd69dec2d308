import { llm } from '@livekit/agents';
import type { JsonSchema } from './result-schema.ts';

/** The name of the tool that takes the result. */
export const RESULT_TOOL = 'report_result';

/** A model's answer: the arguments of its call of `report_result`, and what it wrote. */
export type ModelAnswer = { readonly toolArguments: string | null; readonly text: string };

/** Asks the model once for the arguments of `report_result`; rejects when it gives no answer. */
export type AskModel = (
  messages: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly text: string }[],
  parameters: JsonSchema,
  signal: AbortSignal,
) => Promise<ModelAnswer>;

const CONNECTION = { maxRetry: 1, retryIntervalMs: 500, timeoutMs: 20_000 };

/**
 * Asks any agents-js model. The tool is demanded; a server that knows no such demand (Ollama) answers in
 * text, which is given as well.
 */
export const askLlm =
  (createModel: () => llm.LLM): AskModel =>
  async (messages, parameters, signal) => {
    // One for each question: a model tells of its failures by events, and another's are none of ours.
    const model = createModel();
    const failed = Promise.withResolvers<never>();
    failed.promise.catch(() => {});
    model.on('error', ({ error, recoverable }) => {
      if (!recoverable) failed.reject(error);
    });
    const chatCtx = llm.ChatContext.empty();
    for (const { role, text } of messages) chatCtx.addMessage({ role, content: text });
    const stream = model.chat({
      chatCtx,
      toolCtx: [
        llm.tool({
          name: RESULT_TOOL,
          description: 'Takes what the call came to.',
          parameters: parameters as never,
          execute: async () => undefined,
        }),
      ],
      toolChoice: { type: 'function', function: { name: RESULT_TOOL } },
      connOptions: CONNECTION,
    });
    const timeUp = () => failed.reject(signal.reason);
    signal.addEventListener('abort', timeUp, { once: true });
    if (signal.aborted) timeUp();
    try {
      const { text, toolCalls } = await Promise.race([stream.collect(), failed.promise]);
      const call = toolCalls.find(({ name }) => name === RESULT_TOOL);
      return { toolArguments: call?.args ?? null, text };
    } finally {
      signal.removeEventListener('abort', timeUp);
      stream.close();
      void model.aclose();
    }
  };
