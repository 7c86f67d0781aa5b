-- Known ids by day of arrival, in partitions of a week. The day leads the key, so the ids that arrive now lie together
-- at one end of the index, whatever the week already holds: after a checkpoint only the pages of a day are logged whole.
-- A day's ids never change once it is over, so servers remember them in filters and seldom look them up.
--
-- The ids of the weeks so far stay where they are, as if they had come on their Monday. A server of before fails on the
-- new name, which is better than counting twice.
alter table usage_dedupe rename column week to day;
alter table usage_dedupe rename to usage_dedupe_by_week;
alter index usage_dedupe_primary rename to usage_dedupe_by_week_primary;

create table usage_dedupe (
    day         date not null, -- UTC
    customer_id uuid not null,
    event_key   uuid not null,
    constraint usage_dedupe_primary primary key (day, customer_id, event_key)
) partition by range (day);

do $$
declare
    part regclass;
    week date;
begin
    for part, week in
        select pg_class.oid, to_date(right(relname, 8), 'YYYYMMDD')
        from pg_inherits
        join pg_class on pg_class.oid = inhrelid
        where inhparent = 'usage_dedupe_by_week'::regclass and relkind = 'r'
    loop
        execute format('alter table usage_dedupe_by_week detach partition %s', part);
        execute format('alter table usage_dedupe attach partition %s for values from (%L) to (%L)', part, week, week + 7);
    end loop;
end
$$;

drop table usage_dedupe_by_week;

-- Makes the missing partitions of these days of usage_event and these weeks (Mondays) of usage_dedupe.
create or replace function usage_ensure_partitions(days date[], weeks date[]) returns void language plpgsql as $$
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
        perform brin_desummarize_range(index.oid, 0)
        from pg_index
        join pg_class index on index.oid = pg_index.indexrelid
        join pg_am on pg_am.oid = index.relam
        where pg_index.indrelid = (select oid from pg_class where relname = part and relnamespace = home)
            and pg_am.amname = 'brin';
    end loop;
    foreach one in array weeks loop
        part := 'usage_dedupe_' || to_char(one, 'YYYYMMDD');
        continue when exists (select from pg_class where relname = part and relnamespace = home);
        execute format('create table %I (like usage_dedupe)', part);
        execute format('alter table usage_dedupe attach partition %I for values from (%L) to (%L)', part, one, one + 7);
    end loop;
end
$$;
