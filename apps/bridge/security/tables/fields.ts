import { type BadDispatch, GOOD, rowsOf } from './dispatch-table.ts';

const rows = (field: string, ...values: readonly unknown[]): readonly BadDispatch[] =>
  rowsOf(field, 400, 'validation_failed', values);

const deep = (levels: number): unknown => {
  let value: unknown = 'x';
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
};

/** Values of the wrong type, the wrong size or the wrong meaning, for every field. */
export const FIELDS: readonly BadDispatch[] = [
  { name: 'no destination', body: {}, status: 400, code: 'validation_failed' },
  { name: 'an empty destination', body: { destination: ' ' }, status: 400, code: 'validation_failed' },
  ...rows('destination', null, true, [], {}, [GOOD], { number: GOOD }, '0'.repeat(65)),
  ...rows('account_code', true, [], {}, ['a']),
  ...rows('transfer_target', true, [], {}, 'x'.repeat(257)),
  ...rows('caller_id', true, [], {}),
  ...rows('caller_name', true, [], {}),
  ...rows('playbook', true, [], {}, 'x'.repeat(101)),
  ...rows('variables', 5, true, 'text', [], { ['x'.repeat(65)]: 1 }, { a: 'x'.repeat(4_100) }),
  ...rows('greeting', true, [], {}, 'x'.repeat(2_001), 'a\0b', '\ud800'),
  ...rows('instructions', true, [], {}, 'x'.repeat(10_001), 'a\0b', '\udc00'),
  ...rows('callback_events', 5, 'call.ended', [], ['call.evil'], [5], {}, Array(40).fill('call.ended')),
  ...rows('idempotency_key', true, [], {}, 'a b', 'a\r\nb', 'ä', 'x'.repeat(256)),
  ...rows(
    'schedule_at',
    5,
    true,
    [],
    {},
    'now',
    '2026-03-01',
    '2026-03-01T09:00:00',
    '9999999999',
    '2026-13-01T09:00:00Z',
  ),
  ...rows('schedule_at', '0000-01-01T00:00:00Z', '+275760-09-13T00:00:00Z', '9999-12-31T23:59:59-23:59'),
  ...rows('not_after', 5, true, [], {}, 'tomorrow', '2026-03-01T25:00:00Z'),
  ...rows('max_attempts', 0, 4, -1, 1.5, 1e9, true, [], {}, 'many', '1e1', '0x2'),
  ...rows('retry_minutes', 5, 'x', [], [0], [-1], [1.5], [1441], ['5'], [1, 2, 3], {}),
  ...rows('ring_timeout_seconds', 4, 76, -5, 5.5, 2 ** 53, true, [], {}, 'long', 'Infinity', 'NaN'),
  ...rows('max_call_seconds', 9, 14_401, -1, 10.5, 1e308, true, [], {}, '1e9'),
  ...rows('record', 5, 'yes', [], {}, 0, 1),
  ...rows('voicemail', 5, true, 'leave', [], {}),
  ...rows('metadata', 'x'.repeat(4_100), { a: 'x'.repeat(4_100) }, { a: '\0' }, { '\0': 1 }, { a: '\ud800' }),
  ...rows('metadata', deep(33), deep(200)),
  ...rows('dry_run', 5, 'maybe', [], {}, 1),
  ...[
    'to',
    'to_number',
    'phone_number',
    'from',
    'Destination',
    'DESTINATION',
    'destination ',
    'destinatiοn',
    'id',
    'status',
    'room',
    'trunk',
    'sip_headers',
    'headers',
    'X-Evil',
    'toString',
    'hasOwnProperty',
    '$where',
    '',
  ].map(
    (name): BadDispatch => ({
      name: `field that is none: ${JSON.stringify(name)}`,
      body: { destination: GOOD, [name]: GOOD },
      status: 400,
      code: 'validation_failed',
    }),
  ),
];
