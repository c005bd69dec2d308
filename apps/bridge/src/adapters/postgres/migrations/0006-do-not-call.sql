-- Numbers that are never dialled, and since when a call's own callee is among them.
create table do_not_call (
  number text primary key,
  source text not null,
  call_id text references calls (id) on delete set null,
  created_at timestamptz(3) not null default now()
);
alter table calls add column opted_out_at timestamptz(3);
