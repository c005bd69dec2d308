-- Second legs, to transfer targets: what was granted, ever, and whether one takes a place of the trunk now.
alter table calls add column bridged_legs jsonb not null default '[]';
alter table calls add column leg_open boolean not null default false;

-- Since then callee and target talk with each other, whatever becomes of the agent.
alter table calls add column bridged_at timestamptz(3);
