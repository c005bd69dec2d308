import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CallerIdSettings,
  checkCallerId,
  checkCallerName,
  chooseCallerId,
  chooseCallerName,
  isCallerIdAllowed,
} from './caller-id.ts';

const settings = (given: Partial<CallerIdSettings> = {}): CallerIdSettings => ({
  fromNumber: null,
  fromIdentity: null,
  fallback: 'destination',
  allowed: [],
  defaultCountry: 'AU',
  ...given,
});
const DESTINATION = '+61402012298';

describe('chooseCallerId', () => {
  const all = { fromNumber: '+61731071900', fromIdentity: 'LiveKitNehosHosted' };
  test.each([
    ['0731071901', all, '0731071901', 'request'],
    [null, all, '+61731071900', 'SIP_FROM_NUMBER'],
    ['', all, '+61731071900', 'SIP_FROM_NUMBER'],
    ['  ', { ...all, fromNumber: ' ' }, 'LiveKitNehosHosted', 'SIP_FROM_IDENTITY'],
    [null, { ...all, fromNumber: null }, 'LiveKitNehosHosted', 'SIP_FROM_IDENTITY'],
    ['LiveKitNehosHosted', {}, 'LiveKitNehosHosted', 'request'],
  ] as const)('%j with %j: %s from %s, without a warning', (requested, given, callerId, source) => {
    const choice = chooseCallerId(requested, DESTINATION, settings(given));
    expect(choice).toMatchObject({ status: 'chosen', callerId, source, warning: null });
  });

  test('falls back to the destination, with a warning that says what to set', () => {
    const choice = chooseCallerId(null, DESTINATION, settings());
    expect(choice).toMatchObject({ status: 'chosen', callerId: '61402012298', source: 'destination' });
    expect(choice.status === 'chosen' && choice.warning).toMatch(/SIP_FROM_NUMBER.*most carriers refuse/);
  });

  test.each([
    [{ fallback: 'refuse' }, /SIP_FROM_NUMBER or SIP_FROM_IDENTITY/],
    [{ allowed: ['+61731071900'] }, /CALLER_IDS_ALLOWED is set/],
  ] as const)('is missing with %j', (given, why) => {
    const choice = chooseCallerId(null, DESTINATION, settings(given));
    expect(choice).toEqual({ status: 'missing', reason: expect.stringMatching(why) });
  });

  test('does not replace a caller ID that cannot be sent by another one', () => {
    expect(chooseCallerId('07 3107 1901', DESTINATION, settings(all))).toEqual({
      status: 'missing',
      reason: expect.stringMatching(/^caller_id cannot be used\. .*U\+0020/),
    });
    expect(chooseCallerId(null, DESTINATION, settings({ fromNumber: 'a@b' }))).toEqual({
      status: 'missing',
      reason: expect.stringMatching(/^SIP_FROM_NUMBER cannot be used/),
    });
  });

  test('leaves the allow list to isCallerIdAllowed', () => {
    const choice = chooseCallerId('0731071901', DESTINATION, settings({ allowed: ['+61731071900'] }));
    expect(choice).toMatchObject({ status: 'chosen', callerId: '0731071901' });
  });

  test('never throws and never lets anything but a SIP user through', () => {
    const text = fc.option(fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(text, fc.string(), text, text, (requested, destination, fromNumber, fromIdentity) => {
        const choice = chooseCallerId(requested, destination, settings({ fromNumber, fromIdentity }));
        if (choice.status === 'chosen') expect(choice.callerId).toMatch(/^[A-Za-z0-9+._-]{1,64}$/);
        else expect(choice.reason).toMatch(/^[ -~]+$/);
      }),
    );
  });
});

describe('checkCallerId', () => {
  test.each(['+61731071901', '0731071901', 'LiveKitNehosHosted', 'a.b_c-d'])('takes %s', (callerId) => {
    expect(checkCallerId(callerId)).toEqual({ status: 'ok', value: callerId });
  });
  test.each(['', 'a b', 'a@b', 'a:b', 'a;b', '<a>', '"a"', 'a\r\nX: 1', 'a\0', 'a%20b', 'é', 'a'.repeat(65)])(
    'refuses %j',
    (callerId) => {
      expect(checkCallerId(callerId).status).toBe('invalid');
    },
  );
});

describe('isCallerIdAllowed', () => {
  const allowed = ['+61 7 3107 1901', 'LiveKitNehosHosted', '0402012298'];
  test.each([
    ['+61731071901', true],
    ['0731071901', true],
    ['61731071901', true],
    ['61402012298', true],
    ['LiveKitNehosHosted', true],
    ['livekitnehoshosted', false],
    ['+61731071902', false],
    ['', false],
  ])('%j: %s', (callerId, expected) => {
    expect(isCallerIdAllowed(callerId, allowed, 'AU')).toBe(expected);
  });
  test('an empty list allows every caller ID', () => {
    expect(isCallerIdAllowed('anything', [], 'AU')).toBe(true);
  });
});

describe('names', () => {
  test.each([
    ['LiveKit Nehos Hosted', 'Default', 'LiveKit Nehos Hosted'],
    ["Zoë's Café", null, "Zoë's Café"],
    [null, 'Default', 'Default'],
    ['', 'Default', 'Default'],
    [' ', ' ', null],
    [null, null, null],
    ['A" <sip:x@y>', 'Default', null],
    ['A\r\nX-Evil: 1', 'Default', null],
  ])('%j, else %j: %j', (requested, displayName, expected) => {
    expect(chooseCallerName(requested, displayName)).toBe(expected);
  });

  test.each(['', '  ', 'a"b', 'a\\b', 'a<b', 'a>b', 'a\nb', 'a\u2028b', 'a\u202eb', 'a'.repeat(65)])(
    'checkCallerName refuses %j',
    (name) => {
      expect(checkCallerName(name).status).toBe('invalid');
    },
  );

  test('no name that is chosen can leave its quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (requested, displayName) => {
        const name = chooseCallerName(requested, displayName);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
        if (name !== null) expect(name).not.toMatch(/["\\<>\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      }),
    );
  });
});
