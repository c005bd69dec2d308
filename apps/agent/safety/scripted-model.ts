import { initializeLogger, llm, voice } from '@livekit/agents';
import { instructionsFor } from '@outdial/playbooks';
import { type ToolSet, withBudget } from '../src/tools/tool-budget.ts';
import { testCall } from '../test/call.ts';

type Chat = Parameters<voice.testing.FakeLLM['chat']>[0];

/** Name, description and schema of each tool, as a provider is told them. */
const toolsOf = ({ toolCtx }: Chat) =>
  Object.entries(llm.toToolContext(toolCtx ?? {}).functionTools).map(([name, tool]) => ({
    name,
    description: tool.description,
    parameters: llm.toJsonSchema(tool.parameters),
  }));

/** The scripted model of agents-js, which also keeps what it was sent. */
export class ScriptedModel extends voice.testing.FakeLLM {
  /** Each request: the messages, and the tools with their schemas, as text; the names of the tools. */
  readonly requests: {
    readonly context: string;
    readonly tools: string;
    readonly names: readonly string[];
    readonly chat: Chat;
  }[] = [];

  override chat(chat: Chat) {
    const context = JSON.stringify(chat.chatCtx.toJSON({ excludeTimestamp: true }));
    const tools = toolsOf(chat);
    const names = tools.map(({ name }) => name);
    this.requests.push({ context, tools: JSON.stringify(tools), names, chat });
    return super.chat(chat);
  }
}

/** A model that answers each of these words by using one tool, whatever it was told. */
export const modelThatCalls = (
  calls: Readonly<
    Record<string, readonly { readonly name: string; readonly args: Record<string, unknown> }[]>
  >,
): ScriptedModel =>
  new ScriptedModel(
    Object.entries(calls).map(([input, toolCalls]) => ({ input, content: '', toolCalls: [...toolCalls] })),
  );

/** A conversation in text with the rules, tools and budget of a call, without room, ears and voice. */
export const converse = async (options: {
  readonly model: ScriptedModel;
  readonly tools: ToolSet;
  readonly instructions?: string;
}) => {
  initializeLogger({ pretty: false, level: 'silent' });
  const { playbook } = testCall();
  const instructions = instructionsFor({
    ...playbook,
    instructions: options.instructions ?? playbook.instructions,
  });
  const session = new voice.AgentSession({ llm: options.model });
  const agent = new voice.Agent({ instructions, tools: withBudget(options.tools) });
  await session.start({ agent });
  return {
    instructions,
    /** One turn of the callee, until the agent is done with it. */
    hear: (userInput: string) => session.run({ userInput }).wait(),
    /** It takes half a second, and nothing waits for it. */
    close: () => void session.close().catch(() => {}),
  };
};

/** What tools answered the model in a turn, in order; agents-js quotes all but errors. */
export const outputsOf = (turn: voice.testing.RunResult): readonly string[] =>
  turn.events.flatMap((event) => {
    if (event.type !== 'function_call_output') return [];
    const { output, isError } = event.item;
    return [isError || output === '' ? output : String(JSON.parse(output))];
  });
