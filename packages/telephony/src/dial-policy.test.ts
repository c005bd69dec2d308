import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkDialPolicy, checkTransferPolicy, type DialPolicy, runDialRails } from './dial-policy.ts';
import { toTransferUri } from './sip-uri.ts';

const policy = (given: Partial<DialPolicy> = {}): DialPolicy => ({
  allowedCountries: ['AU'],
  callerIdsAllowed: [],
  defaultCountry: 'AU',
  allowFictitious: false,
  ...given,
});
const check = (destination: unknown, given: Partial<DialPolicy> = {}, callerId: string | null = null) =>
  checkDialPolicy({ destination, callerId }, policy(given));

describe('allowed', () => {
  test.each([
    ['0402 012 298', '+61402012298', 'mobile'],
    [61402012298, '+61402012298', 'mobile'],
    ['07 3107 1901', '+61731071901', 'fixed_line'],
    ['1800 123 456', '+611800123456', 'toll_free'],
  ])('%j', (destination, e164, type) => {
    expect(check(destination)).toEqual({ status: 'allowed', number: { e164, country: 'AU', type } });
  });

  test('numbers of another country once it is listed, in any case', () => {
    expect(check('+44 20 7946 0958', { allowedCountries: ['AU', 'gb'] }).status).toBe('allowed');
    expect(check('+1 202 555 0123', { allowedCountries: ['US'] }).status).toBe('allowed');
  });

  test('fictitious numbers where the lab answers them', () => {
    expect(check('0491 570 156', { allowFictitious: true }).status).toBe('allowed');
    expect(check('02 5550 0100', { allowFictitious: true }).status).toBe('allowed');
  });
});

describe('refused', () => {
  test.each([
    ['000', 'emergency_number'],
    ['112', 'emergency_number'],
    ['106', 'emergency_number'],
    [112, 'emergency_number'],
    ['911', 'emergency_number'],
    ['+61 000', 'emergency_number'],
    ['0011 61 112', 'emergency_number'],
    ['', 'invalid_number'],
    [null, 'invalid_number'],
    ['12345', 'invalid_number'],
    ['1223', 'invalid_number'],
    ['1194', 'invalid_number'],
    ['0402 012', 'invalid_number'],
    ['sip:a@b', 'invalid_number'],
    ['0491 570 156', 'fictitious_number'],
    ['0491 579 455', 'fictitious_number'],
    ['02 5550 0100', 'fictitious_number'],
    ['08 7010 1234', 'fictitious_number'],
    ['1800 975 707', 'fictitious_number'],
    ['+44 20 7946 0958', 'country_not_allowed'],
    ['0011 1 202 555 0123', 'country_not_allowed'],
    ['1900 123 456', 'number_type_not_allowed'],
    ['0011 61 1900 123 456', 'number_type_not_allowed'],
    ['13 11 14', 'number_type_not_allowed'],
    ['1300 123 456', 'number_type_not_allowed'],
    ['0163 123 456', 'number_type_not_allowed'],
    ['0147 123 456', 'number_type_not_allowed'],
    ['+8816 1234 5678', 'number_type_not_allowed'],
    ['+870 773 111 632', 'number_type_not_allowed'],
  ])('%j: %s', (destination, code) => {
    expect(check(destination)).toMatchObject({
      status: 'refused',
      code,
      reason: expect.stringMatching(/^[A-Z][ -~]+\.$/),
    });
  });

  test('satellite and personal numbers also where every country is allowed', () => {
    const everywhere = { allowedCountries: ['AU', 'GB', '001'] };
    expect(check('+8816 1234 5678', everywhere)).toMatchObject({ code: 'number_type_not_allowed' });
    expect(check('+44 70 1234 5678', everywhere)).toMatchObject({ code: 'number_type_not_allowed' });
  });

  test('expensive numbers that are fictitious, even in the lab', () => {
    expect(check('1300 975 707', { allowFictitious: true })).toMatchObject({
      code: 'number_type_not_allowed',
    });
  });

  test('everything where no country is allowed', () => {
    expect(check('0402012298', { allowedCountries: [] })).toMatchObject({
      code: 'country_not_allowed',
      reason: expect.stringContaining('ALLOWED_COUNTRIES is empty'),
    });
  });

  test('a caller ID outside the list, compared as a number where it is one', () => {
    const listed = { callerIdsAllowed: ['+61731071901', 'LiveKitNehosHosted'] };
    expect(check('0402012298', listed, '0731071901').status).toBe('allowed');
    expect(check('0402012298', listed, 'LiveKitNehosHosted').status).toBe('allowed');
    expect(check('0402012298', listed, null).status).toBe('allowed');
    expect(check('0402012298', listed, 'Somebody')).toMatchObject({ code: 'caller_id_not_allowed' });
  });
});

const SEPARATORS = ['', ' ', '-', '.'];
const every = ['AU', 'GB', 'US', 'NZ', 'DE', 'FR', 'IT', '001'];

/** Digits with something between them, as people and scripts write them. */
const spelt = (digits: string) =>
  fc
    .array(fc.constantFrom(...SEPARATORS), { minLength: digits.length, maxLength: digits.length })
    .map((between) =>
      [...digits]
        .map((digit, at) => `${digit}${between[at] ?? ''}`)
        .join('')
        .replace(/[-. ]+$/, ''),
    );
const prefixed = (digits: string, prefixes: readonly string[]) =>
  fc.tuple(fc.constantFrom(...prefixes), spelt(digits)).map(([prefix, body]) => `${prefix}${body}`);

describe('never dialled and never transferred to, however it is spelt and whatever countries are listed', () => {
  const NATIONAL = ['', 'tel:', '+61', '+61 ', '0011 61 ', 'tel:+61'];
  test.each([
    ['premium', '1900123456', NATIONAL],
    ['premium', '1902123456', NATIONAL],
    ['premium', '1906123456', NATIONAL],
    ['shared cost', '1300123456', NATIONAL],
    ['shared cost', '131114', NATIONAL],
    ['satellite', '147123456', ['0', '+61', '+61 ', '0011 61 ']],
    ['Inmarsat', '870773111632', ['+', '0011 ', 'tel:+']],
    ['Iridium', '881631234567', ['+', '0011 ', 'tel:+']],
    ['an international network', '882161234567', ['+', '0011 ', 'tel:+']],
    ['an international network', '88312345678901', ['+', '0011 ']],
    ['British premium', '449098790000', ['+', '0011 ', 'tel:+']],
    ['British personal', '447012345678', ['+', '0011 ']],
    ['American premium', '19005550123', ['+', '0011 ']],
    ['German premium', '4990012345678', ['+', '0011 ']],
    ['the emergency code', '000', ['', 'tel:', '+61', '+61 ', '0011 61 ', '+']],
    ['the emergency code', '112', ['', 'tel:', '+61', '0011 61 ', '+']],
    ['the emergency code', '106', ['', 'tel:', '+61', '0011 61 ']],
    ['the emergency code', '911', ['', 'tel:', '+1', '+']],
    ['the emergency code', '999', ['', 'tel:', '+44']],
    ['the short code', '1223', ['', 'tel:', '+61']],
    ['the short code', '12455', ['', 'tel:', '+61']],
    ['the short code', '1234', ['', 'tel:', '+61']],
    ['the short code', '1194', ['', '+61']],
  ])('%s %s', (_what, digits, prefixes) => {
    fc.assert(
      fc.property(prefixed(digits, prefixes), (text) => {
        const verdict = check(text, { allowedCountries: every });
        expect([text, verdict.status]).toEqual([text, 'refused']);
        const target = toTransferUri(text);
        const refused =
          target.status === 'invalid' ||
          checkTransferPolicy(target, policy({ allowedCountries: every })).status === 'refused';
        expect([text, refused]).toEqual([text, true]);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    'sip:000@sip.example.com',
    'sip:+61000@sip.example.com',
    'sips:112@sip.example.com;user=phone',
    'sip:9-1-1@sip.example.com',
    'sip:1900123456@sip.example.com',
    'sip:+611900123456@sip.example.com',
    'sip:00116119001 23456@sip.example.com',
    'sip:0011611900123456@sip.example.com',
    'sip:131114@sip.example.com',
    'sip:+61.13.11.14@sip.example.com',
    'sip:+88163123456@sip.example.com',
    'sip:90011611900123456@sip.example.com',
    'tel:000',
    'tel:+61-1900-123-456',
    'tel:+611900123456;phone-context=+61',
    'TEL:1900 123 456',
  ])('the transfer target %s', (text) => {
    const target = toTransferUri(text);
    const verdict =
      target.status === 'invalid' ? target : checkTransferPolicy(target, policy({ allowedCountries: every }));
    expect(verdict.status).not.toBe('allowed');
  });
});

test('every rail is told, whatever others say', () => {
  const refusals = (destination: unknown, callerId: string | null = null) =>
    [...runDialRails({ destination, callerId }, policy({ callerIdsAllowed: ['+61731071901'] })).refusals].map(
      ([rail, refusal]) => [rail, refusal?.code ?? null],
    );
  expect(refusals('1900 123 456', 'Somebody')).toEqual([
    ['destination', null],
    ['country', null],
    ['number_type', 'number_type_not_allowed'],
    ['caller_id', 'caller_id_not_allowed'],
    ['fictitious', null],
  ]);
  expect(refusals('+44 909 879 0000')).toMatchObject([
    ['destination', null],
    ['country', 'country_not_allowed'],
    ['number_type', 'number_type_not_allowed'],
    {},
    {},
  ]);
  expect(refusals('000')).toEqual([['destination', 'emergency_number']]);
  expect(refusals('12')).toEqual([['destination', 'invalid_number']]);
});

test('never throws, and what it allows is an Australian number of an allowed type', () => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 3, maxLength: 14 });
  const prefixed = fc.tuple(fc.constantFrom('', '0', '+61', '1900', '13', '1300', '04', '0011'), digits);
  const input = fc.oneof(
    fc.anything(),
    prefixed.map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(input, (destination) => {
      const verdict = check(destination);
      if (verdict.status !== 'allowed') return;
      expect(verdict.number?.e164).toMatch(/^\+61([23478]\d{8}|1800?\d+|5\d{8})$/);
      expect(['mobile', 'fixed_line', 'toll_free', 'voip']).toContain(verdict.number?.type);
    }),
    { numRuns: 2_000 },
  );
});

describe('checkTransferPolicy', () => {
  test.each([
    ['+61731071901', 'allowed'],
    ['+611900123456', 'refused'],
    ['+442079460958', 'refused'],
    [null, 'allowed'],
  ])('%j: %s', (e164, status) => {
    expect(checkTransferPolicy({ e164 }, policy()).status).toBe(status);
  });
});
