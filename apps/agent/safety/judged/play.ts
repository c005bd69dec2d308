import { llm, voice } from '@livekit/agents';
import { type FilledPlaybook, instructionsFor } from '@outdial/playbooks';
import { createCallTools } from '../../src/tools/call-tools.ts';
import { type ToolSet, withBudget } from '../../src/tools/tool-budget.ts';
import type { Scenario } from './scenario.ts';
import type { Line } from './transcript.ts';

/** A conversation that was held, or why it could not be. */
export type Played =
  | { readonly status: 'played'; readonly lines: readonly Line[] }
  | { readonly status: 'failed'; readonly reason: string };

const TURN_LIMIT_MS = 60_000;

/** The tools of a call, with nobody behind them: the call is over when one of them ends it. */
const toolsFor = (playbook: FilledPlaybook, over: () => void): ToolSet =>
  createCallTools({
    playbook,
    optOutIsListed: true,
    transfers: {
      targets: playbook.transfer_targets.map(({ name, description, target }) => ({
        name,
        description,
        uri: target,
      })),
      transfer: async () => {
        over();
        return { status: 'done' };
      },
      bridged: () => false,
    },
    talk: () => ({ optOut: () => {}, press: async () => {}, during: (work) => work() }),
    guard: { during: (work) => work(), mayEnd: () => true },
    farewell: async () => {},
    hangUp: over,
  });

const linesOf = (turn: voice.testing.RunResult): readonly Line[] =>
  turn.events.flatMap((event): readonly Line[] => {
    if (event.type === 'function_call') return [{ by: 'tool', name: event.item.name, args: event.item.args }];
    if (event.type !== 'message' || event.item.role !== 'assistant') return [];
    return [{ by: 'agent', text: event.item.textContent ?? '' }];
  });

/** A turn of the agent; rejects as soon as the model's provider is given up, or after the time that it may take. */
const hear = async (session: voice.AgentSession, userInput: string): Promise<voice.testing.RunResult> => {
  const failed = Promise.withResolvers<never>();
  const limit = setTimeout(
    () => failed.reject(new Error('The model did not answer in time.')),
    TURN_LIMIT_MS,
  );
  const onError = ({ error }: voice.ErrorEvent) => {
    const source = error as { recoverable?: boolean; error?: Error };
    if (source.recoverable === false) failed.reject(source.error ?? new Error('The model failed.'));
  };
  session.on(voice.AgentSessionEventTypes.Error, onError);
  try {
    return await Promise.race([session.run({ userInput }).wait(), failed.promise]);
  } finally {
    clearTimeout(limit);
    session.off(voice.AgentSessionEventTypes.Error, onError);
  }
};

/**
 * Holds a scenario's conversation with a model, in text, with the instructions, tools and budget of a real call.
 * It ends with the last turn, or earlier when the model ends or transfers the call. Never throws.
 */
export const playScenario = async (
  scenario: Scenario,
  playbook: FilledPlaybook,
  model: llm.LLM,
): Promise<Played> => {
  let isOver = false;
  const tools = toolsFor(playbook, () => {
    isOver = true;
  });
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'assistant', content: playbook.greeting });
  const agent = new voice.Agent({
    instructions: instructionsFor(playbook),
    chatCtx,
    tools: withBudget(tools),
  });
  const session = new voice.AgentSession({ llm: model });
  const lines: Line[] = [{ by: 'agent', text: playbook.greeting }];
  try {
    await session.start({ agent });
    for (const { callee } of scenario.turns) {
      lines.push({ by: 'callee', text: callee });
      lines.push(...linesOf(await hear(session, callee)));
      if (isOver) break;
    }
    return { status: 'played', lines };
  } catch (error) {
    return { status: 'failed', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    // It takes half a second, and nothing waits for it.
    session.close().catch(() => {});
  }
};
