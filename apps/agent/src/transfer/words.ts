import type { EndReason } from '@outdial/telephony';
import type { LegGrant } from '../ports.ts';
import type { TransferAnswer } from '../tools/transfer-call.ts';

/** Why nobody answered, or nobody was dialled. */
export type Why = EndReason | Extract<LegGrant, { status: 'refused' }>['reason'] | 'refused';

/** What the model is told when nobody knows how a transfer went, or when none may be tried. */
export const TOLD = {
  unknown:
    'Nobody knows whether the transfer works. Say so, do not try it again, and offer to take a message.',
  mayRing: 'A transfer was tried and may still ring. Do not try another.',
  tried:
    'A transfer to their phone was tried in this call already, and each phone is tried only once, so that it does not ring again and again. Say so, and offer to take a message, or to help yourself.',
} as const;

const REASONS: Partial<Record<Why, string>> = {
  busy: 'their line is busy',
  declined: 'they do not take the call now',
  unavailable: 'they cannot be reached now',
  no_answer: 'nobody answered',
  invalid_number: 'their number does not work',
  refused: 'it was refused',
  full: 'all of our lines are in use',
  later: 'all of our lines are in use',
  taken: 'they were tried in this call before',
};

/** The answer to the model after a failure: why, in words that it can say, and what to do next. */
export const failed = (why: Why): TransferAnswer => ({
  status: 'failed',
  tell: `The transfer failed: ${REASONS[why] ?? 'it is not possible now'}. Say so, and go on: offer to take a message, or to help yourself.`,
});
