import { checkDialPolicy, checkTransferPolicy, toTransferUri } from '@outdial/telephony';
import type { Call } from './call.ts';
import type { DialSettings } from './guard-rails.ts';

/**
 * The door's checks once more, just before a dispatch: what may be dialled can have changed since the
 * call was accepted, by a restart with other settings most of all. Null: it may be dialled.
 */
export const recheckCall = (call: Call, settings: DialSettings): string | null => {
  const dial = checkDialPolicy({ destination: call.destination, callerId: call.callerId }, settings.policy);
  if (dial.status === 'refused') return dial.reason;
  if (call.transferTarget === null) return null;
  const target = toTransferUri(call.transferTarget, {
    defaultCountry: settings.policy.defaultCountry,
    allowedHosts: settings.transferHosts,
  });
  if (target.status === 'invalid') return `The transfer target: ${target.reason}`;
  const transfer = checkTransferPolicy(target, settings.policy);
  return transfer.status === 'refused' ? `The transfer target: ${transfer.reason}` : null;
};
