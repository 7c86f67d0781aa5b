-- A viewer of a dashboard may be shown some groups of usage alone, and what is done about access is kept for good.

-- Whether the values of a group are among those that may be seen. `admitted` has, for places of the group key counted
-- from 1, the values that may be seen there: `{"1": ["blue", "red"]}`. A group without a value is not among them.
create function usage_admitted(group_values text[], admitted jsonb) returns boolean
    language sql immutable parallel safe
    as $$
        select not exists (
            select
            from jsonb_each(admitted) as part(place, allowed)
            where (part.allowed ? group_values[part.place::integer]) is not true
        )
    $$;

-- What was done about access to customers' data: URLs made, pages opened, files taken, tokens made and revoked. The
-- columns are those of the vendor's audit log. A row about a customer names it, whatever else it is about; what is not a
-- reader's to read has no grant.
create table audit_log (
    id              uuid        not null constraint audit_log_pkey primary key,
    created_at      timestamptz not null,
    customer_id     uuid,
    action          text        not null,
    description     text        not null,
    status          text        not null,
    resource_type   text        not null,
    resource_id     text        not null,
    actor_id        text,
    actor_name      text,
    request_id      text        not null,
    ip              text,
    user_agent      text,
    constraint audit_log_status check (status in ('success', 'failure'))
);

create index audit_log_by_time on audit_log (created_at, id);
create index audit_log_by_resource on audit_log (resource_type, resource_id, created_at, id);
create index audit_log_by_customer on audit_log (customer_id, created_at, id);

alter table audit_log enable row level security;
create policy of_one_customer on audit_log using (
    customer_id = (select nullif(current_setting('inlay.customer', true), '')::uuid)
    or (select current_user) <> 'inlay_reader'
);

-- The time of a row is that of the database, whatever its maker says. Whoever reads the log waits for those who hold the
-- lock, and then for none that could still write an earlier row: so a reader that goes on after the last row misses none.
create function audit_log_begin() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(hashtext('inlay audit log'));
    new.created_at := clock_timestamp();
    return new;
end
$$;

create trigger audit_log_begin before insert on audit_log for each row execute function audit_log_begin();

-- A row cannot be changed or removed, by the owner of the table neither.
create function audit_log_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'rows of the audit log cannot be changed or removed' using errcode = 'insufficient_privilege';
end
$$;

create trigger audit_log_keep before update or delete on audit_log for each row execute function audit_log_refuse();
create trigger audit_log_keep_all before truncate on audit_log for each statement execute function audit_log_refuse();
