import type { GrantedPlaybook } from '@outdial/telephony';
import type { Conversation } from '../conversation.ts';
import type { Transfers } from '../transfer/transfers.ts';
import { createEndCallTool } from './end-call.ts';
import { createOptOutTool } from './opt-out.ts';
import { createSendDtmfTool } from './send-dtmf.ts';
import type { ToolSet } from './tool-budget.ts';
import { createTransferCallTool } from './transfer-call.ts';

/** The tools of one call: what its playbook lists, and the opt-out, which nobody can take away. */
export const createCallTools = (options: {
  readonly playbook: Pick<GrantedPlaybook, 'tools'>;
  readonly transfers: Pick<Transfers, 'targets' | 'transfer'>;
  readonly talk: () => Pick<Conversation, 'optOut' | 'press' | 'during'>;
  /** Says goodbye and ends the call. */
  readonly endCall: () => Promise<void>;
}): ToolSet => {
  const { playbook, transfers, talk } = options;
  const has = (name: GrantedPlaybook['tools'][number]) => playbook.tools.includes(name);
  const [first, ...rest] = transfers.targets;
  let transferring = 0;

  const transfer: Transfers['transfer'] = async (targetName) => {
    transferring += 1;
    try {
      return await talk().during(() => transfers.transfer(targetName));
    } finally {
      transferring -= 1;
    }
  };
  // Models like to use both at once; hanging up then would cut the callee off while the target rings.
  const mayEnd = () => transferring === 0;

  return {
    opt_out: createOptOutTool({ optOut: () => talk().optOut() }),
    ...(has('end_call') ? { end_call: createEndCallTool({ end: options.endCall, mayEnd }) } : {}),
    ...(has('send_dtmf') ? { send_dtmf: createSendDtmfTool({ send: (keys) => talk().press(keys) }) } : {}),
    ...(has('transfer_call') && first !== undefined
      ? { transfer_call: createTransferCallTool({ targets: [first, ...rest], transfer }) }
      : {}),
  };
};
