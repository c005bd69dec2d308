import { checkTransferPolicy, type DialRefusal, toTransferUri } from '@outdial/telephony';
import type { DialSettings } from './guard-rails.ts';

/** Where a call may be transferred to, or why not. */
export type TransferCheck =
  | { readonly status: 'allowed'; readonly uri: string }
  | {
      readonly status: 'refused';
      readonly code: DialRefusal['code'] | 'invalid_transfer_target';
      readonly reason: string;
    };

/** The rails for one transfer target: a number, `tel:` or `sip:` URI. */
export const checkTransferTarget = (
  target: string,
  settings: Pick<DialSettings, 'policy' | 'transferHosts'>,
): TransferCheck => {
  const read = toTransferUri(target, {
    defaultCountry: settings.policy.defaultCountry,
    allowedHosts: settings.transferHosts,
  });
  if (read.status === 'invalid') {
    return { status: 'refused', code: 'invalid_transfer_target', reason: read.reason };
  }
  const verdict = checkTransferPolicy(read, settings.policy);
  return verdict.status === 'refused' ? verdict : { status: 'allowed', uri: read.uri };
};
