-- Sums by time first: what is written now lies together, whatever the number of customers and years. By customer first,
-- each sum of a new day or hour came to another page of a growing index, and after each checkpoint every such page is
-- logged whole.
alter table usage_day
    drop constraint usage_day_primary,
    add constraint usage_day_primary
        primary key (day, customer_id, billable_metric_id, group_index, group_id);

alter table usage_hour
    drop constraint usage_hour_primary,
    add constraint usage_hour_primary
        primary key (hour, customer_id, billable_metric_id, group_index, group_id);

alter table usage_unique
    drop constraint usage_unique_primary,
    add constraint usage_unique_primary
        primary key (day, customer_id, billable_metric_id, group_index, group_id, value_id);

-- A range is read by naming its days, `day = any(usage_days(…))`: the index is probed for each of them. With `between`
-- it would be read over all customers.
create function usage_days(first date, ending_before date) returns date[]
    language sql immutable strict parallel safe
    return array(select first + n from generate_series(0, ending_before - first - 1) as n);

create function usage_hours(first timestamptz, ending_before timestamptz) returns timestamptz[]
    language sql stable strict parallel safe
    return array(
        select hour
        from generate_series(date_trunc('hour', first, 'UTC'), ending_before, interval '1 hour') as hour
        where hour >= first and hour < ending_before
    );
