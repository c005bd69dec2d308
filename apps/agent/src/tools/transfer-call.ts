import { llm } from '@livekit/agents';
import { describeTargets, TOOL_WORDS } from '@outdial/playbooks';
import type { TransferTarget } from '@outdial/telephony';
import { z } from 'zod';

/** What came of a transfer, in words for the model; `done` needs no more words. */
export type TransferAnswer =
  | { readonly status: 'done' }
  | { readonly status: 'failed'; readonly tell: string };

type Target = Pick<TransferTarget, 'name' | 'description'>;

/**
 * The model's way to transfer: it picks a named target and never supplies a number, so that no
 * word spoken on the phone can choose who is called.
 */
export const createTransferCallTool = (options: {
  readonly targets: readonly [Target, ...Target[]];
  readonly transfer: (targetName: string) => Promise<TransferAnswer>;
}) =>
  llm.tool({
    description: TOOL_WORDS.transfer_call,
    parameters: z.object({
      target_name: z.enum(options.targets.map(({ name }) => name)).describe(describeTargets(options.targets)),
    }),
    execute: async ({ target_name }, { ctx }) => {
      await ctx.waitForPlayout();
      const answer = await options.transfer(target_name);
      // Without an output the model is not asked for more words: the call is over.
      return answer.status === 'done' ? undefined : answer.tell;
    },
  });
