/** One page of a list. */
export type Page<T> = { readonly data: readonly T[]; readonly next: string | null };

/** `POST /dispatch` and `POST /calls/:id/retry`: the call is written down. */
export type Accepted = {
  readonly id: string;
  readonly status: string;
  readonly scheduled_for: string | null;
  readonly replayed: boolean;
  readonly duplicate_of: string | null;
};

/** `POST /dispatch` with `dry_run`. */
export type Checked = {
  readonly would_call: boolean;
  readonly duplicate_of: string | null;
  readonly checks: readonly {
    readonly check: string;
    readonly verdict: string;
    readonly detail: string;
  }[];
};

/** The call record, as far as the command line shows it. Times are RFC 3339, durations ms. */
export type CallRecord = {
  readonly id: string;
  readonly status: string;
  readonly destination: string;
  readonly account_code: string | null;
  readonly transfer_target: string | null;
  readonly caller_id: string | null;
  readonly caller_name?: string | null;
  readonly created_at: string;
  readonly scheduled_for: string | null;
  readonly dialing_at: string | null;
  readonly ringing_at: string | null;
  readonly answered_at: string | null;
  readonly ended_at: string | null;
  readonly cancel_requested_at: string | null;
  readonly attempt: number;
  readonly retry_of: string | null;
  readonly outcome: {
    readonly end_reason: string;
    readonly blame: string | null;
    readonly retry: string;
    readonly message: string;
    readonly sip: {
      readonly status: number | null;
      readonly reason: string | null;
      readonly call_id?: string | null;
    } | null;
    readonly rang?: boolean | null;
    readonly transfer: { readonly target: string; readonly result: string } | null;
    readonly ring_ms: number | null;
    readonly talk_ms: number | null;
  } | null;
  /** One for the callee, one for a transfer target that was called. */
  readonly legs?: readonly {
    readonly identity: string;
    readonly sip_call_id: string | null;
    readonly sip_status: number | null;
    readonly sip_reason: string | null;
  }[];
  /** When what it says about people was deleted. */
  readonly purged_at?: string | null;
  /** By the playbook's schema. */
  readonly result: unknown;
  readonly summary: string | null;
  readonly result_problem: string | null;
  readonly recording_url: string | null;
};

/** What was said in a call. */
export type Transcript = {
  readonly turns: readonly {
    readonly at_ms: number;
    readonly speaker: string;
    readonly text: string;
    readonly interrupted: boolean;
  }[];
};

/** What a purge deleted, as numbers of calls. */
export type Purged = { readonly calls: number; readonly transcripts: number; readonly recordings: number };

/** One callback to one receiver. */
export type Callback = {
  readonly id: string;
  readonly call_id: string;
  readonly event: string;
  readonly url: string;
  readonly status: string;
  readonly attempts: number;
  readonly last_status: number | null;
  readonly last_error: string | null;
};

/** A number that is never dialled. */
export type DoNotCallEntry = {
  readonly number: string;
  readonly source: string;
  readonly note: string | null;
  readonly call_id: string | null;
  readonly created_at: string;
};

/** A line of a list that is not as it should be. */
export type LineRemark = { readonly line: number; readonly value: string; readonly detail: string };

/** What became of a list of numbers. */
export type ImportReport = {
  readonly added: number;
  readonly already_there: number;
  readonly blocked: number;
  readonly bad: readonly LineRemark[];
  readonly doubtful: readonly LineRemark[];
};

/** The kill switch, while it is on. */
export type Pause = { readonly since: string; readonly reason: string | null; readonly by: string | null };

/** `POST /pause`. */
export type Paused = { readonly pause: Pause; readonly live: number; readonly canceled: number };

/** `POST /resume`. */
export type Resumed = { readonly pause: null; readonly resumed: boolean };

/** `GET /queue`. */
export type Queue = {
  readonly pause: Pause | null;
  readonly trunk: string;
  readonly waiting: { readonly due: number; readonly scheduled: number; readonly dispatched: number };
  readonly live: number;
  readonly places: { readonly used: number; readonly of: number };
  readonly next: readonly {
    readonly id: string;
    readonly destination: string;
    readonly account_code: string | null;
    readonly scheduled_for: string | null;
    readonly not_after: string;
  }[];
};
