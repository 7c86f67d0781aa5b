-- When a fold of everybody's sums last kept up: it left less than one call moves. From there on is the lag that /metrics
-- shows; a server of before does not write it.
alter table usage_backlog
    add column folded_at timestamptz not null default statement_timestamp();
