-- How usage is measured, said once: COUNT and SUM add up, MAX is the largest value, LATEST the newest. What is read are
-- sums of days, of hours and of what waits to be folded; `usage_amount` and `usage_newest` are what such a row counts
-- for its metric, and `usage_value` what the rows that belong together come to. UNIQUE is the number of different
-- values, which lie in a table of their own: `count(distinct value_id)`.
--
-- Scalar functions of one expression, as those of migration 26: the planner replaces each call by its body.

-- A value of a LATEST metric. Of two the later one is the greater; at the same instant that with the greater key,
-- whatever the order of arrival.
create type usage_moment as (
    at    timestamptz,
    key   uuid,
    value numeric
);

-- What a row counts for a metric of this kind; null for LATEST and UNIQUE.
create function usage_amount(kind text, count bigint, sum numeric, max numeric) returns numeric
    language sql immutable parallel safe
    as $$
        select case kind when 'COUNT' then count when 'SUM' then sum when 'MAX' then max end
    $$;

-- The newest value of a row for LATEST, else null. In an array, as arrays have a `max`, and rows have none before
-- Postgres 18. It needs no order, so rows are added up in one pass.
create function usage_newest(kind text, at timestamptz, key uuid, value numeric) returns usage_moment[]
    language sql immutable parallel safe
    as $$
        select case kind when 'LATEST' then array[row(at, key, value)::usage_moment] end
    $$;

-- What rows of one metric come to, of their `sum(amount)`, `max(amount)` and `max(newest)`.
create function usage_value(kind text, added numeric, largest numeric, newest usage_moment[]) returns numeric
    language sql immutable parallel safe
    as $$
        select case kind
            when 'COUNT' then added
            when 'SUM' then added
            when 'MAX' then largest
            when 'LATEST' then newest[1].value
        end
    $$;
