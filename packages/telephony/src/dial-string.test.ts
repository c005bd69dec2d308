import { describe, expect, test } from 'vitest';
import { DIAL_FORMATS, toDialString } from './dial-string.ts';

describe('toDialString', () => {
  test.each([
    ['+61402012298', '61402012298', '+61402012298', '0402012298'],
    ['+61731071901', '61731071901', '+61731071901', '0731071901'],
    ['+61255500100', '61255500100', '+61255500100', '0255500100'],
    ['+611800160401', '611800160401', '+611800160401', '1800160401'],
    ['+442079460958', '442079460958', '+442079460958', '0011442079460958'],
  ])('%s', (e164, digits, plus, national) => {
    expect(DIAL_FORMATS.map((format) => toDialString(e164, format))).toEqual([digits, plus, national]);
  });

  test('national form belongs to the home country', () => {
    expect(toDialString('+442079460958', 'national', 'GB')).toBe('02079460958');
    expect(toDialString('+61402012298', 'national', 'gb')).toBe('0061402012298');
  });

  test.each(['0402012298', '61402012298', '+61 402 012 298', '+61402012298@host', '', '+0402012298'])(
    'throws on what is not E.164: %j',
    (text) => {
      for (const format of DIAL_FORMATS) expect(() => toDialString(text, format)).toThrow(/E\.164/);
    },
  );
});
