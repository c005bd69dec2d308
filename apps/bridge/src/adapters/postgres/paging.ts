import { type RawBuilder, sql } from 'kysely';
import type { Position } from '../../ports.ts';

/** The rows after a position, where rows are ordered newest first and then by id. */
export const afterPosition = ({ createdAt, id }: Position): RawBuilder<boolean> =>
  sql<boolean>`(created_at, id) < (${createdAt}, ${id})`;
