import { describe, expect, test } from 'vitest';
import { testCall } from '../test/call.ts';
import { testConfig } from '../test/config.ts';
import { accountCodeHeaders, buildInvite, callerIdFor } from './invite.ts';

describe('buildInvite', () => {
  test('carries the account code once, the caller ID as From and the name as display name', () => {
    expect(buildInvite(testCall(), 'LiveKitNehosHosted', testConfig())).toEqual({
      dialString: '61491570156',
      fromNumber: 'LiveKitNehosHosted',
      displayName: 'LiveKit Nehos Hosted',
      headers: { 'X-Account-Code': 'em-tech-01' },
      participantMetadata: JSON.stringify({
        destination: '61491570156',
        account_code: 'em-tech-01',
        transfer_target: 'tel:+61255500100',
        caller_id: 'LiveKitNehosHosted',
        caller_name: 'LiveKit Nehos Hosted',
      }),
      ringTimeoutSeconds: 30,
      maxCallSeconds: 600,
    });
  });

  test.each([
    ['e164_digits', '61491570156'],
    ['e164_plus', '+61491570156'],
    ['national', '0491570156'],
  ])('dials as %s', (format, dialString) => {
    expect(buildInvite(testCall(), 'x', testConfig({ SIP_DIAL_FORMAT: format })).dialString).toBe(dialString);
  });

  test('leaves out the header without an account code, and the display name without any name', () => {
    const invite = buildInvite(testCall({ account_code: null, caller_name: null }), 'x', testConfig());
    expect(invite.headers).toEqual({});
    expect(invite.displayName).toBeNull();
  });

  test('with an identity header From is the auth ID and the header carries the number', () => {
    const config = testConfig({
      SIP_IDENTITY_HEADER: 'P-Asserted-Identity',
      SIP_FROM_IDENTITY: 'office',
      SIP_FROM_NUMBER: '0255500199',
    });
    const invite = buildInvite(testCall(), '0255500199', config);
    expect(invite.fromNumber).toBe('office');
    expect(invite.headers['P-Asserted-Identity']).toContain('0255500199');
    expect(invite.headers['P-Asserted-Identity']).toContain('sip.example.com');
  });

  test('takes the configured account-code header', () => {
    expect(accountCodeHeaders(testCall(), testConfig({ ACCOUNT_CODE_HEADER: 'X-Cost-Centre' }))).toEqual({
      'X-Cost-Centre': 'em-tech-01',
    });
  });
});

describe('callerIdFor', () => {
  test('without one from anywhere the destination is used, with a warning', () => {
    const choice = callerIdFor(testCall({ caller_id: null }), testConfig());
    expect(choice).toMatchObject({ status: 'chosen', source: 'destination', warning: expect.any(String) });
  });

  test('with an allow list it is refused instead', () => {
    const choice = callerIdFor(
      testCall({ caller_id: null }),
      testConfig({ CALLER_IDS_ALLOWED: '0255500199' }),
    );
    expect(choice.status).toBe('missing');
  });
});
