import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toReferTo, toTransferUri } from './sip-uri.ts';

describe('toTransferUri takes', () => {
  test.each<[unknown]>([
    ['61731071901'],
    ['+61 7 3107 1901'],
    ['07 3107 1901'],
    ['tel:61731071901'],
    ['tel:+61731071901'],
    ['TEL:07 3107 1901'],
    [' 0731071901 '],
    [61731071901],
    [731071901],
  ])('the phone number %j', (input) => {
    expect(toTransferUri(input)).toEqual({ status: 'ok', uri: 'tel:+61731071901', e164: '+61731071901' });
  });

  test.each<[string, string, string | null]>([
    ['sip:reception@pbx.example.com', 'sip:reception@pbx.example.com', null],
    ['sips:reception@pbx.example.com', 'sips:reception@pbx.example.com', null],
    ['SIP:Reception@PBX.Example.COM', 'sip:Reception@pbx.example.com', null],
    ['sip:1000@10.0.0.5:5080', 'sip:1000@10.0.0.5:5080', null],
    ['sip:a.b_c-d+e@host;transport=tcp', 'sip:a.b_c-d+e@host;transport=tcp', null],
    ['sip:+61731071901@host;user=phone', 'sip:+61731071901@host;user=phone', '+61731071901'],
    [
      'sip:0731071901@host;Transport=UDP;user=phone',
      'sip:0731071901@host;transport=udp;user=phone',
      '+61731071901',
    ],
    // Barred numbers are recognised, so that the dial policy can refuse them.
    ['sip:1900123456@host', 'sip:1900123456@host', '+611900123456'],
    ['sip:0011611900123456@host', 'sip:0011611900123456@host', '+611900123456'],
    ['sip:01900-123-456@host', 'sip:01900-123-456@host', '+611900123456'],
  ])('%s', (input, uri, e164) => {
    expect(toTransferUri(input)).toEqual({ status: 'ok', uri, e164 });
  });

  test('only the hosts that are allowed, in any case, with or without a port', () => {
    const allowedHosts = ['SIP.nehos.com.au', '127.0.0.1:5070'];
    const status = (uri: string) => toTransferUri(uri, { allowedHosts }).status;
    expect(status('sip:a@sip.nehos.com.au')).toBe('ok');
    expect(status('sip:a@SIP.NEHOS.com.au:5061')).toBe('ok');
    expect(status('sip:a@127.0.0.1:5070')).toBe('ok');
    // A trunk given as host:port: its name alone is the same carrier, another port is not.
    expect(status('sip:a@127.0.0.1')).toBe('ok');
    expect(status('sip:a@127.0.0.1:5071')).toBe('invalid');
    expect(status('sip:a@evil.sip.nehos.com.au')).toBe('invalid');
    expect(status('sip:a@sip.nehos.com.au.evil')).toBe('invalid');
    expect(toTransferUri('sip:a@b', { allowedHosts: [] }).status).toBe('invalid');
    expect(toTransferUri('0731071901', { allowedHosts: [] }).status).toBe('ok');
  });

  test('national numbers of another default country', () => {
    const uri = 'tel:+442079460958';
    expect(toTransferUri('020 7946 0958', { defaultCountry: 'GB' })).toEqual({
      status: 'ok',
      uri,
      e164: uri.slice(4),
    });
  });
});

describe('toTransferUri refuses', () => {
  test.each<[unknown, RegExp]>([
    ['', /no digits/],
    ['sip:', /no @/],
    ['sip:host', /no @/],
    ['sip:@host', /nobody/],
    ['sip:a@', /host/],
    ['sip:a@b@c', /more than one @/],
    ['sip:a:secret@host', /password/],
    ['sip::@host', /password/],
    ['sip:a@host?X-Evil=1', /headers after a \?/],
    ['sip:a?b@host', /headers after a \?/],
    ['sip:a%0d%0aX-Evil:%201@host', /% escapes/],
    ['sip:a@host%00', /% escapes/],
    ['sip:a@ho%73t', /% escapes/],
    ['sip:a@host\r\nX-Evil: 1', /U\+000D/],
    ['sip:a@host\n', /U\+000A/],
    ['sip:a\u0000@host', /U\+0000/],
    ['sip:a\t@host', /U\+0009/],
    ['sip:jos\u00e9@host', /U\+00E9/],
    ['tel:+61731071901\r\nX-Evil: 1', /U\+000D/],
    ['sip:a b@host', /U\+0020/],
    ['sip:"a"@host', /"""/],
    ['sip:a,b@host', /","/],
    ['sip:a;phone-context=x@host', /";"/],
    ['sip:*31*0731071901@host', /"\*"/],
    ['<sip:a@host>', /must begin with sip:/],
    ['Bob <sip:a@host>', /must begin with sip:/],
    ['sip:a@host>', /host/],
    ['sip:a@host,sip:b@host', /more than one @/],
    ['sip:a@[::1]', /IPv6/],
    ['sip:a@[2001:db8::1]:5060', /IPv6/],
    ['sip:a@::1', /IPv6/],
    ['sip:a@2130706433', /host/],
    ['sip:a@0x7f.1', /host/],
    ['sip:a@host:99999', /port/],
    ['sip:a@host;maddr=10.0.0.1', /only carry/],
    ['sip:a@host;method=BYE', /only carry/],
    ['sip:a@host;lr', /only carry/],
    ['sip:a@host;transport=ws', /only carry/],
    ['sip:a@host;transport=udp;transport=tcp', /only carry/],
    ['sip:a@host;', /only carry/],
    ['sip:000@host', /emergency/],
    ['sip:112@host', /emergency/],
    ['sip:+61000@host', /emergency/],
    ['sip:91900123456@host', /neither an extension nor a phone number/],
    ['sip:1234567@host', /neither an extension nor a phone number/],
    ['tel:000', /emergency/],
    ['tel:+61731071901;ext=1', /";"/],
    ['tel:+61731071901?x=1', /"\?"/],
    ['http://example.com', /tel:, sip: or sips:/],
    ['https:07', /tel:, sip: or sips:/],
    ['javascript:alert(1)', /tel:, sip: or sips:/],
    ['h323:a@host', /tel:, sip: or sips:/],
    ['mailto:a@host', /tel:, sip: or sips:/],
    ['urn:service:sos', /tel:, sip: or sips:/],
    ['0731071901@host', /must begin with sip:/],
    ['reception', /"r"/],
    [`sip:${'a'.repeat(300)}@host`, /255 characters/],
    [' '.repeat(100_000), /255 characters/],
    [null, /text or a whole number/],
    [{ uri: 'sip:a@b' }, /text or a whole number/],
  ])('%j', (input, why) => {
    expect(toTransferUri(input)).toEqual({ status: 'invalid', reason: expect.stringMatching(why) });
  });
});

describe('toTransferUri, whatever it is given,', () => {
  const hostile = fc.string({
    unit: fc.constantFrom(...'sip:tel@.;=?%<>"[]+-_ 019aZ\r\n\t\0\u00e9\u2028'),
    maxLength: 40,
  });
  const sipLike = fc
    .tuple(fc.constantFrom('sip:', 'SIPS:', 'tel:', 'sip:a@', 'sip:1@h;'), hostile)
    .map((p) => p.join(''));
  const anything = fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), hostile, sipLike, fc.webUrl());

  test('never throws, and lets nothing into a URI that could end a header', () => {
    fc.assert(
      fc.property(anything, (input) => {
        const target = toTransferUri(input);
        if (target.status === 'ok') {
          expect(target.uri).toMatch(
            /^(tel:\+\d{5,15}|sips?:[A-Za-z0-9+._-]+@[a-z0-9.-]+(:\d+)?(;[a-z=]+)*)$/,
          );
        } else {
          expect(target.reason).toMatch(/^[A-Z][ -~]+$/);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test('reads its own result again as the same target', () => {
    const user = fc.stringMatching(/^[A-Za-z0-9+._-]{1,12}$/);
    const host = fc.stringMatching(/^[A-Za-z0-9.-]{1,12}(:\d{1,5})?$/);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.tuple(user, host).map(([u, h]) => `sip:${u}@${h}`),
          fc.nat(),
        ),
        (input) => {
          const target = toTransferUri(input);
          fc.pre(target.status === 'ok');
          expect(toTransferUri(target.status === 'ok' && target.uri)).toEqual(target);
        },
      ),
    );
  });
});

describe('toReferTo', () => {
  const number = 'tel:+61731071901';
  test('keeps tel: in tel form', () => {
    expect(toReferTo(number, { form: 'tel', host: null, format: 'e164_digits' })).toBe(number);
  });

  test.each([
    ['e164_digits', 'sip:61731071901@sip.nehos.com.au'],
    ['e164_plus', 'sip:+61731071901@sip.nehos.com.au'],
    ['national', 'sip:0731071901@sip.nehos.com.au'],
  ] as const)('writes sip form as %s', (format, expected) => {
    expect(toReferTo(number, { form: 'sip', host: 'SIP.nehos.com.au', format })).toBe(expected);
  });

  test('keeps the port of the host, and a sip: URI as it is', () => {
    expect(toReferTo(number, { form: 'sip', host: '127.0.0.1:5070', format: 'e164_digits' })).toBe(
      'sip:61731071901@127.0.0.1:5070',
    );
    const uri = 'sip:reception@pbx.example.com;transport=tcp';
    expect(toReferTo(uri, { form: 'sip', host: 'sip.nehos.com.au', format: 'national' })).toBe(uri);
    expect(toReferTo(uri, { form: 'tel', host: null, format: 'national' })).toBe(uri);
  });

  test.each([null, '', 'a b', 'host\r\n', '[::1]', 'u@h'])('throws in sip form on the host %j', (host) => {
    expect(() => toReferTo(number, { form: 'sip', host, format: 'e164_digits' })).toThrow(/TRANSFER_HOST/);
  });
});
