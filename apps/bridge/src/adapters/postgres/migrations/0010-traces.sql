-- The trace that a call belongs to, as a traceparent of version 00 (W3C Trace Context).
alter table calls add column traceparent text;

-- How many dead letters there are is asked for by every scrape of /metrics.
create index callbacks_dead on callbacks (created_at) where status = 'dead';
