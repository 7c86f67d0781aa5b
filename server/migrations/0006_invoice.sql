-- Finalized and voided invoices. Drafts are computed, never stored.

create sequence invoice_number;

create table invoice (
    id                uuid primary key,
    number            bigint not null default nextval('invoice_number')
        constraint invoice_number_unique unique, -- for people: INV-0042
    customer_id       uuid not null constraint invoice_customer references customer,
    customer_plan_id  uuid not null constraint invoice_customer_plan references customer_plan,
    credit_type_id    uuid not null constraint invoice_credit_type references credit_type,
    status            text not null constraint invoice_status check (status in ('FINALIZED', 'VOID')),
    start_timestamp   timestamptz not null,
    end_timestamp     timestamptz not null,
    issued_at         timestamptz not null,
    document          jsonb not null, -- the invoice as the API answers it, but for `status` and `invoice_number`
    finalized_at      timestamptz not null default statement_timestamp(),
    voided_at         timestamptz
);

-- A billing period is finalized once; a voided invoice makes room for its regenerated successor.
create unique index invoice_period_unique on invoice (customer_plan_id, credit_type_id, start_timestamp)
    where status <> 'VOID';

create index invoice_customer_start on invoice (customer_id, start_timestamp desc, id desc);

-- A finalized invoice never changes, whoever asks: the one step that is left is from FINALIZED to VOID.
create function invoice_is_frozen() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE'
        and old.status = 'FINALIZED' and new.status = 'VOID' and new.voided_at is not null
        and (to_jsonb(new) - 'status' - 'voided_at') = (to_jsonb(old) - 'status' - 'voided_at')
    then
        return new;
    end if;
    raise exception 'a finalized invoice never changes' using errcode = 'integrity_constraint_violation';
end
$$;

create trigger invoice_is_frozen before update or delete on invoice
    for each row execute function invoice_is_frozen();
