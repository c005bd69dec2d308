import type { GrantedPlaybook } from '@outdial/telephony';
import type { Transfers } from '../transfer/transfers.ts';
import { createEndCallTool } from './end-call.ts';
import type { ToolSet } from './tool-budget.ts';
import { createTransferCallTool } from './transfer-call.ts';

/** The tools of one call: what its playbook lists, as far as the call can do it. */
export const createCallTools = (options: {
  readonly playbook: Pick<GrantedPlaybook, 'tools'>;
  readonly transfers: Pick<Transfers, 'targets' | 'transfer'>;
  /** Says goodbye and ends the call. */
  readonly endCall: () => Promise<void>;
}): ToolSet => {
  const { playbook, transfers } = options;
  const [first, ...rest] = transfers.targets;
  let transferring = false;

  const transfer: Transfers['transfer'] = async (targetName) => {
    if (transferring) return transfers.transfer(targetName);
    transferring = true;
    try {
      return await transfers.transfer(targetName);
    } finally {
      transferring = false;
    }
  };
  // Models like to use both at once; hanging up then would cut the callee off while the target rings.
  const end_call = createEndCallTool({ end: options.endCall, mayEnd: () => !transferring });

  return {
    ...(playbook.tools.includes('end_call') ? { end_call } : {}),
    ...(playbook.tools.includes('transfer_call') && first !== undefined
      ? { transfer_call: createTransferCallTool({ targets: [first, ...rest], transfer }) }
      : {}),
  };
};
