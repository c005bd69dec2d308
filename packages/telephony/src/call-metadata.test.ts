import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CallMetadata, decodeMetadata, encodeMetadata } from './call-metadata.ts';

const GUIDE_EXAMPLE = `{
    "destination":"61402012298",
    "account_code":"em-tech-01",
    "transfer_target":"61731071901",
    "caller_id":"LiveKitNehosHosted",
    "caller_name":"LiveKit Nehos Hosted"
  }`;
const EXAMPLE: CallMetadata = {
  destination: '61402012298',
  account_code: 'em-tech-01',
  transfer_target: '61731071901',
  caller_id: 'LiveKitNehosHosted',
  caller_name: 'LiveKit Nehos Hosted',
  call_id: null,
  dispatch: null,
};
const BARE: CallMetadata = {
  destination: '61402012298',
  account_code: null,
  transfer_target: null,
  caller_id: null,
  caller_name: null,
  call_id: null,
  dispatch: null,
};
const ok = (metadata: CallMetadata, unknownFields: Record<string, unknown> = {}) => ({
  status: 'ok',
  metadata,
  unknownFields,
});

test('the example of the guide is read exactly', () => {
  expect(decodeMetadata(GUIDE_EXAMPLE)).toEqual(ok(EXAMPLE));
});

test('and written as the same object, without the fields that have no value', () => {
  expect(encodeMetadata(EXAMPLE)).toBe(JSON.stringify(JSON.parse(GUIDE_EXAMPLE)));
  expect(encodeMetadata(BARE)).toBe('{"destination":"61402012298"}');
  expect(encodeMetadata({ ...EXAMPLE, call_id: 'call_1', dispatch: 2 })).toContain(
    '"call_id":"call_1","dispatch":2',
  );
});

describe('decodeMetadata tolerates', () => {
  test.each([
    ['numbers for text', '{"destination":61402012298}'],
    ['nothing as ""', '{"destination":"61402012298","account_code":"","caller_id":"  "}'],
    ['nothing as null', '{"destination":"61402012298","transfer_target":null,"dispatch":null}'],
    ['nothing as "" for a number', '{"destination":"61402012298","dispatch":""}'],
    ['white space around it', '\n {"destination":"61402012298"} \n'],
    ['the object in a string', JSON.stringify('{"destination":"61402012298"}')],
    ['the object in a string in a string', JSON.stringify(JSON.stringify('{"destination":"61402012298"}'))],
  ])('%s', (_, text) => {
    expect(decodeMetadata(text)).toEqual(ok(BARE));
  });

  test('numbers for every text field, and text for the number', () => {
    const text =
      '{"destination":402012298,"account_code":7,"caller_id":61731071901,"dispatch":"3","call_id":"call_1"}';
    expect(decodeMetadata(text)).toEqual(
      ok({
        ...BARE,
        destination: '402012298',
        account_code: '7',
        caller_id: '61731071901',
        dispatch: 3,
        call_id: 'call_1',
      }),
    );
  });
});

describe('decodeMetadata refuses', () => {
  test.each([
    ['', /empty/],
    [' \n', /empty/],
    ['null', /not a JSON object/],
    ['[]', /not a JSON object/],
    ['5', /not a JSON object/],
    ['""', /not valid JSON/],
    ['"null"', /not a JSON object/],
    ['{"destination":0402012298}', /leading zero/],
    ['{destination:"x"}', /not valid JSON/],
    ['{}', /no destination/],
    ['{"destination":""}', /no destination/],
    ['{"destination":null}', /no destination/],
    ['{"destination":true}', /destination that is neither/],
    ['{"destination":["61402012298"]}', /destination that is neither/],
    ['{"destination":6.5}', /destination that is neither/],
    ['{"destination":1e30}', /destination that is neither/],
    ['{"destination":"1","account_code":{}}', /account_code that is neither/],
    ['{"destination":"1","dispatch":0}', /dispatch/],
    ['{"destination":"1","dispatch":"one"}', /dispatch/],
    ['{"destination":"1","dispatch":1.5}', /dispatch/],
    ['{"__proto__":{"destination":"61402012298"}}', /no destination/],
    [JSON.stringify(JSON.stringify(JSON.stringify('{"destination":"1"}'))), /not a JSON object/],
  ])('%j', (text, why) => {
    expect(decodeMetadata(text)).toEqual({ status: 'invalid', reason: expect.stringMatching(why) });
  });

  test('without repeating what it was given, which may be private', () => {
    const refused = decodeMetadata('{"destination":"61402012298" oops');
    expect(JSON.stringify(refused)).not.toContain('61402012298');
  });
});

describe('unknown fields', () => {
  test('are kept and written again, behind the known ones', () => {
    const text = '{"lead":{"id":5},"destination":"61402012298","tags":["a"]}';
    const decoded = decodeMetadata(text);
    expect(decoded).toEqual(ok(BARE, { lead: { id: 5 }, tags: ['a'] }));
    expect(encodeMetadata(BARE, { lead: { id: 5 } })).toBe('{"destination":"61402012298","lead":{"id":5}}');
  });

  test('never replace a known field', () => {
    expect(encodeMetadata(BARE, { destination: '000', dispatch: 9 })).toBe('{"destination":"61402012298"}');
  });

  test('cannot change a prototype', () => {
    const decoded = decodeMetadata('{"destination":"1","__proto__":{"polluted":true},"constructor":"x"}');
    expect(decoded).toEqual(ok({ ...BARE, destination: '1' }, { constructor: 'x' }));
    const fields = decoded.status === 'ok' ? decoded.unknownFields : {};
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
    expect('polluted' in fields).toBe(false);
    expect('polluted' in {}).toBe(false);
  });
});

describe('property:', () => {
  const word = fc.string({ unit: 'grapheme' }).filter((text) => text.trim() !== '');
  const field = fc.option(word);
  const metadata: fc.Arbitrary<CallMetadata> = fc.record({
    destination: word,
    account_code: field,
    transfer_target: field,
    caller_id: field,
    caller_name: field,
    call_id: field,
    dispatch: fc.option(fc.integer({ min: 1, max: 999_999_999 })),
  });
  const known = new Set(Object.keys(BARE));
  const others = fc.dictionary(
    fc.string().filter((name) => !known.has(name) && name !== '__proto__'),
    fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
    { noNullPrototype: true },
  );

  test('what is encoded is decoded again, also from inside a string', () => {
    fc.assert(
      fc.property(metadata, others, (given, unknownFields) => {
        const text = encodeMetadata(given, unknownFields);
        expect(decodeMetadata(text)).toEqual(ok(given, unknownFields));
        expect(decodeMetadata(JSON.stringify(text))).toEqual(ok(given, unknownFields));
      }),
    );
  });

  test('it never throws', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.anything().map((value) => String(JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? 0 : v)))),
    );
    fc.assert(
      fc.property(anything, (text) => {
        expect(['ok', 'invalid']).toContain(decodeMetadata(text).status);
      }),
      { numRuns: 1_000 },
    );
  });
});
