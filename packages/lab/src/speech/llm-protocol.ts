import { z } from 'zod';
import { describeIssues } from './violations.ts';

const textPart = z.strictObject({ type: z.literal('text'), text: z.string() });
const imagePart = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.looseObject({ url: z.string() }),
});
const content = z.union([z.string(), z.array(textPart).min(1)]);
const toolCallSchema = z.strictObject({
  id: z.string().min(1).max(64),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().min(1), arguments: z.string() }),
});

const messageSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer']), content, name: z.string().optional() }),
  z.strictObject({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(z.union([textPart, imagePart])).min(1)]),
    name: z.string().optional(),
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: content.nullish(),
    name: z.string().optional(),
    tool_calls: z.array(toolCallSchema).min(1).optional(),
  }),
  z.strictObject({ role: z.literal('tool'), content, tool_call_id: z.string().min(1) }),
]);
export type LlmMessage = z.infer<typeof messageSchema>;

const toolName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, 'must be letters, digits, _ and -');

/** The part of JSON Schema that a tool's parameters use here; other keywords are let through. */
export type JsonSchema = {
  type?: string | string[] | undefined;
  enum?: unknown[] | undefined;
  const?: unknown;
  anyOf?: JsonSchema[] | undefined;
  properties?: Record<string, JsonSchema> | undefined;
  required?: string[] | undefined;
  items?: unknown;
};
const jsonSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  z
    .looseObject({
      type: z.union([z.string(), z.array(z.string())]).optional(),
      enum: z.array(z.unknown()).min(1).optional(),
      anyOf: z.array(jsonSchema).min(1).optional(),
      properties: z.record(z.string(), jsonSchema).optional(),
      required: z.array(z.string()).optional(),
    })
    .refine((schema) => schema.type !== 'array' || schema.items !== undefined, 'array schema missing items')
    .refine(
      ({ required = [], properties = {} }) => required.every((name) => name in properties),
      'required names a property that is not there',
    ),
);

const toolSchema = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: toolName,
    description: z.string().optional(),
    strict: z.boolean().nullish(),
    parameters: jsonSchema.refine((schema) => schema.type === 'object', 'must have type "object"').optional(),
  }),
});
export type LlmTool = z.infer<typeof toolSchema>['function'];

const chatSchema = z.strictObject({
  model: z.string().min(1),
  messages: z.array(messageSchema).min(1),
  stream: z.boolean().default(false),
  stream_options: z.strictObject({ include_usage: z.boolean().optional() }).nullish(),
  // Empty too: that is what the LiveKit plugin sends for an agent without tools.
  tools: z.array(toolSchema).optional(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: toolName }) }),
    ])
    .optional(),
  parallel_tool_calls: z.boolean().optional(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  seed: z.int().nullish(),
  user: z.string().optional(),
  store: z.boolean().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  service_tier: z.string().nullish(),
  reasoning_effort: z.string().nullish(),
  response_format: z.looseObject({ type: z.string() }).optional(),
});
export type ChatRequest = z.infer<typeof chatSchema>;

/** Tool calls and their results must be pairs: each call is answered, directly after, and nothing else is. */
const pairingProblem = (messages: readonly LlmMessage[]): string | null => {
  let open = new Set<string>();
  for (const [i, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (!open.delete(message.tool_call_id)) {
        return `messages.${i}: role "tool" must answer a preceding message with "tool_calls"`;
      }
      continue;
    }
    if (open.size > 0) return `messages.${i}: tool calls without a result before it: ${[...open].join(', ')}`;
    if (message.role !== 'assistant') continue;
    if (message.content == null && !message.tool_calls)
      return `messages.${i}: neither content nor tool_calls`;
    open = new Set(message.tool_calls?.map((call) => call.id));
  }
  return open.size > 0 ? `messages: tool calls without a result: ${[...open].join(', ')}` : null;
};

const toolProblem = (request: ChatRequest): string | null => {
  const names = (request.tools ?? []).map((tool) => tool.function.name);
  if (new Set(names).size < names.length) return 'tools: two tools have the same name';
  if (request.tool_choice && names.length === 0)
    return "tool_choice: only allowed when 'tools' are specified";
  if (request.parallel_tool_calls !== undefined && names.length === 0) {
    return "parallel_tool_calls: only allowed when 'tools' are specified";
  }
  if (typeof request.tool_choice === 'object' && !names.includes(request.tool_choice.function.name)) {
    return `tool_choice: there is no tool ${request.tool_choice.function.name}`;
  }
  if (request.stream_options && !request.stream)
    return "stream_options: only allowed when 'stream' is enabled";
  return null;
};

export type CheckedChat = { status: 'ok'; request: ChatRequest } | { status: 'invalid'; reason: string };

/** Checks a chat completion request as OpenAI's API would. */
export const checkChat = (body: unknown): CheckedChat => {
  const parsed = chatSchema.safeParse(body);
  if (!parsed.success) return { status: 'invalid', reason: describeIssues(parsed.error) };
  const reason = pairingProblem(parsed.data.messages) ?? toolProblem(parsed.data);
  return reason === null ? { status: 'ok', request: parsed.data } : { status: 'invalid', reason };
};

/** OpenAI's error body. */
export const llmError = (message: string, type: string, code: string | null = null) => ({
  error: { message, type, param: null, code },
});

/** A message's content as plain text. */
export const textOf = (message: LlmMessage): string => {
  if (typeof message.content === 'string') return message.content;
  return (message.content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('\n');
};
