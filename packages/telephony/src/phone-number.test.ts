import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type NumberType, parsePhoneNumber } from './phone-number.ts';

describe('parsePhoneNumber reads', () => {
  const mobile = { e164: '+61402012298', country: 'AU', type: 'mobile' };
  test.each<[unknown]>([
    ['0402 012 298'],
    ['0402012298'],
    ['402012298'],
    ['61402012298'],
    ['+61402012298'],
    ['+61 402 012 298'],
    ['+61 0402 012 298'],
    ['+61 (0)402 012 298'],
    ['(+61) 402 012 298'],
    ['0011 61 402 012 298'],
    ['tel:0402012298'],
    ['TEL:+61402012298'],
    ['  0402-012-298 '],
    ['04.02.01.22.98'],
    [402012298],
    [61402012298],
  ])('%j as an Australian mobile', (input) => {
    expect(parsePhoneNumber(input)).toEqual({ status: 'ok', number: mobile });
  });

  test.each<[string, string, string, NumberType]>([
    ['07 3107 1901', '+61731071901', 'AU', 'fixed_line'],
    ['(02) 5550-0100', '+61255500100', 'AU', 'fixed_line'],
    ['255500100', '+61255500100', 'AU', 'fixed_line'],
    ['1800 160 401', '+611800160401', 'AU', 'toll_free'],
    ['1300 975 707', '+611300975707', 'AU', 'shared_cost'],
    ['13 11 14', '+61131114', 'AU', 'shared_cost'],
    ['1900 123 456', '+611900123456', 'AU', 'premium_rate'],
    ['0163 123 456', '+61163123456', 'AU', 'pager'],
    ['0147 123 456', '+61147123456', 'AU', 'voip'],
    ['+44 20 7946 0958', '+442079460958', 'GB', 'fixed_line'],
    ['0011 44 20 7946 0958', '+442079460958', 'GB', 'fixed_line'],
    ['+44 70 1234 5678', '+447012345678', 'GB', 'personal'],
    ['+1 202 555 0123', '+12025550123', 'US', 'fixed_line_or_mobile'],
    ['+8816 1234 5678', '+881612345678', '001', 'mobile'],
  ])('%j as %s, %s, %s', (input, e164, country, type) => {
    expect(parsePhoneNumber(input)).toEqual({ status: 'ok', number: { e164, country, type } });
  });

  // The lab's phones: a newer number library must not make them undiallable.
  test.each([
    '0491 570 156',
    '0491 570 157',
    '0491 570 158',
    '0491 570 159',
    '0491 570 110',
    '02 5550 0100',
    '02 5550 0101',
  ])('the lab number %s as valid', (input) => {
    expect(parsePhoneNumber(input).status).toBe('ok');
  });

  test('national numbers of another default country', () => {
    const british = { status: 'ok', number: { e164: '+442079460958', country: 'GB', type: 'fixed_line' } };
    expect(parsePhoneNumber('020 7946 0958', 'GB')).toEqual(british);
    expect(parsePhoneNumber('442079460958', 'gb')).toEqual(british);
  });
});

describe('parsePhoneNumber refuses', () => {
  test.each<[unknown, string]>([
    ['', 'no digits'],
    ['   ', 'no digits'],
    ['tel:', 'no digits'],
    ['+', 'no digits'],
    ['0402 012', 'missing or wrong digits'],
    ['0402 012 298 000 000 000', 'too long'],
    ['0402 012 2980', 'missing or wrong digits'],
    ['0198 123 456', 'numbering plan'],
    ['55500100', 'numbering plan'],
    ['442079460958', 'write a number of another country with +'],
    ['+999 123 456', 'country code after +'],
    ['000', 'emergency'],
    ['112', 'emergency'],
    [106, 'emergency'],
    ['911', 'emergency'],
    ['+61 000', 'emergency'],
    ['1223', 'too short'],
    ['0402012298\n', 'U+000A'],
    ['0402012298\r\nX-Evil: 1', 'U+000D'],
    ['0402\u0000012298', 'U+0000'],
    ['0402\u00a0012\u00a0298', 'U+00A0'],
    ['\u202a+61402012298\u202c', 'U+202A'],
    ['０４０２０１２２９８', 'U+FF10'],
    ['0402 012 298 ext 5', '"e"'],
    ['0402012298;ext=5', '";"'],
    ['0402012298@carrier', '"@"'],
    ['0402012298,,1', '","'],
    ['*31#0402012298', '"\\*"'],
    ['CALL-ME', '"C"'],
    ['tel:tel:0402012298', '"t"'],
    ['sip:0402012298@host', '"s"'],
    ['++61402012298', 'plus'],
    ['0402+012298', 'plus'],
    ['4.02012298E+8', 'scientific'],
    ['6,1402E+10', 'scientific'],
    ['61402012298.0', 'calculation'],
    ['-402012298', 'calculation'],
    ['0'.repeat(65), '64 characters'],
    [0, 'whole number'],
    [-402012298, 'whole number'],
    [402012298.5, 'whole number'],
    [1e21, 'whole number'],
    [2 ** 53, 'whole number'],
    [Number.NaN, 'whole number'],
    [Number.POSITIVE_INFINITY, 'whole number'],
    [null, 'text or a whole number'],
    [undefined, 'text or a whole number'],
    [true, 'text or a whole number'],
    [['0402012298'], 'text or a whole number'],
    [{ number: '0402012298' }, 'text or a whole number'],
  ])('%j', (input, why) => {
    const parsed = parsePhoneNumber(input);
    expect(parsed).toEqual({
      status: 'invalid',
      reason: expect.stringMatching(new RegExp(why.replaceAll('+', '\\+'))),
    });
  });

  test('a big integer', () => {
    expect(parsePhoneNumber(402012298n).status).toBe('invalid');
  });

  test('a default country that does not exist, without repeating hostile text', () => {
    expect(parsePhoneNumber('0402012298', 'XX')).toEqual({
      status: 'invalid',
      reason: 'The default country XX does not exist; use a code such as AU.',
    });
    const hostile = parsePhoneNumber('0402012298', 'A\r\nU');
    expect(hostile.status === 'invalid' && hostile.reason).toMatch(/^[ -~]+$/);
  });
});

describe('parsePhoneNumber, whatever it is given,', () => {
  const phoneLike = fc.string({ unit: fc.constantFrom(...'0123456789+() -.'), maxLength: 20 });
  const prefixed = fc
    .tuple(fc.constantFrom('', '0', '04', '+61', '61', '0011', '1800', '13', '+1', '+44', 'tel:'), phoneLike)
    .map((parts) => parts.join(''));
  const anything = fc.oneof(
    fc.anything(),
    fc.string({ unit: 'binary' }),
    phoneLike,
    prefixed,
    fc.double(),
    fc.nat(),
  );

  test('never throws, and gives E.164 or a clean sentence', () => {
    fc.assert(
      fc.property(anything, (input) => {
        const parsed = parsePhoneNumber(input);
        if (parsed.status === 'ok') expect(parsed.number.e164).toMatch(/^\+[1-9]\d{4,14}$/);
        else expect(parsed.reason).toMatch(/^[A-Z][ -~]+\.$/);
      }),
      { numRuns: 2_000 },
    );
  });

  test('reads its own result again as the same number, in every default country', () => {
    fc.assert(
      fc.property(fc.oneof(prefixed, fc.nat()), fc.constantFrom('AU', 'US', 'GB', 'NZ'), (input, country) => {
        const parsed = parsePhoneNumber(input);
        fc.pre(parsed.status === 'ok');
        expect(parsePhoneNumber(parsed.status === 'ok' && parsed.number.e164, country)).toEqual(parsed);
      }),
    );
  });

  test('gives every Australian mobile back from each way of writing it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 400_000_000, max: 489_999_999 }), (subscriber) => {
        const parsed = parsePhoneNumber(subscriber);
        for (const form of [
          `0${subscriber}`,
          `61${subscriber}`,
          `+61${subscriber}`,
          `+610${subscriber}`,
          `001161${subscriber}`,
        ]) {
          expect(parsePhoneNumber(form).status).toBe(parsed.status);
          if (parsed.status === 'ok') expect(parsePhoneNumber(form)).toEqual(parsed);
        }
      }),
    );
  });
});
