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
export type BackupHeader = {
  /** Version of this form. */
  readonly outdial_backup: 1;
  /** By the database's clock, RFC 3339. */
  readonly taken_at: string;
  /** Names of the migrations that the database had had. */
  readonly migrations: readonly string[];
};

/** The last line of a backup: how many rows of each table came before it. */
export type BackupEnd = { readonly rows: Readonly<Record<string, number>> };
