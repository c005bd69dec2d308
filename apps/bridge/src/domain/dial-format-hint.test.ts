import { makeOutcome } from '@outdial/telephony';
import { expect, test } from 'vitest';
import { withDialFormatHint } from './dial-format-hint.ts';

const wrong = makeOutcome('invalid_number');

test('the fifth call in a row whose number does not exist names SIP_DIAL_FORMAT', () => {
  const before = ['invalid_number', 'invalid_number', 'invalid_number', 'invalid_number'] as const;
  expect(withDialFormatHint(wrong, before).message).toContain('SIP_DIAL_FORMAT');
  expect(withDialFormatHint(wrong, before.slice(1))).toEqual(wrong);
  expect(withDialFormatHint(wrong, ['busy', ...before])).toEqual(wrong);
  const busy = makeOutcome('busy');
  expect(withDialFormatHint(busy, before)).toEqual(busy);
});
