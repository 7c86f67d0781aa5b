-- The sessions of dashboards, and what was revoked of them.
--
-- A revocation is a row and ends what was there before it: the URLs that were made and the sessions that were opened. A
-- URL carries the number of the last revocation at the time it was made, and its session goes on with that number, so no
-- clock decides what was before. Whoever revokes holds a lock first: numbers are committed in their order. Where a token
-- has no number, its time decides, and a revocation of the same second counts.
create table dashboard_revocation (
    id          bigint generated always as identity constraint dashboard_revocation_pkey primary key,
    -- Of this customer alone; null: of all.
    customer_id uuid constraint dashboard_revocation_customer_id_fkey references customer,
    -- Of this viewer alone, by the integrator's id and by what the database compares in its place; null: of all.
    viewer_id   text,
    viewer_key  uuid,
    -- This session alone; null: all.
    session_id  uuid,
    revoked_at  timestamptz not null
);

create index dashboard_revocation_customer_id on dashboard_revocation (customer_id, id);

-- A row for each session that was opened, kept for some days after its end.
create table dashboard_session (
    id            uuid constraint dashboard_session_pkey primary key,
    customer_id   uuid not null constraint dashboard_session_customer_id_fkey references customer,
    dashboard     text not null,
    viewer_id     text,
    viewer_key    uuid,
    -- The URL that it was opened by, and whether that opens once.
    url_id        uuid not null,
    is_single_use boolean not null,
    -- The last revocation before the URL was made; null where the URL does not say it.
    seen          bigint,
    valid_from    timestamptz not null,
    opened_at     timestamptz not null,
    -- To the minute.
    last_used_at  timestamptz not null
);

-- A URL that opens once has one session.
create unique index dashboard_session_single_use on dashboard_session (url_id) where is_single_use;
create index dashboard_session_opened_at on dashboard_session (opened_at, id);
create index dashboard_session_customer_id on dashboard_session (customer_id, opened_at, id);

alter table dashboard_session enable row level security;
create policy of_one_customer on dashboard_session using (
    customer_id = (select nullif(current_setting('inlay.customer', true), '')::uuid)
    or (select current_user) <> 'inlay_reader'
);

-- Readers are told whether they are revoked, also by what is of all customers.
alter table dashboard_revocation enable row level security;
create policy of_one_customer on dashboard_revocation using (
    customer_id = (select nullif(current_setting('inlay.customer', true), '')::uuid)
    or customer_id is null
    or (select current_user) <> 'inlay_reader'
);

-- Whether a session or a URL of a customer is revoked, in one row; false where neither `seen` nor `made_at` is given, as
-- of operators. The planner replaces the call by the body, as those of migration 26.
create function revocation_of(customer uuid, session uuid, viewer uuid, seen bigint, made_at timestamptz)
    returns table (is_revoked boolean)
    language sql stable parallel safe rows 1
    as $$
        select exists (
            select
            from dashboard_revocation r
            where (r.customer_id = customer or r.customer_id is null)
                and (r.session_id = session or r.session_id is null)
                and (r.viewer_key = viewer or r.viewer_key is null)
                and case when seen is null then r.revoked_at >= made_at else r.id > seen end
        )
    $$;

-- As migration 25 made it, with the table of revocations.
create or replace function make_reader_role() returns void language plpgsql as $$
declare
    may_become constant text :=
        case when current_setting('server_version_num')::integer >= 160000 then 'SET' else 'MEMBER' end;
    one text;
begin
    perform pg_advisory_xact_lock(hashtext('inlay readers'));
    if not exists (select from pg_roles where rolname = 'inlay_reader') then
        begin
            create role inlay_reader nologin;
        exception when duplicate_object or unique_violation then
            null; -- another database of the cluster was first
        end;
    end if;
    if not pg_has_role(current_user, 'inlay_reader', may_become) then
        begin
            execute format('grant inlay_reader to %I', current_user);
        exception when unique_violation then
            null; -- likewise
        end;
    end if;
    if not has_schema_privilege('inlay_reader', current_schema(), 'usage') then
        execute format('grant usage on schema %I to inlay_reader', current_schema());
    end if;
    foreach one in array array[
        'customer', 'ingest_alias', 'customer_plan', 'added_charge', 'invoice', 'dashboard_revocation',
        'usage_day', 'usage_hour', 'usage_unique', 'usage_pending', 'usage_extent',
        'billable_metric', 'credit_type', 'product', 'plan', 'charge'
    ] loop
        if not has_table_privilege('inlay_reader', one, 'select') then
            execute format('grant select on %I to inlay_reader', one);
        end if;
    end loop;
end
$$;
