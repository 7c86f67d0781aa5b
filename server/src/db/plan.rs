//! Products, plans and their charges.

use super::{cursor, customer};
use crate::{Error, Result, limits, rating};
use app::billing::{Charge, Page, Plan, PlanCustomer, PlanDetails, PlanDetailsOfCustomer};
pub use app::billing::{NewCharge, NewPlan, NewProduct};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, types::Json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A charge as JSON; `ch` is the charge, `pr` its product, `ct` its credit type.
macro_rules! charge_json {
    () => {
        "jsonb_build_object(
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
        )"
    };
}
pub(super) use charge_json;

/// A plan's minimums as JSON; `p` is the plan.
macro_rules! minimums_json {
    () => {
        "(
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'credit_type', jsonb_build_object('id', mct.id, 'name', mct.name),
                        'name', mi.minimum ->> 'name',
                        'start_period', mi.minimum -> 'start_period',
                        'value', mi.minimum -> 'value'
                    )
                    order by mi.place
                ),
                '[]'
            )
            from jsonb_array_elements(p.minimums) with ordinality as mi (minimum, place)
            join credit_type mct on mct.id = (mi.minimum ->> 'credit_type_id')::uuid
        )"
    };
}
pub(super) use minimums_json;

/// Makes a product.
///
/// # Errors
/// 400 when the name or the group key is empty or too long, or a custom field is.
pub async fn create_product(pool: &PgPool, product: NewProduct, now: DateTime<Utc>) -> Result<Uuid> {
    let (name, group_key) = (product.name.trim(), product.group_key.as_deref().map(str::trim));
    limits::check_required_text(name, limits::NAME).map_err(|problem| Error::field("name", problem))?;
    if group_key.is_some_and(str::is_empty) {
        return Err(Error::field("group_key", "is empty: leave it out for one line in all"));
    }
    limits::check_text(group_key.unwrap_or_default(), limits::WORD)
        .map_err(|problem| Error::field("group_key", problem))?;
    limits::check_custom_fields(&product.custom_fields)
        .map_err(|(path, problem)| Error::field(path, problem))?;
    let id = super::new_id(now);
    let mut tx = super::begin(pool).await?;
    sqlx::query(
        "insert into product (id, name, group_key, custom_fields, created_at)
        values ($1, $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(name)
    .bind(group_key)
    .bind(Json(product.custom_fields))
    .bind(now)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Makes a plan with its charges.
///
/// # Errors
/// 400 that names every field that is wrong.
pub async fn create_plan(pool: &PgPool, plan: NewPlan, now: DateTime<Utc>) -> Result<Uuid> {
    rating::check_sizes(&plan).map_err(|(path, problem)| Error::field(path, problem))?;
    let problems = rating::check_plan(&plan, &known(pool, &plan).await?);
    if !problems.is_empty() {
        return Err(Error::BadRequest(listed(problems)));
    }
    let id = super::new_id(now);
    let mut tx = super::begin(pool).await?;
    sqlx::query(
        "insert into plan (id, name, description, billing_frequency, billing_anchor, custom_fields, minimums,
            created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(plan.name.trim())
    .bind(plan.description.as_deref().unwrap_or_default())
    .bind(plan.billing_frequency.as_str())
    .bind(plan.billing_anchor.as_str())
    .bind(Json(&plan.custom_fields))
    .bind(Json(&plan.minimums))
    .bind(now)
    .execute(&mut *tx)
    .await?;
    for (position, charge) in (0_i32..).zip(&plan.charges) {
        sqlx::query(
            "insert into charge (id, plan_id, position, product_id, name, charge_type, billable_metric_id,
                credit_type_id, quantity, prices, tier_mode, unit_conversion, custom_fields, start_period,
                tier_reset_frequency, tier_scope)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        )
        .bind(super::new_id(now))
        .bind(id)
        .bind(position)
        .bind(charge.product_id)
        .bind(charge.name.trim())
        .bind(charge.charge_type.as_str())
        .bind(charge.billable_metric_id)
        .bind(charge.credit_type_id)
        .bind(charge.quantity.clone().map(app::billing::Decimal::into_inner))
        .bind(Json(&charge.prices))
        .bind(charge.tier_mode.as_str())
        .bind(charge.unit_conversion.as_ref().map(Json))
        .bind(Json(&charge.custom_fields))
        .bind(i64::from(charge.start_period))
        .bind(i64::from(charge.tier_reset_frequency))
        .bind(charge.tier_scope.as_str())
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// Problems that one answer lists.
const MOST_PROBLEMS: usize = 100;

/// Problems as one text.
pub(super) fn listed(mut problems: Vec<String>) -> String {
    let more = problems.len().saturating_sub(MOST_PROBLEMS);
    problems.truncate(MOST_PROBLEMS);
    if more > 0 {
        problems.push(format!("and {more} more"));
    }
    problems.join("; ")
}

/// What there is of all that `plan` refers to, in one row.
async fn known(pool: &PgPool, plan: &NewPlan) -> Result<rating::PlanReferences> {
    type Row =
        (Json<BTreeMap<Uuid, Option<String>>>, Json<BTreeMap<Uuid, rating::MetricReference>>, Vec<Uuid>);
    let ids = |id: fn(&NewCharge) -> Option<Uuid>| plan.charges.iter().filter_map(id).collect::<Vec<_>>();
    let minimums = plan.minimums.iter().map(|minimum| minimum.credit_type_id);
    let credit_types: Vec<_> =
        ids(|charge| Some(charge.credit_type_id)).into_iter().chain(minimums).collect();
    let (products, billable_metrics, credit_types): Row = sqlx::query_as(
        "select
            (select coalesce(jsonb_object_agg(id, group_key), '{}') from product where id = any($1)),
            (
                select coalesce(
                    jsonb_object_agg(
                        id,
                        jsonb_build_object('group_keys', group_keys, 'is_archived', archived_at is not null)
                    ),
                    '{}'
                )
                from billable_metric
                where id = any($2)
            ),
            (select coalesce(array_agg(id), '{}') from credit_type where id = any($3) and archived_at is null)",
    )
    .bind(ids(|charge| Some(charge.product_id)))
    .bind(ids(|charge| charge.billable_metric_id))
    .bind(credit_types)
    .fetch_one(pool)
    .await?;
    Ok(rating::PlanReferences {
        products: products.0,
        billable_metrics: billable_metrics.0,
        credit_types: credit_types.into_iter().collect(),
    })
}

/// A page of all plans, oldest first.
pub async fn list(pool: &PgPool, limit: Option<i64>, next_page: Option<&str>) -> Result<Page<Plan>> {
    let limit = cursor::limit(limit)?;
    let (created_at, id) = cursor::decode::<(DateTime<Utc>, Uuid)>(next_page)?.unzip();
    let rows: Vec<(DateTime<Utc>, Json<Plan>)> = sqlx::query_as(
        "select
            created_at,
            jsonb_build_object('id', id, 'name', name, 'description', description, 'custom_fields', custom_fields)
        from plan
        where $1::timestamptz is null or (created_at, id) > ($1, $2)
        order by created_at, id
        limit $3",
    )
    .bind(created_at)
    .bind(id)
    .bind(limit + 1)
    .fetch_all(pool)
    .await?;
    let page = cursor::page(rows, limit, |(created_at, plan)| (*created_at, plan.id));
    Ok(Page { data: page.data.into_iter().map(|(_, plan)| plan.0).collect(), next_page: page.next_page })
}

/// One plan.
///
/// # Errors
/// 404 when there is none of this id.
pub async fn details(pool: &PgPool, plan_id: Uuid) -> Result<PlanDetails> {
    let row: Option<(Json<PlanDetails>,)> = sqlx::query_as(concat!(
        "select jsonb_build_object(
            'id', id,
            'name', name,
            'description', description,
            'custom_fields', custom_fields,
            'billing_frequency', billing_frequency,
            'billing_anchor', billing_anchor,
            'minimums', ",
        minimums_json!(),
        "
        )
        from plan p
        where id = $1"
    ))
    .bind(plan_id)
    .fetch_optional(pool)
    .await?;
    row.map(|(details,)| details.0).ok_or(Error::NotFound("the plan"))
}

/// A page of a plan's charges, in order.
///
/// # Errors
/// 404 when there is no such plan.
pub async fn charges(
    pool: &PgPool,
    plan_id: Uuid,
    limit: Option<i64>,
    next_page: Option<&str>,
) -> Result<Page<Charge>> {
    let limit = cursor::limit(limit)?;
    let after: Option<i32> = cursor::decode(next_page)?;
    let rows: Vec<(i32, Json<Charge>)> = sqlx::query_as(concat!(
        "select ch.position, ",
        charge_json!(),
        " from charge ch
        join product pr on pr.id = ch.product_id
        join credit_type ct on ct.id = ch.credit_type_id
        where ch.plan_id = $1 and ch.position > coalesce($2, -1)
        order by ch.position
        limit $3"
    ))
    .bind(plan_id)
    .bind(after)
    .bind(limit + 1)
    .fetch_all(pool)
    .await?;
    // A plan has at least one charge, so an empty first page means that there is no plan.
    if rows.is_empty() && after.is_none() {
        return Err(Error::NotFound("the plan"));
    }
    let page = cursor::page(rows, limit, |(position, _)| *position);
    Ok(Page { data: page.data.into_iter().map(|(_, charge)| charge.0).collect(), next_page: page.next_page })
}

/// All charges of a plan, in order; none when there is no such plan.
pub(super) async fn all_charges(connection: &mut PgConnection, plan_id: Uuid) -> Result<Vec<Charge>> {
    let rows: Vec<(Json<Charge>,)> = sqlx::query_as(concat!(
        "select ",
        charge_json!(),
        " from charge ch
        join product pr on pr.id = ch.product_id
        join credit_type ct on ct.id = ch.credit_type_id
        where ch.plan_id = $1
        order by ch.position"
    ))
    .bind(plan_id)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(charge,)| charge.0).collect())
}

/// Which of a plan's customers are listed; a customer may be any of the wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanCustomerFilter {
    /// On the plan now.
    pub active: bool,
    /// No longer.
    pub ended: bool,
    /// Not yet.
    pub upcoming: bool,
}

/// A page of a plan's customers, by the start of their plan.
///
/// # Errors
/// 404 when there is no such plan.
pub async fn customers(
    pool: &PgPool,
    plan_id: Uuid,
    filter: PlanCustomerFilter,
    limit: Option<i64>,
    next_page: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Page<PlanCustomer>> {
    let limit = cursor::limit(limit)?;
    let (starting_on, id) = cursor::decode::<(DateTime<Utc>, Uuid)>(next_page)?.unzip();
    let rows: Vec<(Option<Json<PlanDetailsOfCustomer>>, Option<Uuid>)> = sqlx::query_as(
        "select case when cp.id is not null then jsonb_build_object(
            'id', p.id,
            'name', p.name,
            'customer_plan_id', cp.id,
            'starting_on', cp.starting_on,
            'ending_before', cp.ending_before,
            'custom_fields', cp.custom_fields
        ) end, cp.customer_id
        from plan p
        left join customer_plan cp on cp.plan_id = p.id
            and ($2::timestamptz is null or (cp.starting_on, cp.id) > ($2, $3))
            and case
                when cp.starting_on > $4 then $7
                when cp.ending_before <= $4 then $6
                else $5
            end
        where p.id = $1
        order by cp.starting_on, cp.id
        limit $8",
    )
    .bind(plan_id)
    .bind(starting_on)
    .bind(id)
    .bind(now)
    .bind(filter.active)
    .bind(filter.ended)
    .bind(filter.upcoming)
    .bind(limit + 1)
    .fetch_all(pool)
    .await?;
    if rows.is_empty() {
        return Err(Error::NotFound("the plan"));
    }
    let ids: Vec<Uuid> = rows.iter().filter_map(|(_, customer_id)| *customer_id).collect();
    let customers = customer::by_id(pool, &ids).await?;
    // A customer can be on the plan more than once.
    let of_customer = |(details, customer_id): (Json<PlanDetailsOfCustomer>, Uuid)| {
        let customer = customers.get(&customer_id).cloned();
        let customer_details = customer
            .ok_or_else(|| Error::Internal(format!("the customer {customer_id} of a plan is missing")))?;
        Ok(PlanCustomer { customer_details, plan_details: details.0 })
    };
    let rows = rows.into_iter().filter_map(|(details, customer_id)| details.zip(customer_id));
    let rows = rows.map(of_customer).collect::<Result<Vec<_>>>()?;
    Ok(cursor::page(rows, limit, |row: &PlanCustomer| {
        (row.plan_details.starting_on, row.plan_details.customer_plan_id)
    }))
}
