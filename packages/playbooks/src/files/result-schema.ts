import type { GrantedPlaybook } from '@outdial/telephony';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';

type ResultSchema = NonNullable<GrantedPlaybook['result_schema']>;

/** What is wrong with a result schema, and where in it. */
export type SchemaProblem = { readonly path: readonly string[]; readonly message: string };

const FIELD_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const MOST_FIELDS = 50;
const MOST_BYTES = 16_384;

const isObject = (value: ResultSchema[string] | undefined): value is ResultSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const compileProblem = (schema: ResultSchema): string | null => {
  const ajv = new Ajv({ strict: true, allowUnionTypes: true, logger: false, allErrors: true });
  addFormats.default(ajv);
  try {
    ajv.compile(schema);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const fieldProblem = (name: string, field: ResultSchema[string] | undefined): SchemaProblem | null => {
  const path = ['properties', name];
  if (!FIELD_NAME.test(name)) return { path, message: 'A field is named with letters, digits and "_".' };
  return isObject(field) ? null : { path, message: 'It must be a schema, such as "type: string".' };
};

/**
 * Checks the schema of a call's result: JSON Schema (draft 7) of type object with named fields. Whether a
 * field may be `null` need not be said: each may, for a callee who gave no answer. `null`: all is well.
 */
export const resultSchemaProblem = (schema: ResultSchema): SchemaProblem | null => {
  if (schema.type !== 'object')
    return { path: ['type'], message: 'It must be a schema with "type: object".' };
  const { properties } = schema;
  if (!isObject(properties) || Object.keys(properties).length === 0) {
    return { path: ['properties'], message: 'It needs "properties", the fields of the result.' };
  }
  const names = Object.keys(properties);
  if (names.length > MOST_FIELDS) {
    return { path: ['properties'], message: `It has more than ${MOST_FIELDS} fields.` };
  }
  if (Buffer.byteLength(JSON.stringify(schema)) > MOST_BYTES) {
    return { path: [], message: `It is larger than ${MOST_BYTES} bytes as JSON.` };
  }
  const wrong = names.map((name) => fieldProblem(name, properties[name])).find((problem) => problem !== null);
  if (wrong !== undefined) return wrong;
  const required = [schema.required ?? []].flat();
  const stray = required.find((name) => !names.includes(String(name)));
  if (stray !== undefined) return { path: ['required'], message: `"${stray}" is not one of its properties.` };
  const problem = compileProblem(schema);
  return problem === null ? null : { path: [], message: `It is not a usable JSON Schema: ${problem}.` };
};
