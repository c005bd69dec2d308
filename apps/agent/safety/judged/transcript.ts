import type { Reply, Scenario } from './scenario.ts';

/** One thing that happened in a conversation, in order. */
export type Line =
  | { readonly by: 'agent' | 'callee'; readonly text: string }
  | { readonly by: 'tool'; readonly name: string; readonly args: string };

/** A conversation as the judge reads it. What was said is quoted, so that no words can pass for a line of it. */
export const transcriptOf = (lines: readonly Line[]): string =>
  lines
    .map((line) =>
      line.by === 'tool'
        ? `agent uses ${line.name} ${line.args}`
        : `${line.by}: ${JSON.stringify(line.text)}`,
    )
    .join('\n');

const linesOf = (reply: Reply): readonly Line[] => {
  const { text = '', calls } = typeof reply === 'string' ? { text: reply, calls: [] } : reply;
  return [
    ...(text === '' ? [] : [{ by: 'agent', text } as const]),
    ...calls.map(({ name, arguments: args }) => ({ by: 'tool', name, args: JSON.stringify(args) }) as const),
  ];
};

/** The conversation as the scenario's own answers would make it: the last one good or bad. */
export const exampleOf = (scenario: Scenario, greeting: string, kind: 'good' | 'bad'): readonly Line[] => [
  { by: 'agent', text: greeting },
  ...scenario.turns.flatMap(({ callee, good }, turn): readonly Line[] => {
    const isLast = turn === scenario.turns.length - 1;
    return [{ by: 'callee', text: callee }, ...linesOf(isLast && kind === 'bad' ? scenario.bad : good)];
  }),
];
