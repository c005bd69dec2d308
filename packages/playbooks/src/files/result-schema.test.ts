import { describe, expect, test } from 'vitest';
import { readResultSchema } from './result-schema.ts';

const withField = (field: object) => readResultSchema({ type: 'object', properties: { a: field } } as never);
const fieldOf = (field: object) => {
  const read = withField(field);
  if (read.status !== 'ok') throw new Error(read.message);
  return (read.schema.properties as Record<string, unknown>).a;
};

test('every field is asked for, and may be null', () => {
  const read = readResultSchema({
    type: 'object',
    required: ['a'],
    properties: { a: { type: 'string' }, b: { type: 'integer', minimum: 0, description: 'How many' } },
  });
  expect(read).toEqual({
    status: 'ok',
    schema: {
      type: 'object',
      required: ['a', 'b'],
      additionalProperties: false,
      properties: {
        a: { type: ['string', 'null'] },
        b: { type: ['integer', 'null'], minimum: 0, description: 'How many' },
      },
    },
  });
});

test.each<[object, object]>([
  [{ enum: ['x', 'y'] }, { enum: ['x', 'y', null] }],
  [
    { type: 'string', enum: ['x'] },
    { type: ['string', 'null'], enum: ['x', null] },
  ],
  [{ type: ['string', 'null'] }, { type: ['string', 'null'] }],
  [{ anyOf: [{ type: 'string' }] }, { anyOf: [{ anyOf: [{ type: 'string' }] }, { type: 'null' }] }],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, { anyOf: [{ type: 'string' }, { type: 'null' }] }],
  [{ description: 'Anything' }, { description: 'Anything', anyOf: [{}, { type: 'null' }] }],
])('%j', (field, expected) => {
  expect(fieldOf(field)).toEqual(expected);
});

test('reading it again changes nothing', () => {
  const once = withField({ type: 'string', enum: ['x'] });
  if (once.status !== 'ok') throw new Error(once.message);
  expect(readResultSchema(once.schema)).toEqual(once);
});

describe('what is refused', () => {
  test.each<[string, object, string]>([
    ['no object', { type: 'array' }, 'type: object'],
    ['no fields', { type: 'object' }, 'properties'],
    [
      'a type that there is not',
      { type: 'object', properties: { a: { type: 'text' } } },
      'usable JSON Schema',
    ],
    [
      'a keyword that there is not',
      { type: 'object', properties: { a: { typ: 'string' } } },
      'unknown keyword',
    ],
    [
      'a format, which nothing checks',
      { type: 'object', properties: { a: { type: 'string', format: 'date' } } },
      'format',
    ],
    [
      'a reference elsewhere',
      { type: 'object', properties: { a: { $ref: 'http://x/y' } } },
      'usable JSON Schema',
    ],
    ['a field that is no schema', { type: 'object', properties: { a: 'string' } }, 'must be a schema'],
    ['a field’s name', { type: 'object', properties: { 'a b': { type: 'string' } } }, 'letters, digits'],
    [
      'something required that is no field',
      { type: 'object', required: ['b'], properties: { a: {} } },
      '"b"',
    ],
  ])('%s', (_name, schema, message) => {
    expect(readResultSchema(schema as never)).toMatchObject({
      status: 'invalid',
      message: expect.stringContaining(message),
    });
  });
});
