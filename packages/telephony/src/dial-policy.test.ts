import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkDialPolicy, checkTransferPolicy, type DialPolicy } from './dial-policy.ts';

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
