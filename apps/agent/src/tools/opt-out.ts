import { llm } from '@livekit/agents';
import { TOOL_WORDS } from '@outdial/playbooks';

const DONE =
  'Done: the number is on the do-not-call list. Tell them in one sentence that they will not be called again, and say goodbye.';

/** The model's way to record that somebody wants no more calls. */
export const createOptOutTool = (options: { readonly optOut: () => void }) =>
  llm.tool({
    description: TOOL_WORDS.opt_out,
    execute: async () => {
      options.optOut();
      return DONE;
    },
  });
