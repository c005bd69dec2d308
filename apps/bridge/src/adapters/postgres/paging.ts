import { type RawBuilder, sql } from 'kysely';
import type { Position } from '../../ports.ts';

/** The rows after a position, where rows are ordered newest first and then by `idColumn`. */
export const afterPosition = ({ createdAt, id }: Position, idColumn = 'id'): RawBuilder<boolean> =>
  sql<boolean>`(created_at, ${sql.ref(idColumn)}) < (${createdAt}, ${id})`;
