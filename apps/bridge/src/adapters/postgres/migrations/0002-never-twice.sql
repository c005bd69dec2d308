-- Whose limits a call counts against.
alter table calls add column trunk text not null default 'default';
alter table calls alter column trunk drop default;

-- Further attempts and repetitions by hand: one of each number for a call, ever.
alter table calls add column retry_of text references calls (id) on delete set null;
create unique index calls_retry_of on calls (retry_of, attempt) where retry_of is not null;

alter table calls add column not_after_given boolean not null default false;

-- The pace of a trunk counts every dispatch, not only a call's first.
alter table calls add column last_dispatch_at timestamptz(3);
create index calls_last_dispatch on calls (trunk, last_dispatch_at);
create index calls_ended on calls (trunk, ended_at desc) where ended_at is not null;

-- First in first out, by the time at which a call may start.
drop index calls_open;
create index calls_open on calls (trunk, status, (coalesce(scheduled_for, created_at)), id)
  where ended_at is null;
create index calls_care on calls (status) where ended_at is null;
create index calls_swept on calls (ended_at) where rooms_cleared_at is not null;

-- What happened to each call, in order, written with the change itself.
create table call_events (
  id bigint generated always as identity primary key,
  call_id text not null references calls (id) on delete cascade,
  type text not null,
  at timestamptz(3) not null
);
create index call_events_of_call on call_events (call_id, id);

-- Who wants to hear of one call.
create table callback_recipients (
  call_id text not null references calls (id) on delete cascade,
  url text not null,
  events jsonb not null,
  primary key (call_id, url)
);

-- Who wants to hear of every call.
create table standing_endpoints (
  id text primary key,
  url text not null,
  events jsonb not null,
  created_at timestamptz(3) not null default now()
);

-- One event on its way to one address. `body` is what is signed, the same on every try.
create table callbacks (
  id text primary key,
  call_id text not null references calls (id) on delete cascade,
  event text not null,
  url text not null,
  kind text not null check (kind in ('resume', 'standing')),
  status text not null default 'pending' check (status in ('pending', 'delivered', 'dead')),
  body text,
  attempts integer not null default 0,
  created_at timestamptz(3) not null,
  next_attempt_at timestamptz(3),
  claimed_until timestamptz(3),
  last_status integer,
  last_error text,
  delivered_at timestamptz(3),
  unique (call_id, event, url),
  check ((status = 'pending') = (next_attempt_at is not null))
);
create index callbacks_due on callbacks (next_attempt_at) where status = 'pending';
create index callbacks_newest on callbacks (created_at desc, id desc);
create index callbacks_claimed on callbacks (url) where claimed_until is not null;
