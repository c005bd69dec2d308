import { type ChatRequest, type JsonSchema, type LlmTool, textOf } from './llm-protocol.ts';
import { reportCall } from './llm-report.ts';

export type LlmCall = { name: string; arguments: Record<string, unknown> };

/** What the model answers: a sentence, or text and tool calls. */
export type LlmReply = string | { text?: string; calls?: LlmCall[] };

/** What a rule may look at. */
export type LlmTurn = {
  /** The last thing the user said, '' if nothing yet. */
  user: string;
  /** The result of a tool, when that is what the model is asked to go on from. */
  toolResult: { name: string; output: string } | null;
  tools: readonly LlmTool[];
  request: ChatRequest;
};

/** The first rule that fits answers. `on` is what the model is asked to react to, `match` is tried on its text. */
export type LlmRule = {
  on: 'user' | 'tool';
  match: RegExp;
  reply: LlmReply | ((turn: LlmTurn) => LlmReply);
};

const FALLBACK = 'Thank you. Is there anything else I can do for you?';

const choicesOf = (schema: JsonSchema): unknown[] => {
  if (schema.enum) return schema.enum;
  if (schema.const !== undefined) return [schema.const];
  return (schema.anyOf ?? []).flatMap(choicesOf);
};

const valueFor = (schema: JsonSchema, text: string): unknown => {
  const choices = choicesOf(schema);
  if (choices.length > 0) {
    const said = text.toLowerCase();
    // "front_desk" is said as "front desk".
    const named = choices.find((choice) =>
      said.includes(String(choice).toLowerCase().replace(/[_-]+/g, ' ')),
    );
    return named ?? choices[0];
  }
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'number' || type === 'integer') return 1;
  if (type === 'boolean') return true;
  if (type === 'array') return [];
  if (type === 'object') return argumentsFor(schema, text);
  return text;
};

/** Arguments that a tool's schema allows; of a choice the first value that `text` names, else the first one. */
export const argumentsFor = (schema: JsonSchema | undefined, text: string): Record<string, unknown> => {
  const properties = schema?.properties ?? {};
  const names = (schema?.required ?? []).filter((name) => name in properties);
  return Object.fromEntries(names.map((name) => [name, valueFor(properties[name] ?? {}, text)]));
};

/** A reply that calls the tool `name` with arguments that suit what the user said, or says `otherwise`. */
export const callTool =
  (name: string, otherwise: string) =>
  ({ tools, user }: LlmTurn): LlmReply => {
    const tool = tools.find((offered) => offered.name === name);
    return tool ? { calls: [{ name, arguments: argumentsFor(tool.parameters, user) }] } : otherwise;
  };

/** What the lab's model does unless a test gives it another script. */
export const DEFAULT_SCRIPT: readonly LlmRule[] = [
  {
    on: 'tool',
    match: /error|fail|unknown|refused|could not/i,
    reply: 'I am sorry, that did not work. Can I help you with something else?',
  },
  { on: 'tool', match: /(?:)/, reply: 'One moment please.' },
  { on: 'user', match: /^<transcript>/, reply: reportCall },
  {
    on: 'user',
    match: /transfer|put me through/i,
    reply: callTool('transfer_call', 'I am sorry, I cannot transfer this call.'),
  },
  { on: 'user', match: /\b(good)?bye\b/i, reply: callTool('end_call', 'Goodbye.') },
  { on: 'user', match: /\?/, reply: 'That is a good question. I will find out for you.' },
  { on: 'user', match: /^$/, reply: 'Hello. How can I help you?' },
  { on: 'user', match: /(?:)/, reply: FALLBACK },
];

/** The conversation as rules see it. */
export const turnOf = (request: ChatRequest): LlmTurn => {
  const { messages } = request;
  const user = messages.findLast((message) => message.role === 'user');
  const last = messages.findLast((message) => message.role !== 'system' && message.role !== 'developer');
  const calls = messages.flatMap((message) =>
    message.role === 'assistant' ? (message.tool_calls ?? []) : [],
  );
  const name =
    last?.role === 'tool'
      ? calls.findLast((call) => call.id === last.tool_call_id)?.function.name
      : undefined;
  return {
    user: user ? textOf(user) : '',
    toolResult: last?.role === 'tool' ? { name: name ?? '', output: textOf(last) } : null,
    tools: (request.tools ?? []).map((tool) => tool.function),
    request,
  };
};

/** The answer by the script; `tool_choice` is obeyed whatever the script says. */
export const answer = (
  script: readonly LlmRule[],
  request: ChatRequest,
): { text: string; calls: LlmCall[] } => {
  const turn = turnOf(request);
  const asked = turn.toolResult ? turn.toolResult.output : turn.user;
  const on = turn.toolResult ? 'tool' : 'user';
  const rule = script.find((candidate) => candidate.on === on && candidate.match.test(asked));
  const reply = typeof rule?.reply === 'function' ? rule.reply(turn) : (rule?.reply ?? FALLBACK);
  const { text = '', calls = [] } = typeof reply === 'string' ? { text: reply } : reply;

  const choice = request.tool_choice;
  if (choice === 'none') return { text: text || FALLBACK, calls: [] };
  const forced =
    typeof choice === 'object'
      ? turn.tools.find((tool) => tool.name === choice.function.name)
      : choice === 'required' && calls.length === 0
        ? turn.tools[0]
        : undefined;
  if (!forced) return { text, calls };
  const chosen = calls.filter((call) => call.name === forced.name);
  const made = { name: forced.name, arguments: argumentsFor(forced.parameters, turn.user) };
  return { text: '', calls: chosen.length > 0 ? chosen : [made] };
};
