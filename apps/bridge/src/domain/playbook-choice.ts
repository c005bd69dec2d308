import type { GrantedPlaybook } from '@outdial/telephony';

/** A playbook with a call's variables filled in; its named targets are not checked yet. */
export type ChosenPlaybook = Omit<GrantedPlaybook, 'transfer_targets'> & {
  readonly transfer_targets: readonly {
    readonly name: string;
    readonly description: string | null;
    /** A number, `tel:` or `sip:` URI, as it was written. */
    readonly target: string;
  }[];
  /** How long its calls may last; `null`: what the operator allows. */
  readonly max_call_seconds: number | null;
};

/** Why a playbook cannot be used for a request. */
export type PlaybookRefusal =
  | 'playbook_not_found'
  | 'playbook_broken'
  | 'variables_missing'
  | 'variables_unknown'
  | 'variables_invalid';

/** The playbook of a request, or why there is none; `field` is what is wrong in the request. */
export type PlaybookChoice =
  | { readonly status: 'chosen'; readonly playbook: ChosenPlaybook }
  | {
      readonly status: 'refused';
      readonly code: PlaybookRefusal;
      readonly field: 'playbook' | 'variables' | 'greeting' | 'instructions';
      readonly detail: string;
    };
