import { describe, expect, test } from 'vitest';
import { DISPATCH_FIELDS, dispatchBodySchema } from './dispatch-command.ts';
import { explainUnknownField } from './unknown-field.ts';

const read = (body: unknown) => dispatchBodySchema.safeParse(body);
const destination = '61402012298';

describe('tolerant at the door', () => {
  test.each([
    ['a number for a number in words', { destination: 61402012298 }, { destination }],
    ['nothing as ""', { destination, account_code: '', caller_id: '  ', metadata: null }, { destination }],
    [
      'numbers as text',
      { destination, ring_timeout_seconds: '30' },
      { destination, ring_timeout_seconds: 30 },
    ],
    ['a text as a number', { destination, account_code: 12345 }, { destination, account_code: '12345' }],
    [
      'booleans as text',
      { destination, dry_run: 'True', record: 'false' },
      { destination, dry_run: true, record: false },
    ],
    [
      'objects as JSON text',
      { destination, variables: '{"name":"Kim"}' },
      { destination, variables: { name: 'Kim' } },
    ],
    [
      'lists as JSON text',
      { destination, retry_minutes: '[30,120]' },
      { destination, retry_minutes: [30, 120] },
    ],
    [
      'events as JSON text',
      { destination, callback_events: '["call.ended","call.answered"]' },
      { destination, callback_events: ['call.ended', 'call.answered'] },
    ],
    [
      'attempts as text, no callback as ""',
      { destination, max_attempts: '3', callback_url: '', schedule_at: ' ' },
      { destination, max_attempts: 3 },
    ],
    [
      'metadata as JSON text',
      { destination, metadata: '{"run":"7"}' },
      { destination, metadata: { run: '7' } },
    ],
    [
      'what copying leaves at the ends',
      { destination: `${destination}\n`, caller_id: '\u00a0Nehos \r\n', greeting: ' Hi ' },
      { destination, caller_id: 'Nehos', greeting: 'Hi' },
    ],
    [
      'metadata as deep as is allowed',
      { destination, metadata: `${'['.repeat(32)}${']'.repeat(32)}` },
      { destination, metadata: JSON.parse(`${'['.repeat(32)}${']'.repeat(32)}`) },
    ],
    [
      'metadata as a sentence',
      { destination, metadata: 'from the form' },
      { destination, metadata: 'from the form' },
    ],
  ])('%s', (_name, body, command) => {
    expect(read(body)).toEqual({ success: true, data: command });
  });
});

describe('strict behind it', () => {
  test.each([
    ['no destination', {}, 'destination is required'],
    ['a body that is a list', [], 'expected object'],
    ['a body that is text', 'hello', 'expected object'],
    ['a destination that is an object', { destination: {} }, 'text or a number'],
    ['a fraction of a second', { destination, ring_timeout_seconds: '30.5' }, 'int'],
    ['a ring time that is too long', { destination, ring_timeout_seconds: 76 }, '75'],
    ['a call that is too short', { destination, max_call_seconds: 9 }, '10'],
    ['an account code with a line break', { destination, account_code: 'a\r\nVia: x' }, 'Letters'],
    ['a caller ID with a bracket', { destination, caller_id: '61<evil>' }, 'caller ID contains'],
    ['a caller name with a quote', { destination, caller_name: 'a" <sip:x>' }, 'caller name contains'],
    ['a time without an offset', { destination, not_after: '2026-03-01T09:00:00' }, 'RFC 3339'],
    ['metadata over 4 KiB', { destination, metadata: { text: 'x'.repeat(4090) } }, '4096 bytes'],
    ['variables that are no object', { destination, variables: '[1]' }, 'record'],
    ['a prototype inside JSON text', { destination, metadata: '{"a":{"__proto__":{"b":1}}}' }, '__proto__'],
    [
      'a constructor inside JSON text',
      { destination, variables: '{"constructor":{"prototype":1}}' },
      '__proto__',
    ],
    ['four attempts', { destination, max_attempts: 4 }, '3'],
    ['no attempt', { destination, max_attempts: 0 }, '1'],
    ['three pauses', { destination, retry_minutes: [1, 2, 3] }, '2'],
    ['a pause of no time', { destination, retry_minutes: [0] }, '1'],
    ['a pause of more than a day', { destination, retry_minutes: [1441] }, '1440'],
    ['an event that there is not', { destination, callback_events: ['call.done'] }, 'call.ended'],
    ['no event at all', { destination, callback_events: [] }, '1'],
    ['a schedule without an offset', { destination, schedule_at: '2026-03-01T09:00:00' }, 'RFC 3339'],
    [
      'a callback URL that is too long',
      { destination, callback_url: `https://x/${'y'.repeat(2000)}` },
      '2000',
    ],
    ['a time beyond the year 9999', { destination, not_after: '9999-12-31T23:59:59-23:59' }, 'RFC 3339'],
    ['U+0000 inside JSON text', { destination, metadata: '{"a":["\\u0000"]}' }, 'U+0000'],
    ['half a character inside JSON text', { destination, metadata: '{"\\ud800":1}' }, 'surrogate'],
    ['deep JSON text', { destination, metadata: '['.repeat(33) + ']'.repeat(33) }, '32 levels'],
  ])('%s', (_name, body, message) => {
    const result = read(body);
    expect(result.success).toBe(false);
    expect(result.error?.issues.map((issue) => issue.message).join()).toContain(message);
  });

  test('unknown fields are refused by name', () => {
    const result = read({ destination, to: '1', toString: 'x' });
    expect(result.error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: ['to', 'toString'] }]);
  });
});

test.each([
  ['to', 'to is not a field here; use destination.'],
  ['customer.number', 'customer.number is not a field here; use destination.'],
  ['from_number', 'from_number is not a field here; use caller_id.'],
  ['first_message', 'first_message is not a field here; use greeting.'],
  ['system_prompt', 'system_prompt is not a field here; use instructions.'],
  ['initial_context', 'initial_context is not a field here; use variables.'],
  ['dynamic_variables', 'dynamic_variables is not a field here; use variables.'],
  ['assistant_id', 'assistant_id is not a field here; use playbook.'],
  ['statusCallback', 'statusCallback is not a field here; use callback_url.'],
  ['accountCode', 'accountCode is not a field here; use account_code.'],
  ['constructor', 'constructor is not a field here.'],
])('the hint for %s', (name, hint) => {
  expect(explainUnknownField(name, DISPATCH_FIELDS)).toBe(hint);
});
