-- Metering: which metrics an event was counted in, usage from before a metric was made, and events by their ids.

-- How many metrics had been made when the event was counted: the event is in the sums of a metric made at version v
-- exactly when its own version is at least v. Events of before this column are in the sums of all metrics of then.
alter table usage_event add column catalog_version bigint not null default 0;

-- Finds events by transaction_id. A filter for each 64 pages, not an entry for each event: random ids in one big index
-- would cost ingest most of its speed. Vacuum adds the filters of new pages; pages without one are read.
create index usage_event_transaction_id on usage_event
    using brin (transaction_id text_bloom_ops (n_distinct_per_range = 3000)) with (pages_per_range = 64);

-- Metrics whose usage from before they were made is still to be counted: events from next_at to before ending_before
-- whose catalog_version is smaller. jobs::backfill moves next_at on, and deletes the row at the end.
create table usage_backfill (
    billable_metric_id uuid primary key constraint usage_backfill_billable_metric references billable_metric,
    catalog_version    bigint not null,
    next_at            timestamptz not null,
    ending_before      timestamptz not null
);

-- Every ingest holds this lock shared, so a new metric comes wholly before or wholly after it, and none waits longer
-- than for the ingests that are under way. Those before it are counted by the backfill: 34 days back, and as far ahead
-- as events may lie, with a day for clocks that differ.
create or replace function metering_catalog_changes() returns trigger language plpgsql as $$
declare
    changed bigint;
begin
    perform pg_advisory_xact_lock(hashtext('inlay metering catalog'));
    update metering_catalog set version = version + 1 returning version into changed;
    insert into usage_backfill (billable_metric_id, catalog_version, next_at, ending_before)
    select id, changed, created_at - interval '34 days', created_at + interval '2 days'
    from made;
    return null;
end
$$;

drop trigger metering_catalog_changes on billable_metric;

create trigger metering_catalog_changes after insert on billable_metric
    referencing new table as made
    for each statement execute function metering_catalog_changes();
