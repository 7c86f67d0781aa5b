-- What waits to be folded has a bound, and costs a page of one customer the same whatever waits of the others.

-- Bytes of `sums`: what reading or folding the row takes grows with it.
alter table usage_pending
    add column size integer not null generated always as (octet_length(sums::text)) stored;

-- One row: the bytes that waited when jobs::fold looked last. Ingest reads it, and is refused while they are too many.
create table usage_backlog (
    size bigint not null default 0
);

insert into usage_backlog default values;

-- The parts of one customer's pending sums. A function with a fixed estimate and always by the index, because no
-- statistics hold for a table that fills and empties in seconds: by those of a moment when one customer had all of it,
-- it was read whole for each page, and usage_unique with it. The views usage_daily, usage_hourly and usage_value, which
-- are planned so, serve servers of before.
create function usage_pending_of(customer uuid) returns setof usage_pending_sum
    language sql stable parallel safe rows 1000
    set enable_seqscan = off
    as 'select * from usage_pending_sum where customer_id = customer';
