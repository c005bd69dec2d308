import { expect, test } from 'vitest';
import { resultSchemaProblem } from './result-schema.ts';

const problem = (schema: object) => resultSchemaProblem(schema as never);

test.each([
  [{ type: 'object', properties: { a: { type: 'string', description: 'x' } } }],
  [{ type: 'object', required: ['a'], properties: { a: { type: ['integer', 'null'], minimum: 0 } } }],
  [
    {
      type: 'object',
      properties: { a: { enum: ['x', 'y'] }, b: { type: 'array', items: { type: 'string' } } },
    },
  ],
  [{ type: 'object', properties: { day: { type: 'string', format: 'date' } } }],
])('%j is fine', (schema) => {
  expect(problem(schema)).toBeNull();
});

test.each<[string, object, string]>([
  ['no object', { type: 'array' }, 'type: object'],
  ['no fields', { type: 'object' }, 'properties'],
  ['a type that there is not', { type: 'object', properties: { a: { type: 'text' } } }, 'usable JSON Schema'],
  [
    'a keyword that there is not',
    { type: 'object', properties: { a: { typ: 'string' } } },
    'unknown keyword',
  ],
  [
    'a format that there is not',
    { type: 'object', properties: { a: { type: 'string', format: 'day' } } },
    'day',
  ],
  [
    'a reference elsewhere',
    { type: 'object', properties: { a: { $ref: 'http://x/y' } } },
    'usable JSON Schema',
  ],
  ['a field that is no schema', { type: 'object', properties: { a: 'string' } }, 'must be a schema'],
  ['a field’s name', { type: 'object', properties: { 'a b': { type: 'string' } } }, 'letters, digits'],
  ['something required that is no field', { type: 'object', required: ['b'], properties: { a: {} } }, '"b"'],
])('%s is refused', (_name, schema, message) => {
  expect(problem(schema)?.message).toContain(message);
});
