import { llm } from '@livekit/agents';

const DESCRIPTION = `Puts the person's number on the do-not-call list. Use it whenever they ask not to be called again,
to be taken off a list, or to be left alone. Do not ask whether they are sure.`;

const DONE =
  'Done: the number is on the do-not-call list. Tell them in one sentence that they will not be called again, and say goodbye.';

/** The model's way to record that somebody wants no more calls. */
export const createOptOutTool = (options: { readonly optOut: () => void }) =>
  llm.tool({
    description: DESCRIPTION,
    execute: async () => {
      options.optOut();
      return DONE;
    },
  });
