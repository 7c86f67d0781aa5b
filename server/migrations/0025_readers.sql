-- Readers are bound in the database too. Pages and session tokens read as the role `inlay_reader`, which may only read,
-- and of the tables of customers sees the rows of the one customer that the setting `inlay.customer` names, also where
-- a query forgets its condition. Without the setting it sees none.
--
-- The policies bind that role alone. Others see what they are granted, as ever; the owner of the tables, who writes, is
-- asked nothing. Both halves of a condition are read once a query. The conditions of queries on ids and days are
-- leakproof, so that their indexes serve under a policy as without it.
do $$
declare
    one text;
    named constant text := '(select nullif(current_setting(''inlay.customer'', true), '''')::uuid)';
    other constant text := '(select current_user) <> ''inlay_reader''';
begin
    foreach one in array array[
        'ingest_alias', 'customer_plan', 'invoice', 'usage_day', 'usage_hour', 'usage_unique', 'usage_pending',
        'usage_extent', 'usage_event', 'usage_dedupe'
    ] loop
        execute format('alter table %I enable row level security', one);
        execute format('create policy of_one_customer on %I using (customer_id = %s or %s)', one, named, other);
    end loop;
    alter table customer enable row level security;
    execute format('create policy of_one_customer on customer using (id = %s or %s)', named, other);
    -- Of a customer plan that can be seen.
    alter table added_charge enable row level security;
    execute format(
        'create policy of_one_customer on added_charge using (
            exists (select from customer_plan where customer_plan.id = customer_plan_id) or %s
        )',
        other
    );
end
$$;

-- The parts of one customer's pending sums, from the table itself: a view reads with the rights of its owner, whom no
-- policy binds. Otherwise as migration 17 made it.
create or replace function usage_pending_of(customer uuid) returns setof usage_pending_sum
    language sql stable parallel safe rows 1000
    set enable_seqscan = off
    as $$
        select
            pending.customer_id,
            part.m,
            coalesce(part.g, 0::smallint),
            coalesce(part.i, '00000000-0000-0000-0000-000000000000'),
            to_timestamp(part.h * 3600),
            (to_timestamp(part.h * 3600) at time zone 'UTC')::date,
            coalesce(part.v, '{}'),
            part.c,
            coalesce(part.s, 0),
            part.x,
            part.l,
            part.t,
            part.k,
            part.u,
            1 << (part.h % 24)::integer
        from usage_pending pending
        cross join lateral json_to_recordset(pending.sums) as part(
            m uuid, g smallint, i uuid, v text[], h bigint, c bigint, s numeric, x numeric, l numeric, t timestamptz,
            k uuid, u uuid[]
        )
        where pending.customer_id = customer
    $$;

-- Makes the role where it is missing, lets the caller become it, and grants it what pages read: nothing else, so that a
-- table of later is closed to it until this function names it. Roles belong to the cluster: several databases, and
-- several servers of one, may call this at once. It fails with insufficient_privilege where the caller may not make
-- roles and nobody made this one for it.
create function make_reader_role() returns void language plpgsql as $$
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
        'customer', 'ingest_alias', 'customer_plan', 'added_charge', 'invoice',
        'usage_day', 'usage_hour', 'usage_unique', 'usage_pending', 'usage_extent',
        'billable_metric', 'credit_type', 'product', 'plan', 'charge'
    ] loop
        if not has_table_privilege('inlay_reader', one, 'select') then
            execute format('grant select on %I to inlay_reader', one);
        end if;
    end loop;
end
$$;
