import { checkDialPolicy } from '@outdial/telephony';
import type { Call } from './call.ts';
import type { DialSettings } from './guard-rails.ts';
import { checkTransferTarget } from './transfer-check.ts';
import { targetInWords, targetsOfCall } from './transfer-numbers.ts';

/**
 * The door's checks once more, just before a dispatch: what may be dialled can have changed since the
 * call was accepted, by a restart with other settings most of all. Null: it may be dialled.
 */
export const recheckCall = (call: Call, settings: DialSettings): string | null => {
  const dial = checkDialPolicy({ destination: call.destination, callerId: call.callerId }, settings.policy);
  if (dial.status === 'refused') return dial.reason;
  for (const { name, target } of targetsOfCall(call)) {
    const check = checkTransferTarget(target, settings);
    if (check.status === 'refused') return `${targetInWords(name)}: ${check.reason}`;
  }
  return null;
};
