import type { GrantedPlaybook } from '@outdial/telephony';
import type { Transfers } from '../transfer/transfers.ts';
import { createEndCallTool } from './end-call.ts';
import type { EndGuard } from './end-guard.ts';
import { createOptOutTool } from './opt-out.ts';
import { createSendDtmfTool } from './send-dtmf.ts';
import type { ToolSet } from './tool-budget.ts';
import { createTransferCallTool } from './transfer-call.ts';

/** What the tools do with the conversation that uses them. */
export type Talk = {
  optOut(): void;
  press(keys: string): Promise<void>;
  during<T>(work: () => Promise<T>): Promise<T>;
};

/** The tools of one call: what its playbook lists, as far as the call can do it, and the opt-out, which nobody can take away. */
export const createCallTools = (options: {
  readonly playbook: Pick<GrantedPlaybook, 'tools'>;
  readonly transfers: Pick<Transfers, 'targets' | 'transfer' | 'bridged'>;
  /** Asked when a tool is used: the conversation is made with its tools. */
  readonly talk: () => Talk;
  /** Whether an opt-out comes onto a do-not-call list. */
  readonly optOutIsListed: boolean;
  readonly guard: EndGuard;
  readonly farewell: () => Promise<void>;
  readonly hangUp: () => void;
}): ToolSet => {
  const { playbook, transfers, talk, guard } = options;
  const [first, ...rest] = transfers.targets;
  const transfer: Transfers['transfer'] = (targetName) => guard.during(() => transfers.transfer(targetName));
  // Models like to use both at once; hanging up then would cut the callee off while the target rings.
  const end_call = createEndCallTool({
    farewell: options.farewell,
    hangUp: options.hangUp,
    // Two people who talk with each other already are not the model's to hang up on.
    mayEnd: () => guard.mayEnd() && !transfers.bridged(),
  });

  return {
    opt_out: createOptOutTool({ optOut: () => talk().optOut(), isListed: options.optOutIsListed }),
    ...(playbook.tools.includes('send_dtmf')
      ? { send_dtmf: createSendDtmfTool({ send: (keys) => talk().press(keys) }) }
      : {}),
    ...(playbook.tools.includes('end_call') ? { end_call } : {}),
    ...(playbook.tools.includes('transfer_call') && first !== undefined
      ? { transfer_call: createTransferCallTool({ targets: [first, ...rest], transfer }) }
      : {}),
  };
};
