import { expect, test } from 'vitest';
import { facts, table } from './layout.ts';

test('a table is aligned, and what is absent is a dash', () => {
  expect(
    table(
      ['ID', 'STATUS', 'N'],
      [
        ['call_1', 'busy', 2],
        ['c', null, 10],
      ],
    ),
  ).toBe(['ID      STATUS  N', 'call_1  busy    2', 'c       -       10'].join('\n'));
});

test('facts that are not known are left out', () => {
  expect(
    facts([
      ['call', 'call_1'],
      ['answered', null],
      ['talked for', 0],
    ]),
  ).toBe('call        call_1\ntalked for  0');
});

test('a text from outside cannot write to the terminal', () => {
  expect(table(['A'], [['x\u001b[2J\r\ny']])).toBe('A\nx [2J y');
  expect(facts([['a', 'x\u009b2Jy']])).toBe('a  x 2Jy');
});
