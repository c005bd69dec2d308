import { z } from 'zod';

/**
 * Every table of ours, in the order in which rows may be loaded: who is referred to comes first. A table that a
 * migration adds is added here; a test compares the two.
 */
export const TABLES = [
  'calls',
  'call_reports',
  'call_transcripts',
  'call_events',
  'callback_recipients',
  'standing_endpoints',
  'callbacks',
  'do_not_call',
  'kill_switch',
] as const;

/** The first line of a backup. */
export const backupHeaderSchema = z.object({
  /** Version of this form. */
  outdial_backup: z.literal(1),
  /** By the database's clock, RFC 3339. */
  taken_at: z.iso.datetime(),
  /** Names of the migrations that the database had had. */
  migrations: z.array(z.string()).min(1),
});
export type BackupHeader = z.output<typeof backupHeaderSchema>;

/** The last line of a backup: how many rows of each table came before it. */
export const backupEndSchema = z.strictObject({ rows: z.record(z.string(), z.int()) });
export type BackupEnd = z.output<typeof backupEndSchema>;
