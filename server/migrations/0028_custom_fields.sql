-- Custom fields that change after what has them was made: the keys that are known of each kind of thing, values that no two
-- of a kind have, and the invoice's own fields.
--
-- A kind of thing is called as its table is. What is made with custom fields needs no key for them, as ever; values that
-- are set later do.
create table custom_field_key (
    entity             text collate "C" not null constraint custom_field_key_entity check (
        entity in ('billable_metric', 'charge', 'customer', 'customer_plan', 'invoice', 'plan', 'product')
    ),
    key                text collate "C" not null,
    enforce_uniqueness boolean not null,
    created_at         timestamptz not null,
    constraint custom_field_key_pkey primary key (entity, key)
);

-- Who has which value of a key that enforces uniqueness. Triggers keep it, so that no way of writing goes past it. It has
-- values of all customers, and readers are granted neither of the two.
create table custom_field_unique_value (
    entity    text collate "C" not null,
    key       text collate "C" not null,
    value     text collate "C" not null,
    entity_id uuid not null,
    constraint custom_field_unique_value_pkey primary key (entity, key, value),
    constraint custom_field_unique_value_key foreign key (entity, key) references custom_field_key on delete cascade
);

create index custom_field_unique_value_entity_id on custom_field_unique_value (entity, entity_id);

create function custom_fields_are_unique() returns trigger language plpgsql as $$
declare
    unique_field record;
begin
    if tg_op = 'UPDATE' then
        delete from custom_field_unique_value had
        where had.entity = tg_table_name::text and had.entity_id = new.id
            and had.value is distinct from new.custom_fields ->> had.key;
    end if;
    for unique_field in
        select known.key, new.custom_fields ->> known.key as value
        from custom_field_key known
        where known.entity = tg_table_name::text and known.enforce_uniqueness and new.custom_fields ? known.key
        order by known.key
        for key share -- whoever removes the key comes after this, or was before it
    loop
        insert into custom_field_unique_value as has (entity, key, value, entity_id)
        values (tg_table_name::text, unique_field.key, unique_field.value, new.id)
        on conflict (entity, key, value) do update set entity_id = excluded.entity_id
            where has.entity_id = excluded.entity_id;
        if not found then
            raise exception using
                errcode = 'unique_violation',
                constraint = 'custom_field_value_is_unique',
                message = format(
                    'custom_fields.%s: another %s has the value "%s", and the key enforces uniqueness',
                    unique_field.key, replace(tg_table_name::text, '_', ' '), unique_field.value
                );
        end if;
    end loop;
    return null;
end
$$;

-- In the order in which calls lock these tables: those that make plans, and the one that archives a customer. The job that
-- finalizes has another for the last two, and tries again where it is refused.
do $$
declare
    one text;
begin
    foreach one in array array[
        'product', 'plan', 'charge', 'billable_metric', 'customer', 'customer_plan', 'invoice'
    ] loop
        if one = 'invoice' then
            -- What an integrator notes about an invoice is no part of the document, which never changes.
            alter table invoice add column custom_fields jsonb not null default '{}';
        end if;
        execute format(
            'create trigger custom_fields_are_unique after insert on %I
            for each row when (new.custom_fields <> ''{}'') execute function custom_fields_are_unique()',
            one
        );
        execute format(
            'create trigger custom_fields_stay_unique after update of custom_fields on %I
            for each row when (new.custom_fields is distinct from old.custom_fields)
            execute function custom_fields_are_unique()',
            one
        );
    end loop;
end
$$;

create or replace function invoice_is_frozen() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE'
        and (
            old.status = 'FINALIZED' and new.status = 'VOID' and new.voided_at is not null
            or (new.status, new.voided_at) is not distinct from (old.status, old.voided_at)
        )
        and (to_jsonb(new) - 'status' - 'voided_at' - 'custom_fields')
            = (to_jsonb(old) - 'status' - 'voided_at' - 'custom_fields')
    then
        return new;
    end if;
    raise exception 'a finalized invoice never changes' using errcode = 'integrity_constraint_violation';
end
$$;

-- Makes a key known; false where it is known already and its uniqueness is another. It fails where values of before are
-- not unique that have to be.
create function add_custom_field_key(
    entity_name text, key_name text, is_unique boolean, added_at timestamptz
) returns boolean language plpgsql as $$
declare
    known_is_unique boolean;
    repeated text;
begin
    perform pg_advisory_xact_lock(hashtext('inlay custom field keys'));
    select enforce_uniqueness into known_is_unique
    from custom_field_key
    where entity = entity_name and key = key_name;
    if found then
        return known_is_unique = is_unique;
    end if;
    insert into custom_field_key (entity, key, enforce_uniqueness, created_at)
    values (entity_name, key_name, is_unique, added_at);
    if is_unique then
        -- Whoever writes such things at the moment is waited for, and who does so later finds the key.
        execute format('lock table %I in share row exclusive mode', entity_name);
        execute format(
            'select min(custom_fields ->> $1) from %I where custom_fields ? $1
            group by custom_fields ->> $1 having count(*) > 1 limit 1',
            entity_name
        ) into repeated using key_name;
        if repeated is not null then
            raise exception using
                errcode = 'unique_violation',
                constraint = 'custom_field_value_is_unique',
                message = format('enforce_uniqueness: several have the value "%s" already', repeated);
        end if;
        execute format(
            'insert into custom_field_unique_value (entity, key, value, entity_id)
            select $1, $2, custom_fields ->> $2, id from %I where custom_fields ? $2',
            entity_name
        ) using entity_name, key_name;
    end if;
    return true;
end
$$;

-- Forgets a key and all values of it; false where it is not known.
create function remove_custom_field_key(
    entity_name text, key_name text, removed_at timestamptz
) returns boolean language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtext('inlay custom field keys'));
    delete from custom_field_key where entity = entity_name and key = key_name;
    if not found then
        return false;
    end if;
    execute format(
        'update %I set custom_fields = custom_fields - $1 %s where custom_fields ? $1',
        entity_name, case entity_name when 'customer' then ', updated_at = $2' else '' end
    ) using key_name, removed_at;
    return true;
end
$$;

-- Takes custom fields away from one thing and gives it others: those that it has then, null where there is no such thing.
create function change_custom_fields(
    entity_name text, thing uuid, taken text[], given jsonb, changed_at timestamptz
) returns jsonb language plpgsql as $$
declare
    changed jsonb;
begin
    execute format(
        'update %I set custom_fields = (custom_fields - $2) || $3 %s where id = $1 returning custom_fields',
        entity_name, case entity_name when 'customer' then ', updated_at = $4' else '' end
    ) into changed using thing, taken, given, changed_at;
    return changed;
end
$$;
