import { expect, test } from 'vitest';
import { readOptions } from './options.ts';

test('without anything every part is measured with ten calls, and nothing is written', () => {
  expect(readOptions([])).toEqual({ parts: ['voice'], calls: 10, write: false });
});

test('a part, a number of calls and --write are taken', () => {
  expect(readOptions(['voice', '--calls', '3', '--write'])).toEqual({
    parts: ['voice'],
    calls: 3,
    write: true,
  });
});

test.each([[['bridge']], [['--calls', '0']], [['--calls', 'many']], [['--loud']]])(
  '%j is refused with the usage',
  (args) => {
    expect(() => readOptions(args)).toThrow('pnpm bench [voice]');
  },
);
