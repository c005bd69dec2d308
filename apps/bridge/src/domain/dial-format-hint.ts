import type { CallOutcome, EndReason } from '@outdial/telephony';

/** After this many calls in a row whose number does not exist it is hardly the numbers that are wrong. */
export const SUSPICIOUS_RUN = 5;

const HINT =
  'The last five calls of this trunk all ended so: the carrier may want numbers in another form; see SIP_DIAL_FORMAT.';

/** An outcome that names `SIP_DIAL_FORMAT` when it is the fifth `invalid_number` in a row; `before`: the ends before it, newest first. */
export const withDialFormatHint = (outcome: CallOutcome, before: readonly EndReason[]): CallOutcome => {
  const run = [outcome.end_reason, ...before].slice(0, SUSPICIOUS_RUN);
  return run.length === SUSPICIOUS_RUN && run.every((reason) => reason === 'invalid_number')
    ? { ...outcome, message: `${outcome.message} ${HINT}` }
    : outcome;
};
