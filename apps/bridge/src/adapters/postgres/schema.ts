import type { ColumnType, GeneratedAlways } from 'kysely';
import type { Call } from '../../domain/call.ts';

/** Columns that hold JSON go in as JSON text and come out parsed, on both databases. */
type JsonColumn = 'variables' | 'metadata' | 'retryMinutes' | 'legs' | 'transfer' | 'outcome';

/** The table `calls`; column names are the snake_case of these. */
export type CallsTable = {
  [Name in keyof Call]: Name extends JsonColumn
    ? ColumnType<Call[Name], string | null | undefined, string | null>
    : Name extends 'status' | 'createdAt' | 'attempt' | 'dispatchNumber' | 'lateLeg'
      ? ColumnType<Call[Name], Call[Name] | undefined, Call[Name]>
      : ColumnType<Call[Name], null extends Call[Name] ? Call[Name] | undefined : Call[Name], Call[Name]>;
};

/** The table `call_reports`. */
export type CallReportsTable = {
  callId: string;
  seq: number;
  type: string;
  atMs: number;
  body: ColumnType<unknown, string, string>;
  receivedAt: GeneratedAlways<Date>;
};

/** Every table, for Kysely. */
export type Database = { calls: CallsTable; callReports: CallReportsTable };
