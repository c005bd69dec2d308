import { describe, expect, test } from 'vitest';
import { createResultCheck, emptyResult, schemaToFill } from './result-schema.ts';

const SCHEMA = {
  type: 'object',
  properties: {
    outcome: { type: 'string', enum: ['confirmed', 'declined'] },
    people: { type: 'integer', minimum: 1 },
    day: { type: 'string', format: 'date' },
    note: { anyOf: [{ type: 'string' }, { type: 'number' }] },
    address: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
  required: ['outcome'],
  additionalProperties: false,
};

describe('schemaToFill', () => {
  test('asks for every property and lets each be null, in the plain form where there is one', () => {
    expect(schemaToFill(SCHEMA)).toEqual({
      type: 'object',
      properties: {
        outcome: { type: ['string', 'null'], enum: ['confirmed', 'declined', null] },
        people: { type: ['integer', 'null'], minimum: 1 },
        day: { type: ['string', 'null'], format: 'date' },
        note: { anyOf: [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, { type: 'null' }] },
        address: {
          type: ['object', 'null'],
          properties: { city: { type: ['string', 'null'] } },
          required: ['city'],
        },
      },
      required: ['outcome', 'people', 'day', 'note', 'address'],
      additionalProperties: false,
    });
  });
});

describe('the check', () => {
  const check = createResultCheck(SCHEMA);

  test('fills what is missing with null, in objects inside too', () => {
    expect(check({ outcome: 'confirmed', address: {} })).toEqual({
      status: 'ok',
      value: { outcome: 'confirmed', people: null, day: null, note: null, address: { city: null } },
    });
  });

  test('takes "5" for 5 and drops what the schema does not name', () => {
    expect(check({ outcome: null, people: '5', mood: 'good' })).toMatchObject({ value: { people: 5 } });
    expect(check({ mood: 'good' })).not.toHaveProperty('value.mood');
  });

  test.each([
    ['a choice that is none', { outcome: 'perhaps' }, '/outcome'],
    ['a number below the least', { people: 0 }, '/people'],
    ['words for a date', { day: 'next Friday' }, '/day'],
    ['no object', ['confirmed'], '/'],
    ['nothing', null, '/'],
  ])('says what is wrong with %s', (_name, answer, where) => {
    expect(check(answer)).toMatchObject({ status: 'invalid', reason: expect.stringContaining(where) });
  });
});

test('a result in which nothing was answered has every property', () => {
  expect(emptyResult(SCHEMA)).toEqual({ outcome: null, people: null, day: null, note: null, address: null });
});
