import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createAsker, NoAnswer } from './ask.ts';

const open = () => {
  const input = new PassThrough();
  const output = new PassThrough();
  return { input, output, ask: createAsker(input, output), shown: () => String(output.read() ?? '') };
};

test('lines that come at once answer one question each', async () => {
  const { input, ask, shown } = open();
  input.end('  one \n\nyes\nno\n');
  expect(await ask.line('First: ')).toBe('one');
  expect(await ask.line('Second: ')).toBe('');
  expect(await ask.yes('Third?', false)).toBe(true);
  expect(await ask.yes('Fourth?', true)).toBe(false);
  await expect(ask.line('Fifth: ')).rejects.toBeInstanceOf(NoAnswer);
  expect(shown()).toMatch(/First: [\s\S]*Third\? \[y\/N\][\s\S]*Fourth\? \[Y\/n\]/);
});

test('an empty line is the answer in brackets, and anything else is asked again', async () => {
  const { input, ask } = open();
  input.end('perhaps\n\n');
  expect(await ask.yes('Sure?', true)).toBe(true);
});

test('an end while it waits is no answer', async () => {
  const { input, ask } = open();
  const answer = ask.line('Who? ');
  input.end();
  await expect(answer).rejects.toBeInstanceOf(NoAnswer);
});
