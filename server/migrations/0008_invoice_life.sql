-- The life of an invoice: it is regenerated at most once, and not even emptying the table takes it away.

alter table invoice
    add column regenerated_from_invoice_id uuid
        constraint invoice_regenerated_from references invoice
        constraint invoice_regenerated_once unique;

create function invoice_is_kept() returns trigger language plpgsql as $$
begin
    raise exception 'a finalized invoice never changes' using errcode = 'integrity_constraint_violation';
end
$$;

create trigger invoice_is_kept before truncate on invoice
    for each statement execute function invoice_is_kept();

-- customer_config: kept for the integrator, who may file customers under it.
alter table customer
    add column salesforce_account_id text;

create index customer_salesforce_account_id on customer (salesforce_account_id)
    where salesforce_account_id is not null;
