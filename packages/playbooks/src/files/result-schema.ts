import type { GrantedPlaybook } from '@outdial/telephony';
import { Ajv } from 'ajv';

/** A JSON Schema of type object. */
export type ResultSchema = NonNullable<GrantedPlaybook['result_schema']>;
type Json = ResultSchema[string];

export type ReadResultSchema =
  | { readonly status: 'ok'; readonly schema: ResultSchema }
  | { readonly status: 'invalid'; readonly path: readonly string[]; readonly message: string };

const FIELD_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const MOST_FIELDS = 50;
const MOST_BYTES = 16_384;

const isObject = (value: Json | undefined): value is ResultSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const invalid = (path: readonly string[], message: string): ReadResultSchema => ({
  status: 'invalid',
  path,
  message,
});

/** The same field, with `null` for a callee who gave no answer. */
const orNull = (field: ResultSchema): ResultSchema => {
  const { type, enum: choices, description, ...rest } = field;
  const words = description === undefined ? {} : { description };
  if (type === undefined && choices === undefined) {
    const options = Array.isArray(field.anyOf) ? field.anyOf : null;
    if (options?.some((option) => isObject(option) && option.type === 'null')) return field;
    return { ...words, anyOf: [Object.keys(rest).length === 0 ? {} : rest, { type: 'null' }] };
  }
  const types = type === undefined ? null : [...new Set([type].flat().concat('null'))];
  const values = Array.isArray(choices) && !choices.includes(null) ? [...choices, null] : choices;
  return {
    ...(types === null ? {} : { type: types }),
    ...(values === undefined ? {} : { enum: values }),
    ...words,
    ...rest,
  };
};

const compileProblem = (schema: ResultSchema): string | null => {
  try {
    new Ajv({ strict: true, allowUnionTypes: true, logger: false, allErrors: true }).compile(schema);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

/**
 * Checks the schema of a call's result (JSON Schema draft 7, no formats) and makes it what a model is
 * asked for: every field is there, each may be `null`, and there are no others. Never throws.
 */
export const readResultSchema = (given: ResultSchema): ReadResultSchema => {
  if (given.type !== 'object') return invalid(['type'], 'It must be a schema with "type: object".');
  const { properties } = given;
  if (!isObject(properties) || Object.keys(properties).length === 0) {
    return invalid(['properties'], 'It needs "properties", the fields of the result.');
  }
  const names = Object.keys(properties);
  if (names.length > MOST_FIELDS) return invalid(['properties'], `It has more than ${MOST_FIELDS} fields.`);
  if (Buffer.byteLength(JSON.stringify(given)) > MOST_BYTES) {
    return invalid([], `It is larger than ${MOST_BYTES} bytes as JSON.`);
  }
  for (const name of names) {
    const at = ['properties', name];
    if (!FIELD_NAME.test(name)) return invalid(at, 'A field is named with letters, digits and "_".');
    const field = properties[name];
    if (!isObject(field)) return invalid(at, 'It must be a schema, such as "type: string".');
    if (field.const !== undefined) return invalid(at, 'Use enum with one value instead of const.');
  }
  const stray = [given.required].flat().find((name) => name !== undefined && !names.includes(String(name)));
  if (stray !== undefined) return invalid(['required'], `"${stray}" is not one of its properties.`);
  // As it was written first: what is wrong is then told in its own words.
  const problem = compileProblem(given);
  if (problem !== null) return invalid([], `It is not a usable JSON Schema: ${problem}.`);
  const fields = Object.entries(properties).map(([name, field]) => [name, orNull(field as ResultSchema)]);
  const schema: ResultSchema = {
    ...given,
    properties: Object.fromEntries(fields),
    required: names,
    additionalProperties: false,
  };
  return { status: 'ok', schema };
};
