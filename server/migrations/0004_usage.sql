-- Metering: events as they came, and the sums made of them in the same transaction.

-- Every event, append-only, by day of event time. Partitions are made by jobs::partitions and, for a day without one,
-- by the ingest itself; `usage_event_default` catches nothing in normal running.
create table usage_event (
    customer_id    uuid,            -- null while no customer has the alias that the event names
    customer_ref   text not null,   -- the id or alias as it was sent
    transaction_id text not null,
    event_type     text not null,
    timestamp      timestamptz not null,
    properties     jsonb not null,
    received_at    timestamptz not null default statement_timestamp()
) partition by range (timestamp);

create table usage_event_default partition of usage_event default;

create index usage_event_timestamp on usage_event using brin (timestamp);

-- Events that wait for a customer with their alias.
create index usage_event_unmatched on usage_event (customer_ref) where customer_id is null;

-- Which events are known, for 34 days. Partitioned by ARRIVAL: random ids in one big index touch another page for
-- every event, and after each checkpoint every such page is logged whole; a small open partition stays in cache.
-- `event_key` is 16 bytes of a hash over customer and transaction_id.
create table usage_dedupe (
    customer_id uuid not null,
    event_key   uuid not null,
    received_on date not null,
    primary key (received_on, customer_id, event_key)
) partition by range (received_on);

create table usage_dedupe_default partition of usage_dedupe default;

-- Usage of one customer, metric and group on one UTC day.
-- `group_index` is 0 for usage over all groups, n for the nth of the metric's group_keys;
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
    primary key (customer_id, billable_metric_id, group_index, group_id, day)
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
    primary key (customer_id, billable_metric_id, group_index, group_id, hour)
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
    primary key (customer_id, billable_metric_id, group_index, group_id, day, value_id)
) with (fillfactor = 70);
