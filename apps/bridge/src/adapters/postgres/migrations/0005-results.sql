-- What a conversation came to, and what is kept of it. A result comes after the end, or is given up.
alter table calls add column result_due_at timestamptz(3);
alter table calls add column result_at timestamptz(3);
alter table calls add column result jsonb;
alter table calls add column summary text;
alter table calls add column result_problem text;
alter table calls add column transcript_at timestamptz(3);
alter table calls add column recording_state text
  check (recording_state in ('awaited', 'stored', 'deleted'));
alter table calls add column purged_at timestamptz(3);
create index calls_result_due on calls (result_due_at) where result_due_at is not null and result_at is null;
create index calls_kept on calls (ended_at) where transcript_at is not null or recording_state in ('stored', 'awaited');

-- The words of a call: apart, because lists and rounds read the rows of calls and never these.
create table call_transcripts (
  call_id text primary key references calls (id) on delete cascade,
  turns jsonb not null
);
