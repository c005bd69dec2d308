import type { CallOutcome } from '@outdial/telephony';
import { type Answerer, isMachineOnly, machineSign } from './signs.ts';
import { FIRST_PAUSE_MS, type VoiceActivity } from './voice-activity.ts';

/** Finds out who answered while the conversation goes on: nothing is held up for it. */
export type WhoAnswered = {
  /** Words of the callee; interim ones are replaced by the next, final ones stay. */
  words(text: string, isFinal: boolean): void;
  /** Resolves when no classification is under way, 2 s later at most. */
  ready(): Promise<void>;
  /** Keys were pressed for a menu: the next words are looked at anew, they may be those of a person. */
  keysPressed(): void;
  verdict(): Answerer | null;
  /** Whether what speaks now is known to be no person; behind a menu's keys it is not. */
  hearsMachine(): boolean;
  /** For the outcome: a voicemail that takes no message is one too, and a screening service is nobody yet. */
  answeredBy(): Exclude<CallOutcome['answered_by'], null>;
};

/** A machine speaks at once; who listens to the greeting first is none. */
const MACHINE_BEGINS_MS = 4_000;
/** People answer with a short greeting and wait (also the threshold of agents-js' own detection). */
const HUMAN_SPAN_MS = 2_500;
/** Announcements give themselves away within this time and in this many turns. */
const SIGNS_UNTIL_MS = 30_000;
const SIGNS_TURNS = 2;
/** A model is asked when so many new words were heard, and no more often than this. */
const WORDS_TO_ASK = 5;
const ASK_LIMIT = 3;
/** Behind a menu each whole sentence is asked about: there may be more menus and music before a person comes. */
const ASK_LIMIT_BEHIND_MENU = 10;
const READY_LIMIT_MS = 2_000;

const wordCount = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length;

/**
 * First gate: timing and level. A short greeting and a pause is a human, and so is whoever speaks only after the
 * greeting; both cost nothing. Long first words go to `classify`, while they are being spoken; plain signs of a
 * machine decide without it, but from somebody who seems to be a person only those that no person says.
 */
export const createWhoAnswered = (options: {
  readonly activity: VoiceActivity;
  /** Asks a model; `null`: it cannot say. Does not throw. */
  readonly classify: (words: string) => Promise<Answerer | null>;
  /** Hears of each verdict but `human`, and of a `human` behind a screening service. */
  readonly onVerdict: (answerer: Answerer) => void;
}): WhoAnswered => {
  let verdict: Answerer | null = null;
  let said: string[] = [];
  let turns = 0;
  let asked = 0;
  let wordsAsked = 0;
  let asking: Promise<void> | null = null;
  /** A screening service was recognised before its sentence was over. */
  let announcing = false;
  let screened = false;
  let behindMenu = false;

  const gate = (): 'none' | 'human' | 'speaking' | 'long' => {
    const activity = options.activity;
    const begun = activity.firstAt();
    if (begun === null) return 'none';
    if (begun > MACHINE_BEGINS_MS) return 'human';
    if (activity.firstSpanMs() > HUMAN_SPAN_MS) return 'long';
    return activity.quietMs() >= FIRST_PAUSE_MS ? 'human' : 'speaking';
  };
  const conclude = (answerer: Answerer) => {
    if (verdict === answerer) return;
    verdict = answerer;
    if (answerer !== 'human') options.onVerdict(answerer);
  };
  /** `otherwise` holds when the model cannot say. */
  const ask = (words: string, otherwise: Answerer | null = null) => {
    asked += 1;
    wordsAsked = wordCount(words);
    asking = options.classify(words).then((named) => {
      const answerer = named ?? otherwise;
      asking = null;
      const isOpen =
        verdict === null || (verdict === 'human' && !screened) || (verdict === 'ivr' && behindMenu);
      if (answerer !== null && isOpen) conclude(answerer);
    });
  };

  const wordsBehindMenu = (text: string, isFinal: boolean) => {
    const sign = machineSign(text);
    if (isMachineOnly(text)) conclude(sign ?? 'voicemail');
    else if (
      sign === null &&
      isFinal &&
      text.trim() !== '' &&
      asking === null &&
      asked < ASK_LIMIT_BEHIND_MENU
    )
      ask(text);
  };

  return {
    words: (text, isFinal) => {
      if (behindMenu && verdict === 'ivr') return wordsBehindMenu(text, isFinal);
      const heard = [...said, text].join(' ').trim();
      const isFirstTurn = said.length === 0;
      if (isFinal && text.trim() !== '') {
        said.push(text);
        turns += 1;
      }
      // A model that took the first words for a human's is corrected by plain signs.
      const isOpen = verdict === null || verdict === 'screening' || verdict === 'human';
      if (!isOpen || heard === '') return;
      const early = options.activity.elapsedMs() < SIGNS_UNTIL_MS && turns <= SIGNS_TURNS;
      const sign = early && !screened ? machineSign(heard) : null;
      // "She is out, you can leave a message with me": a person may say it, so the model is asked.
      const seemsMachine = isFirstTurn && gate() !== 'human';
      const isPlain = (seemsMachine && sign !== 'voicemail') || isMachineOnly(heard);
      if (sign !== null && isPlain) {
        if (sign === 'screening') {
          // Whoever speaks next is looked at anew.
          said = [];
          turns = 0;
          announcing = !isFinal;
          screened = true;
        }
        conclude(sign);
        return;
      }
      if (verdict === 'screening') {
        if (isFinal && announcing) {
          announcing = false;
          said = [];
        } else if (isFinal && text.trim() !== '') conclude('human');
        return;
      }
      if (verdict === 'human' && sign === null) return;
      const isNews =
        wordCount(heard) >= wordsAsked + WORDS_TO_ASK || (isFinal && wordCount(heard) > wordsAsked);
      const isWorthIt = gate() === 'long' || sign !== null;
      if (isWorthIt && asking === null && asked < ASK_LIMIT && isNews)
        ask(heard, seemsMachine && isFinal ? sign : null);
    },
    ready: async () => {
      if (asking === null) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const limit = setTimeout(resolve, READY_LIMIT_MS);
      await Promise.race([asking, promise]);
      clearTimeout(limit);
    },
    keysPressed: () => {
      if (verdict !== 'ivr') return;
      behindMenu = true;
      said = [];
      turns = 0;
      asked = 0;
    },
    verdict: () => verdict,
    hearsMachine: () =>
      verdict === 'voicemail' || verdict === 'mailbox_full' || (verdict === 'ivr' && !behindMenu),
    answeredBy: () => {
      switch (verdict) {
        case 'voicemail':
        case 'mailbox_full':
          return 'voicemail';
        case 'ivr':
        case 'human':
          return verdict;
        case 'screening':
          return 'unknown';
        case null:
          return turns > 0 && gate() === 'human' ? 'human' : 'unknown';
      }
    },
  };
};
