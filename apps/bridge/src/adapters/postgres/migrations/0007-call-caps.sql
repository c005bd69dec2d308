-- What the caps of calls count: dials of the last day, second legs of theirs, and the calls of one number.
create index calls_dialled on calls (dialing_at, trunk);
drop index calls_dialing_at;
create index calls_bridged on calls (dialing_at) where bridged_legs <> '[]';
create index calls_destination on calls (destination, created_at desc);
