import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

/** A JSON Schema, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const NULL = { type: 'null' };

/** A schema that takes `null` besides what it took. Types and choices stay plain, as small models need them. */
const orNull = (schema: unknown): unknown => {
  const known = openSchema(schema);
  if (!isObject(known)) return known;
  const { type, enum: choices, ...rest } = known;
  const isPlain =
    typeof type === 'string' &&
    !['anyOf', 'oneOf', 'allOf', 'not', '$ref', 'const'].some((word) => word in rest);
  if (!isPlain) return { anyOf: [known, NULL] };
  return {
    ...rest,
    type: type === 'null' ? type : [type, 'null'],
    ...(Array.isArray(choices) ? { enum: choices.includes(null) ? choices : [...choices, null] } : {}),
  };
};

/** The same schema with every property of every object required, and allowed to be `null`. */
const openSchema = (schema: unknown): unknown => {
  if (!isObject(schema) || !isObject(schema.properties)) return schema;
  const properties = Object.fromEntries(
    Object.entries(schema.properties).map(([name, property]) => [name, orNull(property)]),
  );
  return { ...schema, properties, required: Object.keys(properties) };
};

/** What the model is asked to fill: the playbook's schema, where `null` says that the callee gave no answer. */
export const schemaToFill = (schema: JsonSchema): JsonSchema => openSchema(schema) as JsonSchema;

/** The result of a call in which nothing was answered: every property is `null`. */
export const emptyResult = (schema: JsonSchema): Record<string, null> =>
  Object.fromEntries(
    Object.keys(isObject(schema.properties) ? schema.properties : {}).map((name) => [name, null]),
  );

/** `"5"` for 5 and `"true"` for true, as small models write them. */
const asTyped = ({ type }: JsonSchema, value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  if ((type === 'number' || type === 'integer') && /^-?\d+(\.\d+)?$/.test(value.trim())) return Number(value);
  if (type === 'boolean' && /^(true|false)$/i.test(value.trim()))
    return value.trim().toLowerCase() === 'true';
  return value;
};

const tidied = (schema: unknown, value: unknown): unknown => {
  if (!isObject(schema)) return value;
  const { properties } = schema;
  if (!isObject(properties) || !isObject(value)) return asTyped(schema, value);
  const names = Object.keys(properties);
  return Object.fromEntries(names.map((name) => [name, tidied(properties[name], value[name] ?? null)]));
};

/** A value by the schema, or what is wrong with it in words for the model. */
export type Checked =
  | { readonly status: 'ok'; readonly value: unknown }
  | { readonly status: 'invalid'; readonly reason: string };

const explain = ({ errors }: ValidateFunction): string =>
  (errors ?? [])
    .slice(0, 8)
    .map(({ instancePath, message }) => `${instancePath || '/'} ${message ?? 'is not valid'}`)
    .join('; ');

/**
 * A check of answers against a playbook's schema. What is missing becomes `null`, what the schema does
 * not name is dropped, `"5"` is taken for 5. Throws when the schema itself cannot be used.
 */
export const createResultCheck = (schema: JsonSchema): ((answer: unknown) => Checked) => {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  addFormats.default(ajv);
  const validate = ajv.compile(schemaToFill(schema));
  return (answer) => {
    const value = tidied(schema, answer);
    return validate(value) ? { status: 'ok', value } : { status: 'invalid', reason: explain(validate) };
  };
};
