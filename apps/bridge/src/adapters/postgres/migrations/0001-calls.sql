-- One row is one call, from its acceptance to its end. Times are the database's own.
create table calls (
  id text primary key,
  status text not null default 'queued' check (status in (
    'queued', 'dispatched', 'dialing', 'ringing', 'in_progress',
    'completed', 'busy', 'no_answer', 'declined', 'failed', 'canceled', 'unknown'
  )),
  api_key_name text not null,
  idempotency_key text,
  request_digest text not null,
  fingerprint text not null,

  destination text not null,
  account_code text,
  transfer_target text,
  caller_id text not null,
  caller_id_source text not null,
  caller_name text,
  playbook text,
  variables jsonb,
  greeting text,
  instructions text,
  metadata jsonb,
  voicemail text not null,
  record boolean not null,
  retry_minutes jsonb,
  max_attempts integer not null,
  attempt integer not null default 1,
  ring_timeout_seconds integer not null,
  max_call_seconds integer not null,

  created_at timestamptz(3) not null default now(),
  scheduled_for timestamptz(3),
  not_after timestamptz(3) not null,

  dispatch_number integer not null default 0,
  room text,
  dispatch_id text,
  dispatched_at timestamptz(3),
  next_dispatch_at timestamptz(3),

  grant_token text,
  grant_expires_at timestamptz(3),
  job_id text,
  last_alive_at timestamptz(3),
  dialing_at timestamptz(3),
  ringing_at timestamptz(3),
  answered_at timestamptz(3),
  ended_at timestamptz(3),
  cancel_requested_at timestamptz(3),

  legs jsonb not null default '[]',
  transfer jsonb,
  outcome jsonb,
  late_leg boolean not null default false,
  rooms_cleared_at timestamptz(3),

  check ((ended_at is null) = (outcome is null))
);

-- A key belongs to one API key name and stays with its call for ever.
create unique index calls_idempotency_key on calls (api_key_name, idempotency_key)
  where idempotency_key is not null;

create index calls_newest on calls (created_at desc, id desc);

create index calls_fingerprint on calls (fingerprint, created_at desc);

create index calls_open on calls (status, created_at, id) where ended_at is null;

create index calls_dispatched_at on calls (dispatched_at);

create index calls_dialing_at on calls (dialing_at);

create index calls_rooms_to_clear on calls (ended_at)
  where ended_at is not null and rooms_cleared_at is null and room is not null;

-- What the agents said, once each. Signs of life are not kept.
create table call_reports (
  call_id text not null references calls (id) on delete cascade,
  seq integer not null,
  type text not null,
  at_ms bigint not null,
  body jsonb not null,
  received_at timestamptz(3) not null default now(),
  primary key (call_id, seq)
);
