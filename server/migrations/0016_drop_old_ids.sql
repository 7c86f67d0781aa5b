-- Drops the partitions of usage_dedupe of the weeks before this Monday. It takes the table from ingest for an instant, and
-- gives up for now rather than keep ingest waiting.
create function usage_drop_ids(before date) returns void language plpgsql as $$
declare
    part regclass;
    week text;
begin
    perform set_config('lock_timeout', '200ms', true);
    for part, week in
        select pg_class.oid, right(relname, 8)
        from pg_inherits
        join pg_class on pg_class.oid = inhrelid
        where inhparent = 'usage_dedupe'::regclass
    loop
        continue when to_date(week, 'YYYYMMDD') >= before;
        execute format('drop table %s', part);
    end loop;
exception when lock_not_available then
    null;
end
$$;
