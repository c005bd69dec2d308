import { type Figure, figure } from '../figure.ts';
import { summarize } from '../statistics.ts';
import type { MeasuredCall, MeasuredSide, Rest, VoiceResult } from './run-voice.ts';

/** The lines of `pnpm bench voice`. Throws when a side has no call with figures. */
export const voiceFigures = ({ ours, floor }: VoiceResult): Figure[] => {
  const line = (
    name: string,
    values: (call: MeasuredCall) => readonly number[],
    aim: Parameters<typeof figure>[4] = null,
    unit: Figure['unit'] = 'ms',
  ): Figure => figure(name, unit, ours.calls.flatMap(values), floor.calls.flatMap(values), aim);
  const rest = (name: string, values: (rest: Rest) => number, aim: Parameters<typeof figure>[4] = null) => {
    const both = ({ rest: { before, after } }: MeasuredSide): number[] => [values(before), values(after)];
    return figure(name, 'MiB', both(ours), both(floor), aim);
  };

  return [
    line('answer → first sound of the greeting', (call) => [call.greetingMs], { median: 150 }),
    line('end of the callee’s words → first sound of the answer', (call) => call.turnMs, { ratio: 1.1 }),
    line('… until the speech server tells the end', (call) => call.turnParts.map((part) => part.hearingMs)),
    line('… until the voice is asked for', (call) => call.turnParts.map((part) => part.decidingMs)),
    line('… until the sound is at the ear', (call) => call.turnParts.map((part) => part.speakingMs)),
    line('callee interrupts → agent is silent', (call) => [call.bargeInMs], { ratio: 1.1 }),
    line('gap between RTP packets, p99 of a call', (call) => [summarize(call.gapsMs).p99]),
    line('gap between RTP packets, largest of a call', (call) => [summarize(call.gapsMs).max], { max: 60 }),
    line('(the measuring phone’s own clock, latest of a call)', (call) => [call.phoneLatenessMs]),
    line('memory of a call’s process, largest', (call) => [call.jobRssMiB], null, 'MiB'),
    rest('memory of the worker with one warm process', ({ rss }) => rss, { max: 260 }),
    rest('… with what processes share counted once', ({ pss }) => pss),
  ];
};
