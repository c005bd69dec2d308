import type { GrantedPlaybook } from '@outdial/telephony';

/** The name under which the model asks for a call's own transfer target; it never sees the number. */
export const DEFAULT_TRANSFER_TARGET = 'default';

/** What one dispatch says itself; `null` where it leaves the word to the playbook. */
export type CallWords = {
  readonly greeting: string | null;
  readonly instructions: string | null;
  /** A `tel:`, `sip:` or `sips:` URI. */
  readonly transferTarget: string | null;
};

/** A playbook as one call uses it: its own words and transfer target come before those of the playbook. */
export const playbookForCall = (playbook: GrantedPlaybook, words: CallWords): GrantedPlaybook => ({
  ...playbook,
  greeting: words.greeting ?? playbook.greeting,
  instructions: words.instructions ?? playbook.instructions,
  transfer_targets:
    words.transferTarget === null
      ? playbook.transfer_targets
      : [
          { name: DEFAULT_TRANSFER_TARGET, description: null, uri: words.transferTarget },
          ...playbook.transfer_targets.filter((target) => target.name !== DEFAULT_TRANSFER_TARGET),
        ],
});
