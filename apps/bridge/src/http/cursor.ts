import { z } from 'zod';
import { HttpError } from '../errors.ts';
import type { Position } from '../ports.ts';

/** The fields of a query for a list that comes in pages. */
export const pageFields = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional().describe('`next` of the page before'),
};

/** The place in a list after this row, as text that a client only hands back. */
export const encodeCursor = (position: Position): string =>
  Buffer.from(`${position.createdAt.toISOString()} ${position.id}`).toString('base64url');

/** The place that a cursor names, or null when it is not one of ours. */
export const decodeCursor = (cursor: string): Position | null => {
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  const createdAt = new Date(time);
  // As it was written, or the database may not be able to read it: a Date holds years that it does not.
  const isOurs =
    /^(?!0000)\d{4}-/.test(time) && !Number.isNaN(createdAt.getTime()) && createdAt.toISOString() === time;
  return isOurs && /^((call|cb)_[0-9a-f-]{36}|\+\d{1,20})$/.test(id) ? { createdAt, id } : null;
};

/**
 * The place that the `cursor` of a query names; null without one.
 *
 * @throws HttpError when it is not one of ours.
 */
export const positionOf = (cursor: string | undefined): Position | null => {
  if (cursor === undefined) return null;
  const position = decodeCursor(cursor);
  if (position !== null) return position;
  const detail = 'Use the value of next from the page before, unchanged.';
  throw new HttpError('validation_failed', detail, { errors: [{ pointer: '/cursor', detail }] });
};

/** The page of what was found when one more than `limit` was asked for, and its `next`. */
export const pageOf = <Row>(
  found: readonly Row[],
  limit: number,
  placeOf: (row: Row) => Position,
): { readonly page: readonly Row[]; readonly next: string | null } => {
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const hasMore = found.length > page.length && last !== undefined;
  return { page, next: hasMore ? encodeCursor(placeOf(last)) : null };
};
