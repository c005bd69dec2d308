import { quotable } from './text.ts';

/** The job metadata: five fields that travel to the SIP participant, and the bridge's own two. */
export type CallMetadata = {
  destination: string;
  account_code: string | null;
  transfer_target: string | null;
  caller_id: string | null;
  caller_name: string | null;
  call_id: string | null;
  dispatch: number | null;
};

/** Fields this version does not know are kept, so that they can be logged and passed on. */
export type DecodedMetadata =
  | { status: 'ok'; metadata: CallMetadata; unknownFields: Record<string, unknown> }
  | { status: 'invalid'; reason: string };

const TEXT_FIELDS = [
  'destination',
  'account_code',
  'transfer_target',
  'caller_id',
  'caller_name',
  'call_id',
] as const;
const KNOWN: ReadonlySet<string> = new Set([...TEXT_FIELDS, 'dispatch']);
// n8n expressions wrap objects in strings, sometimes twice.
const MAX_WRAPPINGS = 3;

class Unreadable extends Error {}

const unwrap = (text: string): unknown => {
  let value: unknown = text;
  for (let depth = 0; depth < MAX_WRAPPINGS && typeof value === 'string'; depth += 1) {
    try {
      value = JSON.parse(value);
    } catch {
      throw new Unreadable(
        'is not valid JSON; numbers with a leading zero or a plus must stand in double quotes',
      );
    }
  }
  return value;
};

const readText = (field: string, value: unknown): string | null => {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value.trim() === '' ? null : value;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return String(value);
  throw new Unreadable(`has a ${field} that is neither text nor a whole number; put it in double quotes`);
};

const readDispatch = (value: unknown): number | null => {
  const text = readText('dispatch', value);
  if (text === null) return null;
  if (!/^[1-9]\d{0,8}$/.test(text.trim())) throw new Unreadable('has a dispatch that is not a number from 1');
  return Number(text);
};

const readFields = (fields: Record<string, unknown>): CallMetadata => {
  // Read as own properties only: a __proto__ in the text must not lend a field.
  const own = (name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);
  const destination = readText('destination', own('destination'));
  if (destination === null) throw new Unreadable('has no destination');
  return {
    destination,
    account_code: readText('account_code', own('account_code')),
    transfer_target: readText('transfer_target', own('transfer_target')),
    caller_id: readText('caller_id', own('caller_id')),
    caller_name: readText('caller_name', own('caller_name')),
    call_id: readText('call_id', own('call_id')),
    dispatch: readDispatch(own('dispatch')),
  };
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads the metadata of a job, whether it comes from the bridge or from `lk dispatch create`. Tolerant
 * of what n8n makes of JSON: numbers for text and text for numbers, `""` or `null` for nothing, the
 * whole object inside a string. Values are otherwise kept exactly; whether the destination is a phone
 * number is not checked here. Never throws.
 */
export const decodeMetadata = (text: string): DecodedMetadata => {
  if (text.trim() === '') return { status: 'invalid', reason: 'The job metadata is empty.' };
  try {
    const value = unwrap(text);
    if (!isRecord(value)) throw new Unreadable('is not a JSON object');
    const metadata = readFields(value);
    const unknownFields = Object.fromEntries(
      Object.entries(value).filter(([name]) => !KNOWN.has(name) && name !== '__proto__'),
    );
    return { status: 'ok', metadata, unknownFields };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { status: 'invalid', reason: `The job metadata ${quotable(error.message)}.` };
  }
};

/**
 * Writes job metadata: `destination` first, then the other fields that have a value, then unknown
 * fields, which never replace a known one. `decodeMetadata` gives the same back.
 */
export const encodeMetadata = (
  metadata: CallMetadata,
  unknownFields: Readonly<Record<string, unknown>> = {},
): string => {
  const known = [...TEXT_FIELDS, 'dispatch' as const]
    .map((name) => [name, metadata[name]] as const)
    .filter(([, value]) => value !== null);
  const others = Object.entries(unknownFields).filter(([name]) => !KNOWN.has(name) && name !== '__proto__');
  return JSON.stringify(Object.fromEntries([...known, ...others]));
};
