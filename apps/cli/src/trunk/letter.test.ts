import { expect, test } from 'vitest';
import { readCarrierSettings } from './carrier-settings.ts';
import { inviteExample } from './invite-example.ts';
import { carrierLetter } from './letter.ts';

const ENV = {
  SIP_TRUNK_HOST: 'sip.carrier.example',
  SIP_TRUNK_USERNAME: 'office',
  SIP_TRUNK_PASSWORD: 'canary-password',
  SIP_FROM_NUMBER: '+61255500199',
  SIP_DISPLAY_NAME: 'Our Office',
  SIP_FROM_HOST: 'office.example',
};

const letter = (env: Record<string, string> = {}, liveKitUrl: string | null = null): string =>
  carrierLetter(readCarrierSettings({ ...ENV, ...env }), {
    carrier: 'Nehos',
    sender: 'Our Office Pty',
    liveKitUrl,
  });

const lineOf = (text: string, name: string): string | undefined =>
  new RegExp(`^${name} +(.*)$`, 'm').exec(text)?.[1];

test('a call in the letter is written as the settings say', () => {
  const text = letter();
  expect(lineOf(text, 'Request-URI')).toBe('sip:61491570157@sip.carrier.example;transport=udp');
  expect(lineOf(text, 'From')).toBe('"Our Office" <sip:+61255500199@office.example;transport=udp>');
  expect(lineOf(text, 'X-Account-Code')).toBe('em-tech-01');
  expect(lineOf(text, 'Codecs')).toBe('G722 PCMU PCMA telephone-event');
  expect(lineOf(text, 'Refer-To')).toBe('tel:+61255500100');
});

test('and otherwise when they say otherwise', () => {
  const text = letter({
    SIP_IDENTITY_HEADER: 'P-Asserted-Identity',
    SIP_FROM_IDENTITY: 'LiveKitNehosHosted',
    SIP_DIAL_FORMAT: 'national',
    SIP_TRUNK_TRANSPORT: 'tls',
    SIP_CODECS: 'PCMA',
    TRANSFER_URI: 'sip',
    ACCOUNT_CODE_HEADER: 'X-Cost-Centre',
  });
  expect(lineOf(text, 'Request-URI')).toBe('sip:0491570157@sip.carrier.example;transport=tls');
  expect(lineOf(text, 'From')).toBe('"Our Office" <sip:LiveKitNehosHosted@office.example;transport=tls>');
  expect(lineOf(text, 'P-Asserted-Identity')).toBe('<sip:+61255500199@office.example>');
  expect(lineOf(text, 'X-Cost-Centre')).toBe('em-tech-01');
  expect(lineOf(text, 'Codecs')).toBe('PCMA telephone-event');
  expect(lineOf(text, 'Refer-To')).toBe('sip:0255500100@sip.carrier.example');
  expect(text).toContain('Is the caller number taken from P-Asserted-Identity');
});

test('transfers are told as TRANSFER_MODE makes them', () => {
  const refers = 'we send REFER within the dialog';
  const holds = 'hold both legs';
  expect(letter()).toContain(refers);
  expect(letter()).toContain(holds);
  const refer = letter({ TRANSFER_MODE: 'refer' });
  expect(refer).toContain(refers);
  expect(refer).not.toContain(holds);
  const bridge = letter({ TRANSFER_MODE: 'bridge' });
  expect(bridge).toContain(holds);
  expect(bridge).toContain('We send no REFER');
  expect(bridge).not.toMatch(/Refer-To|accept REFER/);
});

test('without a login and without fixed addresses it asks for a login, and says nothing else', () => {
  const { SIP_TRUNK_USERNAME: _user, SIP_TRUNK_PASSWORD: _password, ...env } = ENV;
  const text = carrierLetter(readCarrierSettings(env), {
    carrier: 'Nehos',
    sender: null,
    liveKitUrl: 'wss://office-1234.livekit.cloud',
  });
  expect(text).toContain('Login: none so far');
  expect(text).toContain('not by source address');
  expect(text).not.toMatch(/identified by source address/);
});

test('it says what we are and asks what matters, without the password', () => {
  const text = letter();
  for (const said of [
    'do not REGISTER',
    'no credentials',
    're-INVITE',
    '100rel',
    'Early media is not played',
    'RFC 4733',
    '20 ms',
    'two channels',
    'proof of the right to use them',
    'new calls per second',
    'Which status and phrase mean',
    'source addresses',
  ]) {
    expect(text).toContain(said);
  }
  expect(text).not.toContain('canary');
  expect(text.split('\n').filter((line) => line.length > 140)).toEqual([]);
});

test('where calls come from depends on whose LiveKit it is', () => {
  expect(letter({}, 'wss://office.livekit.cloud')).toContain('publishes no fixed addresses');
  expect(letter({ SIP_DESTINATION_COUNTRY: 'jp' }, 'wss://office.livekit.cloud')).toContain('country "jp"');
  expect(letter({}, 'ws://livekit.lan:7880')).toContain('our own SIP service');
});

test('the example needs no host that only LiveKit knows', () => {
  const { SIP_FROM_HOST: _, ...env } = ENV;
  expect(inviteExample(readCarrierSettings(env), 'somewhere').from).toBe(
    '"Our Office" <sip:+61255500199@somewhere;transport=udp>',
  );
});
