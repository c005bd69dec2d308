import { DEFAULT_TRANSFER_TARGET, phoneKey, toTransferUri } from '@outdial/telephony';
import type { Call } from './call.ts';
import type { DispatchCommand } from './dispatch-command.ts';
import type { PlaybookChoice } from './playbook-choice.ts';

/** Where a call may be transferred to: a name, and a number, `tel:` or `sip:` URI. */
export type NamedTarget = { readonly name: string; readonly target: string };

/** The transfer targets of a call that was accepted. */
export const targetsOfCall = (call: Call): readonly NamedTarget[] => {
  if (call.grantedPlaybook !== null) {
    return call.grantedPlaybook.transfer_targets.map(({ name, uri }) => ({ name, target: uri }));
  }
  return call.transferTarget === null ? [] : [{ name: DEFAULT_TRANSFER_TARGET, target: call.transferTarget }];
};

/** The transfer targets that a request would give its call. */
export const targetsAsked = (command: DispatchCommand, choice: PlaybookChoice): readonly NamedTarget[] => [
  ...(command.transfer_target === undefined
    ? []
    : [{ name: DEFAULT_TRANSFER_TARGET, target: command.transfer_target }]),
  ...(choice.status === 'chosen' ? choice.playbook.transfer_targets : []),
];

/** The phones behind targets, each spelling of one the same. A target that cannot be read is another rail's matter. */
export const phonesOf = (
  targets: readonly NamedTarget[],
  defaultCountry: string,
): readonly { readonly name: string; readonly phone: string }[] =>
  targets.flatMap(({ name, target }) => {
    const read = toTransferUri(target, { defaultCountry });
    return read.status === 'invalid' ? [] : [{ name, phone: phoneKey(read) }];
  });

/** How sentences name a transfer target. */
export const targetInWords = (name: string): string =>
  name === DEFAULT_TRANSFER_TARGET ? 'The transfer target' : `The transfer target ${name}`;
