import { llm } from '@livekit/agents';
import { TOOL_WORDS } from '@outdial/playbooks';

const LISTED =
  'Done: the number is on the do-not-call list. Tell them in one sentence that they will not be called again, and say goodbye.';
const NOTED =
  'Noted for the operator; there is no do-not-call list here. Tell them in one sentence that you have noted it, promise no more than that, and say goodbye.';

/** The model's way to record that somebody wants no more calls; `isListed`: there is a list that they come onto. */
export const createOptOutTool = (options: { readonly optOut: () => void; readonly isListed: boolean }) =>
  llm.tool({
    description: TOOL_WORDS.opt_out,
    execute: async () => {
      options.optOut();
      return options.isListed ? LISTED : NOTED;
    },
  });
