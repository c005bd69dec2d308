import { expect, test } from 'vitest';
import { reportCall } from './llm-report.ts';
import type { LlmTurn } from './llm-script.ts';

const turn = (
  words: readonly (readonly [string, string])[],
  properties: LlmTurn['tools'][number]['parameters'],
): LlmTurn => ({
  user: `<transcript>\n${words.map(([speaker, text]) => JSON.stringify({ speaker, text })).join('\n')}\n</transcript>`,
  toolResult: null,
  tools: [{ name: 'report_result', parameters: properties }],
  request: { model: 'lab', messages: [], stream: false },
});

test('reports what the callee said, and null for the rest', () => {
  const result = {
    type: 'object',
    properties: {
      people: { type: ['integer', 'null'] },
      day: { type: ['string', 'null'], enum: ['friday', 'saturday', null] },
      colour: { type: ['string', 'null'], enum: ['red', null] },
      coming: { type: ['boolean', 'null'] },
    },
  };
  const words = [
    ['agent', 'Is it red, and ten?'],
    ['callee', 'Yes. Seven come on Friday.'],
  ] as const;
  expect(reportCall(turn(words, { type: 'object', properties: { result } }))).toEqual({
    calls: [
      {
        name: 'report_result',
        arguments: {
          result: { people: 7, day: 'friday', colour: null, coming: true },
          summary: 'The callee said: Yes. Seven come on Friday.',
        },
      },
    ],
  });
});
