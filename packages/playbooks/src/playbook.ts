import type { GrantedPlaybook } from '@outdial/telephony';
import type { DeclaredVariable } from './variables.ts';

/** Somebody a playbook may transfer to. */
export type PlaybookTarget = {
  readonly name: string;
  /** When to choose it, in words for the model. */
  readonly description: string | null;
  /** A number, `tel:` or `sip:` URI, as it was written; not checked against any rail. */
  readonly target: string;
};

/** A playbook as its file says it: `{{variables}}` stand unfilled in its texts. */
export type Playbook = Omit<GrantedPlaybook, 'transfer_targets'> & {
  /** What it is for, in words for people. */
  readonly description: string | null;
  readonly transfer_targets: readonly PlaybookTarget[];
  /** How long its calls may last; `null`: what the operator allows. */
  readonly max_call_seconds: number | null;
  readonly variables: readonly DeclaredVariable[];
};

/** A playbook with its variables filled in, its targets still as they were written. */
export type FilledPlaybook = Omit<Playbook, 'description' | 'variables'>;
