-- Two customers with all that a reader may see of one: A, whose readers ask, and B, whose rows nobody else may see.
insert into billable_metric (id, name, aggregation_type, aggregation_key, group_keys) values
    ('10000000-0000-0000-0000-000000000001', 'Tokens', 'SUM', 'tokens', '[["region"]]'),
    ('10000000-0000-0000-0000-000000000002', 'Users', 'UNIQUE', 'user', '[["region"]]');

insert into product (id, name, group_key) values ('20000000-0000-0000-0000-000000000001', 'Product', null);

insert into customer (id, name) values
    ('00000000-0000-0000-0000-00000000000a', 'A'),
    ('00000000-0000-0000-0000-00000000000b', 'B');

insert into ingest_alias (alias, customer_id, position)
select 'alias of ' || name, id, 0 from customer;

-- Each on a plan of its own, so that the metrics of the plans differ too.
insert into plan (id, name, billing_frequency, billing_anchor)
select id, 'Plan of ' || name, 'MONTHLY', 'FIRST_OF_MONTH' from customer;

insert into charge (id, plan_id, position, product_id, name, charge_type, billable_metric_id, credit_type_id, prices,
    tier_mode)
select gen_random_uuid(), plan.id, 0, '20000000-0000-0000-0000-000000000001', 'Charge', 'usage', metric.id,
    credit_type.id, '[{"tier": 0, "value": 1}]', 'graduated'
from plan
join billable_metric metric on (metric.name = 'Tokens') = (plan.name = 'Plan of A')
join credit_type on credit_type.name = 'USD (cents)';

insert into customer_plan (id, customer_id, plan_id, starting_on, billed_until, period_end)
select id, id, id, '2026-01-01Z', '2026-11-01Z', '2026-12-01Z' from customer;

insert into added_charge (id, customer_plan_id, charge_id, invoice_start_timestamp, description, price, quantity)
select customer.id, customer.id, charge.id, '2026-11-01Z', 'Charge added to ' || customer.name, 5, 1
from customer
join charge on charge.plan_id = customer.id;

insert into usage_day
    (customer_id, billable_metric_id, group_index, group_id, day, group_values, count, sum, max)
select customer.id, '10000000-0000-0000-0000-000000000001', place,
    case place when 0 then '00000000-0000-0000-0000-000000000000' else customer.id end, day,
    case place when 0 then '{}' else array['region of ' || customer.name] end, 1,
    case customer.name when 'A' then 3 else 7000 end, 1
from customer
cross join generate_series(0, 1) as place
cross join unnest(array['2026-10-05', '2026-11-10']::date[]) as day;

insert into usage_hour
    (customer_id, billable_metric_id, group_index, group_id, hour, group_values, count, sum, max)
select customer_id, billable_metric_id, group_index, group_id, (day + time '09:00') at time zone 'UTC', group_values,
    count, sum, max
from usage_day;

insert into usage_unique (customer_id, billable_metric_id, group_index, group_id, day, value_id, hours, group_values)
select customer_id, '10000000-0000-0000-0000-000000000002', group_index, group_id, day, customer_id, 512, group_values
from usage_day;

-- At 2026-11-10T09:00Z, by the hours since 1970.
insert into usage_pending (customer_id, sums)
select id, jsonb_build_array(
    jsonb_build_object('m', '10000000-0000-0000-0000-000000000001', 'h', 498417, 'c', 1, 's', 11),
    jsonb_build_object('m', '10000000-0000-0000-0000-000000000002', 'h', 498417, 'c', 1, 'u', array[id])
)::json
from customer;

select usage_ensure_partitions(array['2026-11-10'::date], array['2026-11-09'::date]);

insert into usage_dedupe (day, customer_id, event_key)
select '2026-11-10', id, id from customer;

insert into usage_event (customer_id, customer_ref, transaction_id, event_type, timestamp, properties)
select id, name, 'event of ' || name, 'request', '2026-11-10T09:00Z', '{}' from customer;

-- A voided invoice, its successor, and one before them.
insert into invoice (id, customer_id, customer_plan_id, credit_type_id, status, start_timestamp, end_timestamp,
    issued_at, document, voided_at, regenerated_from_invoice_id)
select (made.id || right(customer.id::text, 1))::uuid, customer.id, customer.id, credit_type.id, status, start,
    start + interval '1 month', start, jsonb_build_object('of', customer.name), case status when 'VOID' then start end,
    (made.original || right(customer.id::text, 1))::uuid
from customer
join credit_type on credit_type.name = 'USD (cents)'
cross join (values
    ('30000000-0000-0000-0000-00000000001', 'FINALIZED', '2026-09-01Z'::timestamptz, null),
    ('30000000-0000-0000-0000-00000000002', 'VOID', '2026-10-01Z', null),
    ('30000000-0000-0000-0000-00000000003', 'FINALIZED', '2026-10-01Z', '30000000-0000-0000-0000-00000000002')
) as made (id, status, start, original)
order by made.id;

-- Of A one session is revoked, of B all.
insert into dashboard_revocation (customer_id, session_id, revoked_at)
select id, case name when 'A' then id end, '2026-11-27T22:00Z' from customer;
