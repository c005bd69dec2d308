import type { CallPosition } from '../ports.ts';

/** The place in the list after this call, as text that a client only hands back. */
export const encodeCursor = (position: CallPosition): string =>
  Buffer.from(`${position.createdAt.toISOString()} ${position.id}`).toString('base64url');

/** The place that a cursor names, or null when it is not one of ours. */
export const decodeCursor = (cursor: string): CallPosition | null => {
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  const createdAt = new Date(time);
  // As it was written, or the database may not be able to read it: a Date holds years that it does not.
  const isOurs =
    /^(?!0000)\d{4}-/.test(time) && !Number.isNaN(createdAt.getTime()) && createdAt.toISOString() === time;
  return isOurs && /^call_[0-9a-f-]{36}$/.test(id) ? { createdAt, id } : null;
};
