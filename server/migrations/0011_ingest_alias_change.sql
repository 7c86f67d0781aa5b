-- How often an alias was taken from its customer: while this stays, what a process remembers of aliases is true. New
-- aliases do not count. A row of its own, so that its lock does not meet those of the catalog of metrics.
create table ingest_alias_change (
    version bigint not null
);

insert into ingest_alias_change values (0);

create function ingest_alias_changes() returns trigger language plpgsql as $$
begin
    update ingest_alias_change set version = version + 1;
    return null;
end
$$;

create trigger ingest_alias_changes after update or delete on ingest_alias
    for each row execute function ingest_alias_changes();
