import { type GrantedPlaybook, withTransferTarget } from '@outdial/telephony';

/** What one dispatch says itself; `null` where it leaves the word to the playbook. */
export type CallWords = {
  readonly greeting: string | null;
  readonly instructions: string | null;
  /** A `tel:`, `sip:` or `sips:` URI. */
  readonly transferTarget: string | null;
};

/** A playbook as one call uses it: its own words and transfer target come before those of the playbook. */
export const playbookForCall = (playbook: GrantedPlaybook, words: CallWords): GrantedPlaybook =>
  withTransferTarget(
    {
      ...playbook,
      greeting: words.greeting ?? playbook.greeting,
      instructions: words.instructions ?? playbook.instructions,
    },
    words.transferTarget,
  );
