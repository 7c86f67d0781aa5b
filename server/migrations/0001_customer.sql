-- Who is billed, and by which ids their events may name them.

create table customer (
    id            uuid primary key,
    name          text not null constraint customer_name_length check (char_length(name) between 1 and 160),
    custom_fields jsonb not null default '{}',
    created_at    timestamptz not null default statement_timestamp(),
    updated_at    timestamptz not null default statement_timestamp(),
    archived_at   timestamptz
);

-- Keyset order of lists: newest last, the id breaks ties.
create index customer_created_at on customer (created_at, id);

-- An alias stands for one customer, archived ones included: it stays taken.
create table ingest_alias (
    alias       text primary key constraint ingest_alias_length check (char_length(alias) between 1 and 200),
    customer_id uuid not null constraint ingest_alias_customer references customer,
    position    integer not null
);

create index ingest_alias_customer_id on ingest_alias (customer_id, position);
