-- Named measures of usage. A definition never changes; only the name and the archive date do.

create table billable_metric (
    id                uuid primary key,
    name              text not null,
    aggregation_type  text not null
        constraint billable_metric_aggregation_type check (aggregation_type in ('COUNT', 'LATEST', 'MAX', 'SUM', 'UNIQUE')),
    aggregation_key   text,
    event_type_filter jsonb,
    property_filters  jsonb not null default '[]',
    group_keys        jsonb not null default '[]',
    custom_fields     jsonb not null default '{}',
    created_at        timestamptz not null default statement_timestamp(),
    archived_at       timestamptz
);

create index billable_metric_created_at on billable_metric (created_at, id);
