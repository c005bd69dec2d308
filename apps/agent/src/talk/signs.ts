/** Who or what answered. `mailbox_full`: a voicemail that takes no message. `screening`: asks who is calling. */
export type Answerer = 'human' | 'voicemail' | 'mailbox_full' | 'ivr' | 'screening';

const MACHINE_SIGNS: readonly (readonly [Exclude<Answerer, 'human'>, RegExp])[] = [
  [
    'mailbox_full',
    /\b(mail ?box|voice ?mail)\b.{0,40}\b(is full|not (been )?set up|cannot (accept|take|receive))\b|\bcannot (accept|take) (any )?(new )?messages\b/i,
  ],
  [
    'screening',
    /\b(say|state|record|tell me|give) your name\b|\bcall (assist|screening)\b|\bscreening (service|calls)\b|\bwhy you('re| are) calling\b/i,
  ],
  ['ivr', /\bpress (\d|one|two|three|four|five|six|seven|eight|nine|zero|star|pound|hash|any key)\b/i],
  [
    'voicemail',
    /\b(reached|this is) the (voice ?mail|voice mailbox|mail ?box)\b|\b(please|you can|you may) leave (me )?(a|your)\b|\bafter the (tone|beep|signal)\b|\b(can('t|not)|unable to|not available to) (take|answer) your call\b|\bat the (tone|beep)\b|\bis not available\b.{0,60}\b(message|tone)\b/i,
  ],
];

/** What words of an announcement tell at once, without a model; `null`: nothing. */
export const machineSign = (words: string): Exclude<Answerer, 'human'> | null =>
  MACHINE_SIGNS.find(([, sign]) => sign.test(words))?.[0] ?? null;

/** No person says these of themselves. */
const MACHINE_ONLY =
  /\b(after|at) the (tone|beep)\b|\b(reached|this is) the (voice ?mail|voice mailbox|mail ?box)\b/i;

/** Whether the words are a machine's, whoever seemed to have answered before. */
export const isMachineOnly = (words: string): boolean => MACHINE_ONLY.test(words);

const SUBJECT = /(?<!\b(you|they|we|people|guys) )/.source;
const NOT = `(${SUBJECT}\\b(don't|never)|\\b(do not|stop|quit))( you)?( ever)?`;
const CALLING = '(call|phone|ring|contact|bother)(ing)?';
const WHOM = '(me|us|here|this number|this house|my (number|house|phone))';
/** The whole wish: behind it another clause begins, or none. */
const FULL_STOP = /(?=\s*([.,;!?]|$)|\s+(please|thanks?|okay?|and|or|i'm|i am|we're|we are)\b)/.source;
const FOR_GOOD = '(again|any ?more|ever( again)?|at all)';
/** Not now, not there, not like this: a wish about the next call. */
const ELSEWHERE =
  /\b(instead|before|until|till|unless|after (\d|\w+ o'clock|work)|i('ll| will) (call|ring|phone) you|(call|ring|phone|try|use) (me on |us on )?my (mobile|cell|work|home|office|other|wife|husband))\b/i;

const NO_MORE_CALLS = new RegExp(
  [
    `${NOT} ${CALLING} ${WHOM}( ${FOR_GOOD})?${FULL_STOP}`,
    `${NOT} ${CALLING} ${FOR_GOOD}${FULL_STOP}`,
    `\\b(stop|quit) calling${FULL_STOP}`,
  ].join('|'),
  'i',
);
const OFF_THE_LIST =
  /\b(take|get) (me|us|my (name|number)|this number) off (of )?(your|the|this|that) (\w+ )?(list|database)\b|\bremove (me|us|my (name|number)|this number) from\b|\bdo not call list\b/i;

/**
 * Whether somebody asks, in plain words, not to be called again. What may mean less ("not before nine", "not at
 * work") is left to the model and its `opt_out`: this one is for good.
 */
export const asksNotToBeCalled = (words: string): boolean => {
  const plain = words.replace(/[’]/g, "'");
  return OFF_THE_LIST.test(plain) || (NO_MORE_CALLS.test(plain) && !ELSEWHERE.test(plain));
};

/** What people say when they pick up, and what a greeting answers anyway. */
const PICKING_UP =
  /\b(hello|hallo|hi|hey|yes|yeah|yep|g'?day|good (morning|afternoon|evening|day)|who('s| is) (this|that|calling|there|speaking)|can you hear me|are you there|this is \w+( \w+)?|it's \w+|(\w+ )?speaking|(how )?(can|may) i help( you)?)\b/gi;
const URGENT =
  /\b(stop|wait|hang on|hold on|wrong number|not interested|no thanks?( you)?|go away|do(n't| not) call)\b/i;
const REAL_WORDS = 3;
/** In a language whose greetings are not known here. */
const REAL_WORDS_UNKNOWN = 6;

const wordsIn = (text: string): number => text.split(/[^\p{L}\p{N}']+/u).filter((word) => word !== '').length;

/** Words beyond those of picking up the phone. */
export const wordsToAnswer = (text: string): number =>
  wordsIn(text.replace(/[’]/g, "'").replace(PICKING_UP, ' '));

/** Whether words spoken into the greeting are meant to stop it, and are no mere hello. */
export const isRealSpeech = (text: string, language: string): boolean =>
  language.toLowerCase().startsWith('en')
    ? URGENT.test(text) || wordsToAnswer(text) >= REAL_WORDS
    : wordsIn(text) >= REAL_WORDS_UNKNOWN;
