-- A new day begins without filters of transaction_id. Attached empty, it had one for its first pages, and every event
-- put there made that filter anew: 0.15 ms each, more than all else that storing an event takes. Vacuum makes the
-- filters of full pages; until then a search reads them.
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
        execute format('alter table usage_dedupe attach partition %I for values in (%L)', part, one);
    end loop;
end
$$;
