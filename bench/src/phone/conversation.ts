import { setTimeout as pause } from 'node:timers/promises';
import type { UtteranceKey } from '@outdial/lab';
import { type CallLog, LOUD_PEAK, type SaidWords } from './call-log.ts';
import { now } from './clock.ts';
import { openRtp, type RtpStream } from './rtp-stream.ts';
import type { IncomingCall } from './sip-line.ts';

/** What the callee says: a question, a statement, and words in the middle of the answer to that. */
export const SAYS = {
  question: 'question',
  statement: 'answer',
  interrupts: 'target',
} as const satisfies Record<string, UtteranceKey>;

const RINGS_MS = 1_200;
/** So long a pause and the agent has finished; those between its words are shorter. */
const FINISHED_MS = 700;
/** So far into the agent's answer the callee interrupts. */
const INTERRUPTS_AFTER_MS = 1_500;
/** After the answer to the interruption has begun, for the gaps. */
const LISTENS_MS = 500;
const LIMIT_MS = 15_000;
const LOOKS_EVERY_MS = 5;

const until = async (what: string, isSo: () => boolean): Promise<void> => {
  const deadline = now() + LIMIT_MS;
  while (!isSo()) {
    if (now() > deadline) throw new Error(`${LIMIT_MS / 1000} s passed without ${what}`);
    await pause(LOOKS_EVERY_MS);
  }
};

const converse = async (
  rtp: RtpStream,
  words: ReadonlyMap<UtteranceKey, Uint8Array>,
  said: SaidWords[],
): Promise<void> => {
  const loudSince = (time: number): boolean =>
    rtp.heard.some(({ at, peak }) => at > time && peak > LOUD_PEAK);
  const say = async (key: UtteranceKey): Promise<void> => {
    said.push({ words: key, ...(await rtp.say(words.get(key) ?? new Uint8Array())) });
  };
  const hearOut = async (what: string): Promise<void> => {
    const asked = now();
    await until(what, () => loudSince(asked));
    await until(`the end of ${what}`, () => !loudSince(now() - FINISHED_MS));
  };

  await hearOut('the greeting');
  await say(SAYS.question);
  await hearOut('an answer to the question');
  await say(SAYS.statement);
  const asked = now();
  await until('an answer to the statement', () => loudSince(asked));
  await pause(INTERRUPTS_AFTER_MS);
  await say(SAYS.interrupts);
  const interrupted = now();
  await until('an answer to the interruption', () => loudSince(interrupted));
  await pause(LISTENS_MS);
};

/** Lets a call ring, answers it, talks it through and hangs up. Never rejects. */
export const takeCall = async (
  call: IncomingCall,
  rtpPort: number,
  words: ReadonlyMap<UtteranceKey, Uint8Array>,
): Promise<CallLog> => {
  const said: SaidWords[] = [];
  let rtp: RtpStream | undefined;
  let answeredAt = 0;
  let failure: string | null = null;
  try {
    const over = call.ended.then(() => Promise.reject(new Error('the caller hung up')));
    over.catch(() => undefined);
    await Promise.race([pause(RINGS_MS), over]);
    rtp = await openRtp(rtpPort, call.media);
    answeredAt = call.answer(rtpPort);
    await Promise.race([converse(rtp, words, said), over]);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  const heard = [...(rtp?.heard ?? [])];
  const ownLatenessMs = rtp?.ownLatenessMs() ?? 0;
  rtp?.close();
  call.hangUp();
  await call.ended;
  return { callId: call.callId, answeredAt, heard, said, ownLatenessMs, failure };
};
