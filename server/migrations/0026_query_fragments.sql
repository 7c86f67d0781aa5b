-- What several queries have in common, which they were glued of in Rust: now each query is one text, which the compiler
-- checks against this schema.
--
-- All are SQL functions, which run with the rights of the caller, so that the policies of migration 25 bind readers in
-- them too. They are written so that the planner replaces the call by the body, as if it stood in the query: scalar
-- functions of one expression, and functions in `from` of one select, neither strict nor with settings of their own.
-- A function that is changed gets another name, as servers of before may still call it.

-- A charge as JSON, with its product and its credit type.
create function charge_json(ch charge, pr product, ct credit_type) returns jsonb
    language sql stable parallel safe
    as $$
        select jsonb_build_object(
            'id', ch.id,
            'name', ch.name,
            'charge_type', ch.charge_type,
            'credit_type', jsonb_build_object('id', ct.id, 'name', ct.name),
            'custom_fields', ch.custom_fields,
            'prices', ch.prices,
            'product_id', ch.product_id,
            'product_name', pr.name,
            'product_group_key', pr.group_key,
            'billable_metric_id', ch.billable_metric_id,
            'quantity', ch.quantity,
            'start_period', ch.start_period,
            'tier_mode', ch.tier_mode,
            'tier_scope', ch.tier_scope,
            'tier_reset_frequency', ch.tier_reset_frequency,
            'unit_conversion', ch.unit_conversion
        )
    $$;

-- The minimums of a plan as JSON, in one row.
create function minimums_of(p plan) returns table (minimums jsonb)
    language sql stable parallel safe rows 1
    as $$
        select coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'credit_type', jsonb_build_object('id', ct.id, 'name', ct.name),
                    'name', mi.minimum ->> 'name',
                    'start_period', mi.minimum -> 'start_period',
                    'value', mi.minimum -> 'value'
                )
                order by mi.place
            ),
            '[]'
        )
        from jsonb_array_elements(p.minimums) with ordinality as mi (minimum, place)
        join credit_type ct on ct.id = (mi.minimum ->> 'credit_type_id')::uuid
    $$;

-- The terms of a customer on a plan as JSON, in one row.
create function terms_of(c customer, cp customer_plan, p plan) returns table (terms jsonb)
    language sql stable parallel safe rows 1
    as $$
        select jsonb_build_object(
            'customer_id', c.id,
            'customer_custom_fields', c.custom_fields,
            'customer_plan_id', cp.id,
            'revision', cp.revision,
            'plan_id', p.id,
            'plan_name', p.name,
            'plan_custom_fields', p.custom_fields,
            'billing_frequency', p.billing_frequency,
            'billing_anchor', p.billing_anchor,
            'starting_on', cp.starting_on,
            'ending_before', cp.ending_before,
            'billed_until', cp.billed_until,
            'finalize_after', cp.finalize_after,
            'net_payment_terms_days', cp.net_payment_terms_days,
            'terms', (
                select coalesce(jsonb_agg(
                    jsonb_build_object(
                        'charge', charge_json(ch, pr, ct),
                        'is_currency', ct.is_currency,
                        'product_custom_fields', pr.custom_fields,
                        'measure', case when m.id is not null then jsonb_build_object(
                            'billable_metric_id', m.id,
                            'aggregation_type', m.aggregation_type,
                            -- the place of the product's group key among the metric's, from 1; 0: not grouped
                            'group_index', coalesce((
                                select min(k.place)
                                from jsonb_array_elements(m.group_keys) with ordinality as k (keys, place)
                                where k.keys = jsonb_build_array(pr.group_key)
                            ), 0)
                        ) end
                    )
                    order by ch.position
                ), '[]')
                from charge ch
                join product pr on pr.id = ch.product_id
                join credit_type ct on ct.id = ch.credit_type_id
                left join billable_metric m on m.id = ch.billable_metric_id
                where ch.plan_id = p.id
            ),
            'price_adjustments', cp.price_adjustments,
            'trial_ending_before', cp.trial_ending_before,
            'trial_spending_cap', cp.trial_spending_cap,
            'minimums', (select minimums from minimums_of(p)),
            'added_charges', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'charge', charge_json(ch, pr, ct),
                            'product_custom_fields', pr.custom_fields,
                            'invoice_start_timestamp', ac.invoice_start_timestamp,
                            'description', ac.description,
                            'price', ac.price,
                            'quantity', ac.quantity
                        )
                        order by ac.id
                    ),
                    '[]'
                )
                from added_charge ac
                join charge ch on ch.id = ac.charge_id
                join product pr on pr.id = ch.product_id
                join credit_type ct on ct.id = ch.credit_type_id
                where ac.customer_plan_id = cp.id
            )
        )
    $$;

-- The end of a customer's latest plan that has begun as JSON, null while it runs; in one row.
create function plan_end_of(customer uuid, now timestamptz) returns table (plan_end jsonb)
    language sql stable parallel safe rows 1
    as $$
        select (
            select case when latest.ending_before <= now then
                jsonb_build_object('plan_name', latest.name, 'ending_before', latest.ending_before)
            end
            from (
                select p.name, cp.ending_before
                from customer_plan cp
                join plan p on p.id = cp.plan_id
                where cp.customer_id = customer and cp.starting_on <= now
                    and (cp.ending_before is null or cp.ending_before > cp.starting_on)
                order by cp.starting_on desc
                limit 1
            ) latest
        )
    $$;

-- Whether an invoice is among those that are sought: by a part of its number as printed, in lower case; by its number;
-- or by its total in whole units, without sign, cut off behind so many digits. Any of it is enough.
create function invoice_is_sought(i invoice, part text, sought bigint, amount numeric, places integer) returns boolean
    language sql stable parallel safe
    as $$
        select strpos('inv' || lpad(i.number::text, greatest(4, length(i.number::text)), '0'), part) > 0
            or i.number = sought
            -- a document that cannot be read has no total
            or amount = trunc(
                case when jsonb_typeof(i.document -> 'total') = 'number' then
                    abs((i.document ->> 'total')::numeric)
                end / case when i.document -> 'credit_type' ->> 'name' = 'USD (cents)' then 100 else 1 end,
                places
            )
    $$;

-- Whether a property is a number, or a text of one, as `Decimal` reads it.
create function is_decimal(value jsonb) returns boolean
    language sql immutable parallel safe
    as $$
        select jsonb_typeof(value) = 'number'
            or jsonb_typeof(value) = 'string'
                and value #>> '{}' ~ '^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$'
    $$;
