import { llm } from '@livekit/agents';
import { TOOL_WORDS } from '@outdial/playbooks';

/** The model's way to hang up; `end` says goodbye and ends the call. */
export const createEndCallTool = (options: { readonly end: () => Promise<void> }) =>
  llm.tool({
    description: TOOL_WORDS.end_call,
    execute: async (_arguments, { ctx }) => {
      await ctx.waitForPlayout();
      await options.end();
    },
  });
