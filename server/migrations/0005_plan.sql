-- What is sold, at which prices, and who is on which plan.

create table credit_type (
    id          uuid primary key,
    name        text not null constraint credit_type_name_unique unique,
    is_currency boolean not null
);

-- "USD (cents)" has this id at the vendor, always. The other currencies' ids are ours.
insert into credit_type (id, name, is_currency) values
    ('2714e483-4ff1-48e4-9e25-ac732e8f24f2', 'USD (cents)', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a0001', 'EUR', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a0002', 'GBP', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a0003', 'JPY', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a0004', 'KWD', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a0005', 'CHF', true);

create table product (
    id         uuid primary key,
    name       text not null constraint product_name_length check (name <> ''),
    group_key  text, -- one invoice line for each value of this property
    created_at timestamptz not null default statement_timestamp()
);

create table plan (
    id                uuid primary key,
    name              text not null,
    description       text not null default '',
    billing_frequency text not null
        constraint plan_billing_frequency check (billing_frequency in ('WEEKLY', 'MONTHLY', 'QUARTERLY', 'ANNUAL')),
    billing_anchor    text not null
        constraint plan_billing_anchor check (billing_anchor in ('FIRST_OF_MONTH', 'PLAN_START')),
    custom_fields     jsonb not null default '{}',
    created_at        timestamptz not null default statement_timestamp()
);

create index plan_created_at on plan (created_at, id);

create table charge (
    id                 uuid primary key,
    plan_id            uuid not null constraint charge_plan references plan,
    position           integer not null,
    product_id         uuid not null constraint charge_product references product,
    name               text not null,
    charge_type        text not null constraint charge_charge_type check (charge_type in ('usage', 'fixed')),
    billable_metric_id uuid constraint charge_billable_metric references billable_metric,
    credit_type_id     uuid not null constraint charge_credit_type references credit_type,
    quantity           numeric,
    prices             jsonb not null,
    tier_mode          text not null constraint charge_tier_mode check (tier_mode in ('graduated', 'volume')),
    unit_conversion    jsonb,
    custom_fields      jsonb not null default '{}',
    constraint charge_position_unique unique (plan_id, position),
    constraint charge_measures check ((charge_type = 'usage') = (billable_metric_id is not null))
);

-- One stretch of time in which a customer is on a plan. Two stretches of one customer never overlap.
create table customer_plan (
    id                     uuid primary key,
    customer_id            uuid not null constraint customer_plan_customer references customer,
    plan_id                uuid not null constraint customer_plan_plan references plan,
    starting_on            timestamptz not null,
    ending_before          timestamptz,
    net_payment_terms_days bigint,
    custom_fields          jsonb not null default '{}',
    created_at             timestamptz not null default statement_timestamp(),
    -- The start of the first billing period without a finalized invoice, and the end of that period; null when nothing
    -- is left to bill. The period can be finalized once the grace period after its end is over.
    billed_until           timestamptz not null,
    period_end             timestamptz,
    -- How often periods that had been finalized were opened again: part of the ids of invoices.
    revision               integer not null default 0,
    constraint customer_plan_order check (ending_before is null or ending_before > starting_on)
);

create index customer_plan_customer_id on customer_plan (customer_id, starting_on desc);
create index customer_plan_plan_id on customer_plan (plan_id, starting_on, id);
create index customer_plan_period_end on customer_plan (period_end) where period_end is not null;
