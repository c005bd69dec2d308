import { isMachineOnly } from '../talk/signs.ts';

const SPEAKS_OF_RECORDING = /\brecord(ed|ing|ings)?\b/i;
const REFUSES = /\b(no|not|don['’]?t|do not|stop|never|without|object|refuse|rather not)\b/i;
const PLAIN_NO =
  /^\s*(oh |um+ |uh+ )?[,.]?\s*(no(?! one\b)|nope|nah|i (do not|don['’]?t) (agree|consent|want that))\b/i;
const NO_OBJECTION = /\b(no (problem|worries|objections?)|(do not|don['’]?t) mind)\b/gi;

/** What a voicemail or a screening service wants recorded. */
const ASKED_FOR = /\brecord (your|a) (\w+ )?(message|name)\b/gi;

/**
 * Whether these words of the callee refuse the recording: any that speak of it and refuse, and a plain no as
 * the first answer to notice and greeting. English only: in other languages the model has `stop_recording`.
 * It errs towards stopping.
 */
export const refusesRecording = (text: string, isFirstAnswer: boolean): boolean => {
  if (isMachineOnly(text)) return false;
  const rest = text.replace(NO_OBJECTION, ' ').replace(ASKED_FOR, ' ');
  return (SPEAKS_OF_RECORDING.test(rest) && REFUSES.test(rest)) || (isFirstAnswer && PLAIN_NO.test(rest));
};
