import { describe, expect, test } from 'vitest';
import { createLogger } from './logger.ts';
import { maskPrivate } from './mask.ts';

const logged = (logPii: boolean, fields: Record<string, unknown>): string => {
  const lines: string[] = [];
  const log = createLogger(
    { name: 'test', level: 'debug', logPii },
    { write: (line: string) => lines.push(line) },
  );
  log.child({ callId: 'call_1' }).info(fields, 'dialling');
  return lines.join('');
};

test('private fields are masked, other facts are not', () => {
  const line = logged(false, { 'pii.to': '+61402012298', room: 'call-1-1' });
  expect(line).not.toContain('402012298');
  expect(line).toContain('+61*******98');
  expect(line).toContain('call-1-1');
});

test('LOG_PII shows them', () => {
  expect(logged(true, { 'pii.to': '+61402012298' })).toContain('+61402012298');
});

test.each([
  ['61402012298', '614******98'],
  ['secret', '******'],
  ['', ''],
  [null, null],
  [
    { destination: '61402012298', account_code: 'em-tech-01' },
    { destination: '614******98', account_code: 'em-*****01' },
  ],
  [['0402012298'], ['040*****98']],
])('masks %j', (value, masked) => {
  expect(maskPrivate(value)).toEqual(masked);
});

describe('an error', () => {
  const CANARY = '+61491570999';
  const ofDatabase = (message: string, code: string) =>
    Object.assign(new Error(message), {
      code,
      detail: `Failing row contains (${CANARY}).`,
      where: `unnamed portal parameter $1 = '${CANARY}'`,
      query: `insert into calls values ('${CANARY}')`,
      params: [CANARY],
    });

  test.each([
    ['of a constraint', ofDatabase('new row violates check constraint "calls_check"', '23514')],
    ['of a value', ofDatabase(`invalid input syntax for type integer: "${CANARY}"`, '22P02')],
    ['as a cause', new Error('away', { cause: ofDatabase('it broke', 'XX000') })],
  ])('%s comes without what was written', (_name, error) => {
    for (const key of ['err', 'error']) {
      const line = logged(false, { [key]: error });
      expect(line).not.toContain(CANARY);
      expect(JSON.parse(line)[key]).toMatchObject({ type: 'Error', stack: expect.stringContaining('at ') });
    }
  });

  test('keeps type, code, message and cause', () => {
    const error = new TypeError('outer', { cause: ofDatabase('inner "name"', '23505') });
    expect(JSON.parse(logged(false, { err: error })).err).toMatchObject({
      type: 'TypeError',
      message: 'outer',
      cause: { type: 'Error', code: '23505', message: 'inner "name"' },
    });
  });
});
