-- Metering: events as they came, and the sums made of them in the same transaction.

-- Every event, append-only, by day of event time. Partitions are made by jobs::partitions ahead of time and, for a day
-- without one, by the ingest itself. There is no default partition: attaching a day would have to lock it.
create table usage_event (
    customer_id    uuid,            -- null while no customer has the alias that the event names
    customer_ref   text not null,   -- the id or alias as it was sent
    transaction_id text not null,
    event_type     text not null,
    timestamp      timestamptz not null,
    properties     jsonb not null,
    received_at    timestamptz not null default statement_timestamp()
) partition by range (timestamp);

create index usage_event_timestamp on usage_event using brin (timestamp);

-- Events that wait for a customer with their alias.
create index usage_event_unmatched on usage_event (customer_ref) where customer_id is null;

-- Which events are known, for at least 34 days. Partitioned by the week (its Monday, UTC) of ARRIVAL: random ids in one
-- big index touch another page for every event, and after each checkpoint every such page is logged whole; a small open
-- partition stays in cache. `event_key` is 16 bytes of a hash of transaction_id; `customer_id` is a hash of the alias
-- while no customer has it.
create table usage_dedupe (
    week        date not null,
    customer_id uuid not null,
    event_key   uuid not null,
    constraint usage_dedupe_primary primary key (week, customer_id, event_key)
) partition by list (week);

-- Makes the missing partitions of these days of usage_event and these weeks of usage_dedupe. Attaching, unlike
-- `create table … partition of`, lets running inserts go on.
create function usage_ensure_partitions(days date[], weeks date[]) returns void language plpgsql as $$
declare
    one date;
    part text;
    home constant oid := (select relnamespace from pg_class where oid = 'usage_event'::regclass);
begin
    perform pg_advisory_xact_lock(hashtext('inlay usage partitions'));
    -- pg_class and not to_regclass(), which may still answer from before the lock was ours.
    foreach one in array days loop
        part := 'usage_event_' || to_char(one, 'YYYYMMDD');
        continue when exists (select from pg_class where relname = part and relnamespace = home);
        execute format('create table %I (like usage_event including defaults)', part);
        execute format('alter table usage_event attach partition %I for values from (%L) to (%L)', part,
            one::timestamp at time zone 'UTC', (one + 1)::timestamp at time zone 'UTC');
    end loop;
    foreach one in array weeks loop
        part := 'usage_dedupe_' || to_char(one, 'YYYYMMDD');
        continue when exists (select from pg_class where relname = part and relnamespace = home);
        execute format('create table %I (like usage_dedupe)', part);
        execute format('alter table usage_dedupe attach partition %I for values in (%L)', part, one);
    end loop;
end
$$;

-- Usage of one customer, metric and group on one UTC day.
-- `group_index` is 0 for usage over all groups, n for usage by the nth of the metric's group_keys;
-- `group_id` is a hash of `group_values` (all zero for group_index 0), so that long values do not burden the key.
create table usage_day (
    customer_id        uuid not null,
    billable_metric_id uuid not null,
    group_index        smallint not null,
    group_id           uuid not null,
    day                date not null,
    group_values       text[] not null default '{}',
    count              bigint not null,
    sum                numeric not null default 0,
    max                numeric,
    latest             numeric,
    latest_at          timestamptz,
    latest_key         uuid,       -- breaks ties at the same instant, whatever the order of arrival
    constraint usage_day_primary primary key (customer_id, billable_metric_id, group_index, group_id, day)
) with (fillfactor = 70);

-- The same by UTC hour, for windows that cut days.
create table usage_hour (
    customer_id        uuid not null,
    billable_metric_id uuid not null,
    group_index        smallint not null,
    group_id           uuid not null,
    hour               timestamptz not null,
    group_values       text[] not null default '{}',
    count              bigint not null,
    sum                numeric not null default 0,
    max                numeric,
    latest             numeric,
    latest_at          timestamptz,
    latest_key         uuid,
    constraint usage_hour_primary primary key (customer_id, billable_metric_id, group_index, group_id, hour)
) with (fillfactor = 70);

-- The different values of a UNIQUE metric on one UTC day; bit h of `hours` says that the value was seen in hour h.
create table usage_unique (
    customer_id        uuid not null,
    billable_metric_id uuid not null,
    group_index        smallint not null,
    group_id           uuid not null,
    day                date not null,
    value_id           uuid not null, -- a hash of the value
    hours              integer not null,
    group_values       text[] not null default '{}',
    constraint usage_unique_primary primary key (customer_id, billable_metric_id, group_index, group_id, day, value_id)
) with (fillfactor = 70);

-- What was added since the last fold into the three tables above: one row for each customer of a batch, written with
-- its events. Updating a handful of sums for every event would cost several times what storing it does, and two
-- batches with the same customer would wait for each other's commit; appending does neither. jobs::fold moves the rows
-- every few seconds. Readers ask the views below, which add both, so sums are current when the ingest answers.
--
-- `sums` is an array of objects: m billable_metric_id, g group_index, i group_id, v group_values, h hours since 1970,
-- c count, s sum, x max, l latest, t latest_at, k latest_key; of a UNIQUE metric u, hashes of values.
create table usage_pending (
    customer_id uuid not null,
    sums        json not null
);

create index usage_pending_customer_id on usage_pending (customer_id);

-- The parts of the pending sums, one row each.
create view usage_pending_sum as
select
    pending.customer_id,
    part.m as billable_metric_id,
    coalesce(part.g, 0::smallint) as group_index,
    coalesce(part.i, '00000000-0000-0000-0000-000000000000') as group_id,
    to_timestamp(part.h * 3600) as hour,
    (to_timestamp(part.h * 3600) at time zone 'UTC')::date as day,
    coalesce(part.v, '{}') as group_values,
    part.c as count,
    coalesce(part.s, 0) as sum,
    part.x as max,
    part.l as latest,
    part.t as latest_at,
    part.k as latest_key,
    part.u as value_ids,
    1 << (part.h % 24)::integer as hours
from usage_pending pending
cross join lateral json_to_recordset(pending.sums) as part(
    m uuid, g smallint, i uuid, v text[], h bigint, c bigint, s numeric, x numeric, l numeric, t timestamptz, k uuid,
    u uuid[]
);

-- Usage by day: several rows may belong to the same key and are to be added.
create view usage_daily as
select customer_id, billable_metric_id, group_index, group_id, day, group_values,
    count, sum, max, latest, latest_at, latest_key
from usage_day
union all
select customer_id, billable_metric_id, group_index, group_id, day, group_values,
    count, sum, max, latest, latest_at, latest_key
from usage_pending_sum
where value_ids is null;

-- Usage by hour, likewise.
create view usage_hourly as
select customer_id, billable_metric_id, group_index, group_id, hour, group_values,
    count, sum, max, latest, latest_at, latest_key
from usage_hour
union all
select customer_id, billable_metric_id, group_index, group_id, hour, group_values,
    count, sum, max, latest, latest_at, latest_key
from usage_pending_sum
where value_ids is null;

-- The values of UNIQUE metrics, likewise: the same value may come several times.
create view usage_value as
select customer_id, billable_metric_id, group_index, group_id, day, value_id, hours, group_values
from usage_unique
union all
select customer_id, billable_metric_id, group_index, group_id, day, unnest(value_ids), hours, group_values
from usage_pending_sum
where value_ids is not null;

-- Which metrics there are, for processes that remember them: the ingest reads this row and loads the metrics again when
-- it changed. `id` tells databases apart.
create table metering_catalog (
    id      uuid primary key default gen_random_uuid(),
    version bigint not null default 0
);

insert into metering_catalog default values;

-- Every ingest holds this lock shared, so a new metric comes wholly before or wholly after it, and none waits longer
-- than for the ingests that are under way.
create function metering_catalog_changes() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtext('inlay metering catalog'));
    update metering_catalog set version = version + 1;
    return null;
end
$$;

create trigger metering_catalog_changes after insert on billable_metric
    for each statement execute function metering_catalog_changes();
