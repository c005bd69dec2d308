import { expect, test } from 'vitest';
import { fromOf } from './from.ts';

const SETTINGS = { identityHeader: 'none', fromIdentity: 'LiveKitNehosHosted', host: 'sip.example' } as const;

test('From is the caller ID unless a header carries it', () => {
  expect(fromOf('+61255500199', SETTINGS)).toEqual({ user: '+61255500199', headers: {} });
});

test('with an identity header From is the auth ID and the header carries the number', () => {
  expect(fromOf('+61255500199', { ...SETTINGS, identityHeader: 'P-Asserted-Identity' })).toEqual({
    user: 'LiveKitNehosHosted',
    headers: { 'P-Asserted-Identity': '<sip:+61255500199@sip.example>' },
  });
});

test('without an auth ID there is nothing to put into From but the caller ID', () => {
  expect(fromOf('1', { ...SETTINGS, identityHeader: 'Remote-Party-ID', fromIdentity: null })).toEqual({
    user: '1',
    headers: {},
  });
});

test('a header without a host cannot be written', () => {
  expect(() => fromOf('1', { ...SETTINGS, identityHeader: 'Remote-Party-ID', host: null })).toThrow(
    TypeError,
  );
});
