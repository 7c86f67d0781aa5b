-- Ramps, tier resets, minimums, trials, price adjustments, charges added to one invoice, and more units of account.

-- 0 is the billing period in which a customer's plan starts.
alter table charge
    add column start_period         integer not null default 0
        constraint charge_start_period check (start_period >= 0),
    add column tier_reset_frequency integer not null default 1
        constraint charge_tier_reset_frequency check (tier_reset_frequency >= 1);

create index charge_product_id on charge (product_id);

alter table product add column custom_fields jsonb not null default '{}';

-- `[{credit_type_id, name, start_period, value}]`
alter table plan add column minimums jsonb not null default '[]';

alter table customer_plan
    add column price_adjustments   jsonb not null default '[]', -- as `plans/add` took them
    add column trial_ending_before timestamptz;

-- A charge made once, on the invoice of the billing period that starts at `invoice_start_timestamp`.
create table added_charge (
    id                      uuid primary key,
    customer_plan_id        uuid not null constraint added_charge_customer_plan references customer_plan,
    charge_id               uuid not null constraint added_charge_charge references charge,
    invoice_start_timestamp timestamptz not null,
    description             text not null,
    price                   numeric not null,
    quantity                numeric not null,
    created_at              timestamptz not null default statement_timestamp()
);

create index added_charge_customer_plan_id on added_charge (customer_plan_id, id);

alter table credit_type add column archived_at timestamptz;

-- The vendor's other currencies.
insert into credit_type (id, name, is_currency) values
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a0006', 'AUD', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a0007', 'BRL', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a0008', 'CAD', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a0009', 'CZK', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a000a', 'INR', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a000b', 'MXN', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a000c', 'NGN', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a000d', 'NOK', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a000e', 'NZD', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a000f', 'PLN', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a0010', 'SEK', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a0011', 'SGD', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a0012', 'TRY', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a0013', 'ZAR', true);
