import type { llm } from '@livekit/agents';

/** Tools by the name under which the model knows them. */
export type ToolSet = Exclude<llm.ToolContextLike, readonly unknown[] | llm.ToolContext>;

/** What ends the call or protects the callee is never refused, however often it was used. */
const ALWAYS: ReadonlySet<string> = new Set(['end_call', 'opt_out', 'stop_recording']);

/** A menu takes a few steps; whatever else was tried so often will not work the next time either. */
const USES_OF_ONE: Readonly<Record<string, number>> = { send_dtmf: 12 };
const USES_OF_ONE_ELSE = 5;
const USES_OF_ALL = 15;

const refusal = (name: string, limit: string): string =>
  `Not done: ${limit} in this call. Do not use ${name} again. Say that you cannot do it, and go on without it.`;

/**
 * Gives each tool, and all of them together, a number of uses in one call; beyond it nothing is done, and the
 * model is told so. agents-js itself only limits the steps of one turn (`maxToolSteps`).
 */
export const withBudget = (tools: ToolSet): ToolSet => {
  const uses = new Map<string, number>();
  let usesOfAll = 0;

  /** Counts one use; why it is one too many, or `null`. */
  const count = (name: string): string | null => {
    const limit = USES_OF_ONE[name] ?? USES_OF_ONE_ELSE;
    const used = uses.get(name) ?? 0;
    if (used >= limit) return refusal(name, `it was used ${limit} times`);
    if (usesOfAll >= USES_OF_ALL) return refusal(name, `tools were used ${USES_OF_ALL} times`);
    uses.set(name, used + 1);
    usesOfAll += 1;
    return null;
  };

  const limit = (name: string, tool: ToolSet[string]): ToolSet[string] => {
    if (ALWAYS.has(name)) return tool;
    return { ...tool, execute: async (args, options) => count(name) ?? tool.execute(args, options) };
  };
  return Object.fromEntries(Object.entries(tools).map(([name, tool]) => [name, limit(name, tool)]));
};
