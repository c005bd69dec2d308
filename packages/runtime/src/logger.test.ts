import { expect, test } from 'vitest';
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
