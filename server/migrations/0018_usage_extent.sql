-- Between which days a customer has usage of a metric in usage_day and usage_unique; both days have some. A query over
-- ten years looks at these days alone: the sums lie by day first, so each day without usage costs a look of its own.
create table usage_extent (
    customer_id        uuid not null,
    billable_metric_id uuid not null,
    first_day          date not null,
    last_day           date not null,
    constraint usage_extent_primary primary key (customer_id, billable_metric_id)
) with (fillfactor = 70);

-- Kept by the tables themselves, whoever writes them. An upsert hands on only the rows that are new: of most folds
-- none, as the day is known.
create function usage_extends() returns trigger language plpgsql as $$
begin
    insert into usage_extent as known (customer_id, billable_metric_id, first_day, last_day)
    select customer_id, billable_metric_id, min(day), max(day)
    from made
    group by customer_id, billable_metric_id
    order by customer_id, billable_metric_id
    on conflict (customer_id, billable_metric_id) do update set
        first_day = least(known.first_day, excluded.first_day),
        last_day = greatest(known.last_day, excluded.last_day)
    where excluded.first_day < known.first_day or excluded.last_day > known.last_day;
    return null;
end
$$;

create trigger usage_extends after insert on usage_day
    referencing new table as made
    for each statement execute function usage_extends();

create trigger usage_extends after insert on usage_unique
    referencing new table as made
    for each statement execute function usage_extends();

insert into usage_extent (customer_id, billable_metric_id, first_day, last_day)
select customer_id, billable_metric_id, min(day), max(day)
from (
    select customer_id, billable_metric_id, day from usage_day
    union all
    select customer_id, billable_metric_id, day from usage_unique
) as used
group by customer_id, billable_metric_id;
