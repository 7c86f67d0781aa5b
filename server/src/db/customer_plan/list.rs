//! A customer's plans and their price adjustments, by pages.

use crate::{
    Error, Result,
    auth::{CustomerAccess, no_such_customer},
    db::cursor,
};
use app::billing::{CustomerPlan, ListedPriceAdjustment, Page};
use chrono::{DateTime, Utc};
use sqlx::{PgPool, types::Json};
use uuid::Uuid;

/// A page of a customer's plans, newest first.
///
/// # Errors
/// 404 for an unknown customer.
pub async fn list(
    pool: &PgPool,
    access: CustomerAccess,
    limit: Option<i64>,
    next_page: Option<&str>,
) -> Result<Page<CustomerPlan>> {
    let limit = cursor::limit(limit)?;
    let (starting_on, id) = cursor::decode::<(DateTime<Utc>, Uuid)>(next_page)?.unzip();
    let rows = sqlx::query_scalar!(
        r#"select case when cp.id is not null then jsonb_build_object(
            'id', cp.id,
            'plan_id', p.id,
            'plan_name', p.name,
            'plan_description', p.description,
            'starting_on', cp.starting_on,
            'ending_before', cp.ending_before,
            'net_payment_terms_days', cp.net_payment_terms_days,
            'finalize_after', cp.finalize_after,
            'trial_info', case when cp.trial_ending_before is not null then jsonb_build_object(
                'ending_before', cp.trial_ending_before,
                'spending_caps', case when cp.trial_spending_cap is not null then jsonb_build_array(jsonb_build_object(
                    'amount', cp.trial_spending_cap,
                    -- an invoice of a trial has no other adjustment than what is waived, below zero
                    'amount_remaining', cp.trial_spending_cap + coalesce((
                        select case when jsonb_typeof(waived.total) = 'number' then waived.total::numeric end
                        from invoice i
                        cross join lateral (select i.document #> '{invoice_adjustments,0,total}') as waived (total)
                        where i.customer_id = cp.customer_id and i.customer_plan_id = cp.id
                            and i.start_timestamp = cp.starting_on
                            and i.status = 'FINALIZED'
                    ), 0),
                    'credit_type', (
                        select jsonb_build_object('id', ct.id, 'name', ct.name)
                        from charge ch
                        join credit_type ct on ct.id = ch.credit_type_id
                        where ch.plan_id = p.id and ch.position = 0
                    )
                )) else '[]' end
            ) end,
            'custom_fields', cp.custom_fields
        ) end as "plan: Json<CustomerPlan>"
        from customer c
        left join customer_plan cp on cp.customer_id = c.id
            and ($2::timestamptz is null or (cp.starting_on, cp.id) < ($2, $3))
        left join plan p on p.id = cp.plan_id
        where c.id = $1
        order by cp.starting_on desc, cp.id desc
        limit $4"#,
        access.customer_id(),
        starting_on,
        id,
        limit + 1,
    )
    .fetch_all(pool)
    .await?;
    if rows.is_empty() {
        return Err(no_such_customer());
    }
    let rows = rows.into_iter().flatten().map(|row| row.0).collect();
    Ok(cursor::page(rows, limit, |row: &CustomerPlan| (row.starting_on, row.id)))
}

/// A page of the price adjustments of a customer's plan: by the plan's charges, then by when they start.
///
/// # Errors
/// 404 when the customer has no such plan.
pub async fn price_adjustments(
    pool: &PgPool,
    access: CustomerAccess,
    customer_plan_id: Uuid,
    limit: Option<i64>,
    next_page: Option<&str>,
) -> Result<Page<ListedPriceAdjustment>> {
    let limit = cursor::limit(limit)?;
    let (position, start_period) = cursor::decode::<(i32, u32)>(next_page)?.unzip();
    let rows = sqlx::query!(
        r#"with adjusted as (
            select ch.position, (ad.one ->> 'start_period')::bigint as start_period, jsonb_build_object(
                'charge_id', ch.id,
                'charge_type', ch.charge_type,
                'start_period', ad.one -> 'start_period',
                'prices', jsonb_agg(ad.one - 'charge_id' - 'start_period' order by ad.place),
                -- at most one of an entry is of this type
                'quantity', min((ad.one ->> 'quantity')::numeric)
            ) as listed
            from customer_plan cp
            cross join jsonb_array_elements(cp.price_adjustments) with ordinality as ad (one, place)
            join charge ch on ch.id = (ad.one ->> 'charge_id')::uuid
            where cp.customer_id = $1 and cp.id = $2
            group by ch.id, ad.one -> 'start_period', ad.one ->> 'start_period'
        )
        select ad.position as "position?", ad.listed as "listed: Json<ListedPriceAdjustment>"
        from customer_plan cp
        left join adjusted ad on $3::integer is null or (ad.position, ad.start_period) > ($3, $4)
        where cp.customer_id = $1 and cp.id = $2
        order by ad.position, ad.start_period
        limit $5"#,
        access.customer_id(),
        customer_plan_id,
        position,
        start_period.map(i64::from),
        limit + 1,
    )
    .fetch_all(pool)
    .await?;
    if rows.is_empty() {
        return Err(Error::NotFound("the customer's plan"));
    }
    let rows: Vec<_> = rows.into_iter().filter_map(|row| row.position.zip(row.listed)).collect();
    let page = cursor::page(rows, limit, |(position, listed)| (*position, listed.start_period));
    Ok(Page { data: page.data.into_iter().map(|(_, listed)| listed.0).collect(), next_page: page.next_page })
}
