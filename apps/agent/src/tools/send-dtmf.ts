import { llm } from '@livekit/agents';
import { TOOL_WORDS } from '@outdial/playbooks';
import { z } from 'zod';

/** Digits, `*` and `#`; `w` waits half a second. */
const KEYS = /^[0-9*#w]{1,24}$/;

/** The model's way through a menu; `send` presses one key after the other. */
export const createSendDtmfTool = (options: { readonly send: (keys: string) => Promise<void> }) =>
  llm.tool({
    description: TOOL_WORDS.send_dtmf,
    parameters: z.object({
      keys: z.string().describe('The keys in order: 0-9, * and #; w waits half a second'),
    }),
    execute: async ({ keys }, { ctx }) => {
      if (!KEYS.test(keys)) return 'These are no keys. Give up to 24 of 0-9, *, # and w.';
      await ctx.waitForPlayout();
      await options.send(keys);
      // Without an output the model is not asked for more words: the menu speaks next.
      return undefined;
    },
  });
