import { checkDialPolicy, DEFAULT_TRANSFER_TARGET } from '@outdial/telephony';
import type { Call } from './call.ts';
import type { DialSettings } from './guard-rails.ts';
import { checkTransferTarget } from './transfer-check.ts';

const targetsOf = (call: Call): readonly { readonly name: string; readonly uri: string }[] => {
  if (call.grantedPlaybook !== null) return call.grantedPlaybook.transfer_targets;
  return call.transferTarget === null ? [] : [{ name: DEFAULT_TRANSFER_TARGET, uri: call.transferTarget }];
};

/**
 * The door's checks once more, just before a dispatch: what may be dialled can have changed since the
 * call was accepted, by a restart with other settings most of all. Null: it may be dialled.
 */
export const recheckCall = (call: Call, settings: DialSettings): string | null => {
  const dial = checkDialPolicy({ destination: call.destination, callerId: call.callerId }, settings.policy);
  if (dial.status === 'refused') return dial.reason;
  for (const { name, uri } of targetsOf(call)) {
    const check = checkTransferTarget(uri, settings);
    if (check.status === 'allowed') continue;
    const which = name === DEFAULT_TRANSFER_TARGET ? 'The transfer target' : `The transfer target ${name}`;
    return `${which}: ${check.reason}`;
  }
  return null;
};
