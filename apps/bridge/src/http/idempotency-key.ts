import { HttpError } from '../errors.ts';

const BARE = /^[\x21-\x7e]{1,255}$/;

const unquoted = (header: string): string => /^"(.*)"$/.exec(header.trim())?.[1] ?? header.trim();

/**
 * The idempotency key of a request: from the header, bare or quoted, or from the body.
 *
 * @throws HttpError when both are there and differ, or the key holds spaces or more than 255 characters.
 */
export const idempotencyKey = (
  header: string | string[] | undefined,
  field: string | undefined,
): string | null => {
  const fromHeader = header === undefined || header === '' ? undefined : unquoted(String(header));
  const pointer = field === undefined ? '/headers/idempotency-key' : '/idempotency_key';
  const refuse = (detail: string) =>
    new HttpError('validation_failed', detail, { errors: [{ pointer, detail }] });
  if (fromHeader !== undefined && field !== undefined && fromHeader !== field) {
    throw refuse('The Idempotency-Key header and idempotency_key differ; send one of them.');
  }
  const key = fromHeader ?? field;
  if (key === undefined) return null;
  if (!BARE.test(key)) throw refuse('An idempotency key has 1 to 255 visible characters and no spaces.');
  return key;
};
