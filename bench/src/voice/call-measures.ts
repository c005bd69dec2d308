import { type CallLog, FRAME_MS, type HeardPacket, LOUD_PEAK, type SaidWords } from '../phone/call-log.ts';
import { SAYS } from '../phone/conversation.ts';

/** Between the end of what the callee said and the first sound of the agent's answer. */
export type Turn = { readonly saidUntil: number; readonly answeredAt: number };

/** What the callee's ear tells of one call, ms. */
export type CallMeasures = {
  /** From the moment 200 OK left to the first sound. */
  readonly greetingMs: number;
  readonly turns: readonly Turn[];
  /** From the first sound of the callee's interruption to the end of the agent's last sound. */
  readonly bargeInMs: number;
  /** Between RTP packets, one after another. */
  readonly gapsMs: readonly number[];
};

const isLoud = ({ peak }: HeardPacket): boolean => peak > LOUD_PEAK;

const found = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`The phone's log of the call has no ${what}.`);
  return value;
};

const wordsOf = (log: CallLog, key: SaidWords['words']): SaidWords =>
  found(
    log.said.find(({ words }) => words === key),
    `"${key}"`,
  );

/** Reads the measures out of what the phone noted. Throws when the call did not go to its end. */
export const measuresOf = (log: CallLog): CallMeasures => {
  if (log.failure !== null) throw new Error(`The call broke off: ${log.failure}`);
  const loud = log.heard.filter(isLoud);
  const firstLoudAfter = (time: number, what: string): number =>
    found(
      loud.find(({ at }) => at >= time),
      what,
    ).at;
  const turn = (key: SaidWords['words']): Turn => {
    const saidUntil = wordsOf(log, key).to;
    return { saidUntil, answeredAt: firstLoudAfter(saidUntil, `answer to "${key}"`) };
  };
  const interruption = wordsOf(log, SAYS.interrupts);
  const talkedUntil = found(
    loud.findLast(({ at }) => at <= interruption.to),
    'sound of the agent before the interruption was over',
  ).at;
  return {
    greetingMs: firstLoudAfter(log.answeredAt, 'greeting') - log.answeredAt,
    turns: [turn(SAYS.question), turn(SAYS.statement)],
    bargeInMs: Math.max(0, talkedUntil + FRAME_MS - interruption.from),
    gapsMs: log.heard.slice(1).map(({ at }, i) => at - (log.heard[i]?.at ?? at)),
  };
};
