const SPEAKS_OF_RECORDING = /\brecord(ed|ing|ings)?\b/i;
const REFUSES = /\b(no|not|don['’]?t|do not|stop|never|without|object|refuse|rather not)\b/i;
const PLAIN_NO =
  /^\s*(oh |um+ |uh+ )?[,.]?\s*(no(?! one\b)|nope|nah|i (do not|don['’]?t) (agree|consent|want that))\b/i;
const NO_OBJECTION = /\b(no (problem|worries|objections?)|(do not|don['’]?t) mind)\b/i;

/**
 * Whether these words of the callee refuse the recording: any that speak of it and refuse, and a plain no as
 * the first answer to notice and greeting. English only: in other languages the model has `stop_recording`.
 * It errs towards stopping.
 */
export const refusesRecording = (text: string, isFirstAnswer: boolean): boolean => {
  if (NO_OBJECTION.test(text)) return false;
  return (SPEAKS_OF_RECORDING.test(text) && REFUSES.test(text)) || (isFirstAnswer && PLAIN_NO.test(text));
};
