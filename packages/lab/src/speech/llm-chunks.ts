import { randomUUID } from 'node:crypto';
import type { LlmCall } from './llm-script.ts';

type Reply = { text: string; calls: LlmCall[] };

const tokens = (text: string): number => Math.ceil(text.length / 4);

const usageOf = (prompt: string, { text, calls }: Reply) => {
  const prompt_tokens = tokens(prompt);
  const completion_tokens = tokens(text) + tokens(calls.length > 0 ? JSON.stringify(calls) : '');
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens: 0 },
  };
};

const newCallId = (): string => `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
const finishOf = ({ calls }: Reply): string => (calls.length > 0 ? 'tool_calls' : 'stop');

/** In pieces of a word or so, each with the space before it. */
const pieces = (text: string): string[] => text.match(/\s*\S+|\s+$/g) ?? [];

/** The answer as chunks of a stream: role, words, tool calls with their arguments in pieces, finish, usage. */
export const toChunks = (model: string, prompt: string, reply: Reply, withUsage: boolean): object[] => {
  const base = {
    id: `chatcmpl-${randomUUID()}`,
    object: 'chat.completion.chunk',
    created: Math.floor(Date.now() / 1000),
    model,
  };
  const chunk = (delta: object, finish_reason: string | null = null): object => ({
    ...base,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    ...(withUsage ? { usage: null } : {}),
  });
  return [
    chunk({ role: 'assistant', content: reply.calls.length > 0 && reply.text === '' ? null : '' }),
    ...pieces(reply.text).map((content) => chunk({ content })),
    ...reply.calls.flatMap((call, index) => [
      chunk({
        tool_calls: [
          { index, id: newCallId(), type: 'function', function: { name: call.name, arguments: '' } },
        ],
      }),
      ...(JSON.stringify(call.arguments).match(/.{1,8}/gs) ?? []).map((part) =>
        chunk({ tool_calls: [{ index, function: { arguments: part } }] }),
      ),
    ]),
    chunk({}, finishOf(reply)),
    ...(withUsage ? [{ ...base, choices: [], usage: usageOf(prompt, reply) }] : []),
  ];
};

/** The answer in one piece. */
export const toCompletion = (model: string, prompt: string, reply: Reply): object => ({
  id: `chatcmpl-${randomUUID()}`,
  object: 'chat.completion',
  created: Math.floor(Date.now() / 1000),
  model,
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: reply.text === '' ? null : reply.text,
        refusal: null,
        ...(reply.calls.length > 0
          ? {
              tool_calls: reply.calls.map((call) => ({
                id: newCallId(),
                type: 'function',
                function: { name: call.name, arguments: JSON.stringify(call.arguments) },
              })),
            }
          : {}),
      },
      logprobs: null,
      finish_reason: finishOf(reply),
    },
  ],
  usage: usageOf(prompt, reply),
});
