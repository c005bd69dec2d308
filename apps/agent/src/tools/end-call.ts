import { llm } from '@livekit/agents';
import { TOOL_WORDS } from '@outdial/playbooks';

const GOES_ON = 'The call is being transferred and goes on. Do not end it.';

/**
 * The model's way to hang up, after a `farewell` that is said once however often the tool is used. While `mayEnd`
 * says no, a transfer is running and the call goes on: one may begin while the farewell is said.
 */
export const createEndCallTool = (options: {
  readonly farewell: () => Promise<void>;
  readonly hangUp: () => void;
  readonly mayEnd: () => boolean;
}) => {
  let farewell: Promise<void> | null = null;
  return llm.tool({
    description: TOOL_WORDS.end_call,
    execute: async (_arguments, { ctx }) => {
      await ctx.waitForPlayout();
      if (!options.mayEnd()) return GOES_ON;
      farewell ??= options.farewell();
      await farewell;
      if (!options.mayEnd()) {
        farewell = null;
        return GOES_ON;
      }
      options.hangUp();
      return undefined;
    },
  });
};
