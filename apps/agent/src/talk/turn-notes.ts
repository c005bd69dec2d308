import { type Answerer, asksNotToBeCalled } from './signs.ts';

const ABOUT: Partial<Record<Answerer, string>> = {
  ivr: 'An automated menu answered. Find the way to the person with send_dtmf if you have it, one step at a time. If there is no way, use end_call.',
  screening:
    'A call screening service asks who is calling. Tell it in one sentence who you are and why you call, and then wait for the person.',
};
const LISTED =
  'They asked not to be called again. That is on the do-not-call list now: confirm it in one sentence and say goodbye.';

const NOTED =
  'They asked not to be called again. That is noted for the operator, there is no do-not-call list here: say in one sentence that you have noted it, promise no more, and say goodbye.';

/**
 * What the model is to know for its answer to these words, besides them; `optOutIsListed`: there is a do-not-call
 * list.
 */
export const turnNotes = (
  verdict: Answerer | null,
  said: string,
  optOutIsListed: boolean,
): readonly string[] => [
  ...(verdict === null ? [] : [ABOUT[verdict] ?? []].flat()),
  ...(asksNotToBeCalled(said) ? [optOutIsListed ? LISTED : NOTED] : []),
];
