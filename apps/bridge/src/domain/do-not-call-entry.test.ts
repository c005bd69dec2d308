import { describe, expect, test } from 'vitest';
import { LONGEST_NOTE, readNumberList } from './do-not-call-entry.ts';

const read = (value: unknown, note: string | null = null, country = 'AU') =>
  readNumberList([{ line: 7, value, note }], country);

test.each(['0491 570 156', '+61 491 570 156', '61491570156', 'tel:+61491570156', '(02) 5550-0100'])(
  '%s is a number without a remark',
  (value) => {
    expect(read(value)).toMatchObject({ entries: [{ note: null }], bad: [], doubtful: [] });
  },
);

test.each([
  ['rounded by a spreadsheet', '4.92E+08', 'last digits are lost'],
  ['a comma in the exponent form', '4,92E+08', 'last digits are lost'],
  ['words', 'Kim', 'contains'],
  ['nothing', '', 'no digits'],
  ['null', null, 'must be text'],
  ['an object', { phone: 1 }, 'must be text'],
  ['too short', '0491', 'too short'],
])('a line that is %s is told with its line and what stands there', (_name, value, detail) => {
  const { entries, bad } = read(value);
  expect(entries).toEqual([]);
  expect(bad).toEqual([{ line: 7, value: expect.any(String), detail: expect.stringContaining(detail) }]);
});

describe('a zero that a spreadsheet dropped', () => {
  test.each(['491570156', '255500100'])('%s is taken, and told', (value) => {
    expect(read(value)).toEqual({
      entries: [{ number: `+61${value}`, note: null }],
      bad: [],
      doubtful: [{ line: 7, value, detail: expect.stringContaining(`+61${value}`) }],
    });
  });

  test('numbers that never had one are not doubted', () => {
    expect(read('1300975707').doubtful).toEqual([]);
    expect(read('2015550123', null, 'US')).toMatchObject({
      entries: [{ number: '+12015550123' }],
      doubtful: [],
    });
  });
});

test('a note goes with its number; one that is too long is told', () => {
  expect(read('0491570156', 'moved').entries).toEqual([{ number: '+61491570156', note: 'moved' }]);
  expect(read('0491570156', 'x'.repeat(LONGEST_NOTE + 1))).toMatchObject({ entries: [], bad: [{ line: 7 }] });
});
