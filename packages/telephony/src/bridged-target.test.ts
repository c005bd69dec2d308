import { expect, test } from 'vitest';
import { bridgedTarget } from './bridged-target.ts';

const options = { format: 'e164_digits', country: 'AU', trunkHost: 'sip.example.com:5070' } as const;

test.each([
  ['tel:+61731071901', { dialString: '61731071901', e164: '+61731071901', key: '+61731071901' }],
  [
    'sip:61731071901@pbx.example.com',
    { dialString: '61731071901', e164: '+61731071901', key: '+61731071901' },
  ],
  ['sip:accounts@sip.example.com', { dialString: 'accounts', e164: null, key: 'accounts' }],
  ['sip:4711@sip.example.com:5070', { dialString: '4711', e164: null, key: '4711' }],
  ['sip:Accounts@sip.example.com', { dialString: 'Accounts', e164: null, key: 'accounts' }],
])('%s is dialled over the trunk', (uri, expected) => {
  expect(bridgedTarget(uri, options)).toEqual({ status: 'ok', ...expected });
});

test('the number is written as the carrier wants it', () => {
  expect(bridgedTarget('tel:+61731071901', { ...options, format: 'national' })).toMatchObject({
    dialString: '0731071901',
  });
});

test.each([
  ['sip:accounts@other.example.com', options],
  ['sip:accounts@sip.example.com', { ...options, trunkHost: null }],
  ['tel:000', options],
  ['http://example.com', options],
])('%s cannot be', (uri, given) => {
  expect(bridgedTarget(uri, given)).toMatchObject({ status: 'invalid', reason: expect.any(String) });
});
