import { llm } from '@livekit/agents';
import { TOOL_WORDS } from '@outdial/playbooks';

/**
 * The model's way to hang up; `end` says goodbye and ends the call, once however often the tool is used.
 * While `mayEnd` says no, a transfer is running and the call goes on.
 */
export const createEndCallTool = (options: {
  readonly end: () => Promise<void>;
  readonly mayEnd: () => boolean;
}) => {
  let ending: Promise<void> | null = null;
  return llm.tool({
    description: TOOL_WORDS.end_call,
    execute: async (_arguments, { ctx }) => {
      await ctx.waitForPlayout();
      if (!options.mayEnd()) return 'The call is being transferred and goes on. Do not end it.';
      ending ??= options.end();
      await ending;
      return undefined;
    },
  });
};
