import { llm } from '@livekit/agents';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createEndCallTool } from '../src/tools/end-call.ts';
import { converse, modelThatCalls, outputsOf } from './scripted-model.ts';

/** A tool that only counts, with the answer that makes the model use it again. */
const counted = (answer: string) => {
  const seen = { uses: 0 };
  const tool = llm.tool({
    description: 'Does something.',
    parameters: z.object({}),
    execute: async () => {
      seen.uses += 1;
      return answer;
    },
  });
  return { seen, tool };
};
const use = (name: string) => ({ name, args: {} });

test('a model that loops on a tool is stopped within the turn, even one that does not obey', async () => {
  const { seen, tool } = counted('Again.');
  const model = modelThatCalls({ 'Go.': [use('look_up')], '"Again."': [use('look_up')] });
  const call = await converse({ model, tools: { look_up: tool } });
  await call.hear('Go.');
  expect(seen.uses).toBe(4);
  expect(model.requests.at(-1)?.chat.toolChoice).toBe('none');
  call.close();
});

test('each tool has a number of uses in a call, and the model is told the truth beyond it', async () => {
  const { seen, tool } = counted('Nothing found.');
  const model = modelThatCalls({ 'Go.': [use('look_up')] });
  const call = await converse({ model, tools: { look_up: tool } });
  const answers: string[] = [];
  for (let turn = 0; turn < 8; turn += 1) answers.push(...outputsOf(await call.hear('Go.')));
  expect(seen.uses).toBe(5);
  expect(answers.slice(0, 5)).toEqual(Array(5).fill('Nothing found.'));
  for (const answer of answers.slice(5)) expect(answer).toMatch(/^Not done: it was used 5 times/);
  call.close();
});

test('many at once count as many', async () => {
  const { seen, tool } = counted('Done.');
  const model = modelThatCalls({ 'Go.': Array.from({ length: 40 }, () => use('look_up')) });
  const call = await converse({ model, tools: { look_up: tool } });
  expect(outputsOf(await call.hear('Go.'))).toHaveLength(40);
  expect(seen.uses).toBe(5);
  call.close();
});

test('all tools together have a number of uses, too', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const { seen, tool } = counted('Done.');
  const all = names.flatMap((name) => Array.from({ length: 5 }, () => use(name)));
  const model = modelThatCalls({ 'Go.': all });
  const call = await converse({ model, tools: Object.fromEntries(names.map((name) => [name, tool])) });
  const answers = outputsOf(await call.hear('Go.'));
  expect(seen.uses).toBe(15);
  expect(answers.filter((answer) => answer.includes('tools were used 15 times'))).toHaveLength(10);
  call.close();
});

test('the end of the call is never refused, and comes once', async () => {
  const { tool } = counted('Nothing found.');
  let ends = 0;
  const end_call = createEndCallTool({
    farewell: async () => {
      ends += 1;
    },
    hangUp: () => {},
    mayEnd: () => true,
  });
  const model = modelThatCalls({
    'Go.': Array.from({ length: 20 }, () => use('look_up')),
    'Goodbye.': [use('end_call'), use('end_call'), use('end_call')],
  });
  const call = await converse({ model, tools: { look_up: tool, end_call } });
  await call.hear('Go.');
  await call.hear('Goodbye.');
  expect(ends).toBe(1);
  call.close();
});

test('the budget of one call is not that of the next', async () => {
  const { seen, tool } = counted('Done.');
  const model = modelThatCalls({ 'Go.': Array.from({ length: 5 }, () => use('look_up')) });
  for (let calls = 1; calls <= 2; calls += 1) {
    const call = await converse({ model, tools: { look_up: tool } });
    await call.hear('Go.');
    expect(seen.uses).toBe(5 * calls);
    call.close();
  }
});
