import type { TranscriptTurn } from '@outdial/telephony';
import type { ColumnType, GeneratedAlways } from 'kysely';
import type { Call } from '../../domain/call.ts';
import type { CallEventType } from '../../domain/call-event.ts';
import type { Callback } from '../../domain/callback.ts';
import type { DoNotCallSource } from '../../domain/do-not-call-entry.ts';

/** Columns that hold JSON go in as JSON text and come out parsed, on both databases. */
type JsonColumn =
  | 'variables'
  | 'grantedPlaybook'
  | 'metadata'
  | 'retryMinutes'
  | 'legs'
  | 'bridgedLegs'
  | 'transfer'
  | 'outcome'
  | 'result';

/** The table `calls`; column names are the snake_case of these. */
export type CallsTable = {
  [Name in keyof Call]: Name extends JsonColumn
    ? ColumnType<Call[Name], string | null | undefined, string | null>
    : Name extends 'status' | 'createdAt' | 'dispatchNumber' | 'lateLeg' | 'legOpen'
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

/** The table `call_transcripts`. */
export type CallTranscriptsTable = {
  callId: string;
  turns: ColumnType<readonly TranscriptTurn[], string, string>;
};

/** The table `call_events`. */
export type CallEventsTable = {
  id: GeneratedAlways<number>;
  callId: string;
  type: CallEventType;
  at: Date;
};

/** The table `callback_recipients`. */
export type CallbackRecipientsTable = {
  callId: string;
  url: string;
  events: ColumnType<readonly CallEventType[], string, string>;
};

/** The table `standing_endpoints`. */
export type StandingEndpointsTable = {
  id: string;
  url: string;
  events: ColumnType<readonly CallEventType[], string, string>;
  createdAt: GeneratedAlways<Date>;
};

/** The table `callbacks`. */
export type CallbacksTable = {
  [Name in keyof Callback]: ColumnType<
    Callback[Name],
    null extends Callback[Name] ? Callback[Name] | undefined : Callback[Name],
    Callback[Name]
  >;
};

/** The table `do_not_call`. */
export type DoNotCallTable = {
  /** E.164. */
  number: string;
  source: DoNotCallSource;
  note: string | null;
  callId: string | null;
  createdAt: GeneratedAlways<Date>;
};

/** The table `kill_switch`: one row. */
export type KillSwitchTable = {
  onlyRow: GeneratedAlways<boolean>;
  /** `null`: calls are dialled. */
  pausedAt: Date | null;
  reason: string | null;
  pausedBy: string | null;
  /** When the last pause ended. */
  resumedAt: Date | null;
};

/** Every table, for Kysely. */
export type Database = {
  calls: CallsTable;
  callReports: CallReportsTable;
  callTranscripts: CallTranscriptsTable;
  callEvents: CallEventsTable;
  callbackRecipients: CallbackRecipientsTable;
  standingEndpoints: StandingEndpointsTable;
  callbacks: CallbacksTable;
  doNotCall: DoNotCallTable;
  killSwitch: KillSwitchTable;
};
