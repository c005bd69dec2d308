import { z } from 'zod';
import type { ModelAccess } from '../config.ts';
import { CliError } from '../errors.ts';

const TIMEOUT_MS = 60_000;

/** A call of a tool that the model asks for; `arguments` is JSON, as the model wrote it. */
export type ToolCall = {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
};

/** One message of a conversation, as OpenAI's chat completions have it. */
export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string; readonly tool_calls?: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly content: string; readonly tool_call_id: string };

/** A tool as the model is told of it; `parameters` is JSON Schema. */
export type ChatTool = {
  readonly type: 'function';
  readonly function: { readonly name: string; readonly description: string; readonly parameters: object };
};

/** What the model says next. */
export type ModelAnswer = { readonly text: string; readonly calls: readonly ToolCall[] };

/** Asks the language model. Rejects with CliError that names the server and what it said. */
export type AskModel = (messages: readonly ChatMessage[], tools: readonly ChatTool[]) => Promise<ModelAnswer>;

const answerSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({
          content: z.string().nullish(),
          tool_calls: z
            .array(
              z.object({
                id: z.string(),
                function: z.object({ name: z.string(), arguments: z.string() }),
              }),
            )
            .nullish(),
        }),
      }),
    )
    .min(1),
});

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause ? String(cause.code) : cause.message;
};

/** A client of an OpenAI-compatible server. */
export const createModelClient =
  ({ url, apiKey, model }: ModelAccess): AskModel =>
  async (messages, tools) => {
    let status: number;
    let text: string;
    try {
      const response = await fetch(`${url}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({ model, messages, ...(tools.length === 0 ? {} : { tools }) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      status = response.status;
      text = await response.text();
    } catch (error) {
      throw new CliError(
        `Cannot reach the language model at ${url} (${reasonOf(error)}); check OPENAI_BASE_URL.`,
        { cause: error },
      );
    }
    if (status === 401) throw new CliError(`${url} does not take the key; check OPENAI_API_KEY.`);
    if (status < 200 || status >= 300) {
      throw new CliError(`${url} answered ${status} for the model ${model}: ${text.slice(0, 300)}`);
    }
    const parsed = answerSchema.safeParse(readJson(text));
    const message = parsed.data?.choices[0]?.message;
    if (message === undefined) {
      throw new CliError(`${url} answered, but not as chat completions do; check OPENAI_BASE_URL.`);
    }
    const calls = (message.tool_calls ?? []).map((call) => ({ ...call, type: 'function' as const }));
    return { text: message.content ?? '', calls };
  };

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
