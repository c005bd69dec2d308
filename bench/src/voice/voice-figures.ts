import { type Figure, figure } from '../figure.ts';
import { summarize } from '../statistics.ts';
import type { MeasuredCall, MeasuredSide, Rest, VoiceResult } from './run-voice.ts';
import type { TurnParts } from './turn-parts.ts';

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

  /** One kind of turn and its parts, in the order in which they pass. */
  const turn = (kind: string, index: number): Figure[] => {
    const part = (name: string, value: (parts: TurnParts) => number) =>
      line(`… ${name}`, (call) => call.turnParts.slice(index, index + 1).map(value));
    return [
      line(`end of a ${kind} → first sound of the answer`, (call) => call.turnMs.slice(index, index + 1), {
        ratio: 1.1,
      }),
      part('until the speech server tells the end', ({ hearingMs }) => hearingMs),
      part('until the voice is asked for', ({ decidingMs }) => decidingMs),
      part('until the sound is at the ear', ({ speakingMs }) => speakingMs),
    ];
  };

  return [
    line('answer → first sound of the greeting', (call) => [call.greetingMs], { median: 150 }),
    ...turn('question', 0),
    ...turn('statement', 1),
    line('callee interrupts → agent is silent', (call) => [call.bargeInMs], { ratio: 1.1 }),
    line('gap between RTP packets, p99 of a call', (call) => [summarize(call.gapsMs).p99]),
    line('gap between RTP packets, largest of a call', (call) => [summarize(call.gapsMs).max], { max: 60 }),
    line('(the measuring phone’s own clock, latest of a call)', (call) => [call.phoneLatenessMs]),
    line('memory of a call’s process, largest', (call) => [call.jobRssMiB], null, 'MiB'),
    rest('memory of the worker with one warm process', ({ rss }) => rss, { max: 260 }),
    rest('… with what processes share counted once', ({ pss }) => pss),
  ];
};
