-- Numbers that people and files put on the list, too; until now only callees did.
alter table do_not_call add column note text;
alter table do_not_call add check (source in ('callee', 'api', 'import'));
create index do_not_call_newest on do_not_call (created_at desc, number desc);

-- The kill switch, one row for all bridges. Who starts a call shares the row, who pauses has it alone.
create table kill_switch (
  only_row boolean primary key default true check (only_row),
  paused_at timestamptz(3),
  reason text,
  paused_by text,
  resumed_at timestamptz(3)
);
insert into kill_switch default values;

-- A restore loads calls in any order.
alter table calls alter constraint calls_retry_of_fkey deferrable initially immediate;
