//! Products, plans and their charges.

use super::{cursor, customer};
use crate::{Error, Result, auth::Pass, limits, terms};
use app::billing::{Charge, Page, Plan, PlanCustomer, PlanDetails, PlanDetailsOfCustomer};
pub use app::billing::{NewCharge, NewPlan, NewProduct};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, types::Json};
use std::collections::BTreeMap;
use uuid::Uuid;

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
    sqlx::query!(
        "insert into product (id, name, group_key, custom_fields, created_at)
        values ($1, $2, $3, $4, $5)",
        id,
        name,
        group_key,
        Json(&product.custom_fields) as _,
        now,
    )
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
    terms::check_sizes(&plan).map_err(|(path, problem)| Error::field(path, problem))?;
    let problems = terms::check_plan(&plan, &known(pool, &plan).await?);
    if !problems.is_empty() {
        return Err(Error::BadRequest(listed(problems)));
    }
    let id = super::new_id(now);
    let mut tx = super::begin(pool).await?;
    sqlx::query!(
        "insert into plan (id, name, description, billing_frequency, billing_anchor, custom_fields, minimums,
            created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id,
        plan.name.trim(),
        plan.description.as_deref().unwrap_or_default(),
        plan.billing_frequency.as_str(),
        plan.billing_anchor.as_str(),
        Json(&plan.custom_fields) as _,
        Json(&plan.minimums) as _,
        now,
    )
    .execute(&mut *tx)
    .await?;
    for (position, charge) in (0_i32..).zip(&plan.charges) {
        sqlx::query!(
            "insert into charge (id, plan_id, position, product_id, name, charge_type, billable_metric_id,
                credit_type_id, quantity, prices, tier_mode, unit_conversion, custom_fields, start_period,
                tier_reset_frequency, tier_scope)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::bigint, $15::bigint, $16)",
            super::new_id(now),
            id,
            position,
            charge.product_id,
            charge.name.trim(),
            charge.charge_type.as_str(),
            charge.billable_metric_id,
            charge.credit_type_id,
            charge.quantity.clone().map(app::billing::Decimal::into_inner),
            Json(&charge.prices) as _,
            charge.tier_mode.as_str(),
            charge.unit_conversion.as_ref().map(Json) as _,
            Json(&charge.custom_fields) as _,
            i64::from(charge.start_period),
            i64::from(charge.tier_reset_frequency),
            charge.tier_scope.as_str(),
        )
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
async fn known(pool: &PgPool, plan: &NewPlan) -> Result<terms::PlanReferences> {
    let ids = |id: fn(&NewCharge) -> Option<Uuid>| plan.charges.iter().filter_map(id).collect::<Vec<_>>();
    let minimums = plan.minimums.iter().map(|minimum| minimum.credit_type_id);
    let credit_types: Vec<_> =
        ids(|charge| Some(charge.credit_type_id)).into_iter().chain(minimums).collect();
    type Products = BTreeMap<Uuid, Option<String>>;
    type Metrics = BTreeMap<Uuid, terms::MetricReference>;
    let known = sqlx::query!(
        r#"select
            (
                select coalesce(jsonb_object_agg(id, group_key), '{}') from product where id = any($1)
            ) as "products!: Json<Products>",
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
            ) as "billable_metrics!: Json<Metrics>",
            (
                select coalesce(array_agg(id), '{}') from credit_type where id = any($3) and archived_at is null
            ) as "credit_types!""#,
        &ids(|charge| Some(charge.product_id))[..],
        &ids(|charge| charge.billable_metric_id)[..],
        &credit_types[..],
    )
    .fetch_one(pool)
    .await?;
    Ok(terms::PlanReferences {
        products: known.products.0,
        billable_metrics: known.billable_metrics.0,
        credit_types: known.credit_types.into_iter().collect(),
    })
}

/// A page of all plans, oldest first.
pub async fn list(pool: &PgPool, limit: Option<i64>, next_page: Option<&str>) -> Result<Page<Plan>> {
    let limit = cursor::limit(limit)?;
    let (created_at, id) = cursor::decode::<(DateTime<Utc>, Uuid)>(next_page)?.unzip();
    let rows = sqlx::query!(
        r#"select
            created_at,
            jsonb_build_object(
                'id', id, 'name', name, 'description', description, 'custom_fields', custom_fields
            ) as "plan!: Json<Plan>"
        from plan
        where $1::timestamptz is null or (created_at, id) > ($1, $2)
        order by created_at, id
        limit $3"#,
        created_at,
        id,
        limit + 1,
    )
    .fetch_all(pool)
    .await?;
    let page = cursor::page(rows, limit, |row| (row.created_at, row.plan.id));
    Ok(Page { data: page.data.into_iter().map(|row| row.plan.0).collect(), next_page: page.next_page })
}

/// One plan.
///
/// # Errors
/// 404 when there is none of this id.
pub async fn details(pool: &PgPool, plan_id: Uuid) -> Result<PlanDetails> {
    let details = sqlx::query_scalar!(
        r#"select jsonb_build_object(
            'id', id,
            'name', name,
            'description', description,
            'custom_fields', custom_fields,
            'billing_frequency', billing_frequency,
            'billing_anchor', billing_anchor,
            'minimums', (select minimums from minimums_of(p))
        ) as "details!: Json<PlanDetails>"
        from plan p
        where id = $1"#,
        plan_id,
    )
    .fetch_optional(pool)
    .await?;
    details.map(|details| details.0).ok_or(Error::NotFound("the plan"))
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
    let rows = sqlx::query!(
        r#"select ch.position, charge_json(ch, pr, ct) as "charge!: Json<Charge>"
        from charge ch
        join product pr on pr.id = ch.product_id
        join credit_type ct on ct.id = ch.credit_type_id
        where ch.plan_id = $1 and ch.position > coalesce($2, -1)
        order by ch.position
        limit $3"#,
        plan_id,
        after,
        limit + 1,
    )
    .fetch_all(pool)
    .await?;
    // A plan has at least one charge, so an empty first page means that there is no plan.
    if rows.is_empty() && after.is_none() {
        return Err(Error::NotFound("the plan"));
    }
    let page = cursor::page(rows, limit, |row| row.position);
    Ok(Page { data: page.data.into_iter().map(|row| row.charge.0).collect(), next_page: page.next_page })
}

/// All charges of a plan, in order; none when there is no such plan.
pub(super) async fn all_charges(connection: &mut PgConnection, plan_id: Uuid) -> Result<Vec<Charge>> {
    let charges = sqlx::query_scalar!(
        r#"select charge_json(ch, pr, ct) as "charge!: Json<Charge>"
        from charge ch
        join product pr on pr.id = ch.product_id
        join credit_type ct on ct.id = ch.credit_type_id
        where ch.plan_id = $1
        order by ch.position"#,
        plan_id,
    )
    .fetch_all(connection)
    .await?;
    Ok(charges.into_iter().map(|charge| charge.0).collect())
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
    let rows = sqlx::query!(
        r#"select case when cp.id is not null then jsonb_build_object(
            'id', p.id,
            'name', p.name,
            'customer_plan_id', cp.id,
            'starting_on', cp.starting_on,
            'ending_before', cp.ending_before,
            'custom_fields', cp.custom_fields
        ) end as "details: Json<PlanDetailsOfCustomer>", cp.customer_id as "customer_id?"
        from plan p
        left join customer_plan cp on cp.plan_id = p.id
            and ($2::timestamptz is null or (cp.starting_on, cp.id) > ($2, $3))
            and case
                when cp.starting_on > $4 then $7::boolean
                when cp.ending_before <= $4 then $6::boolean
                else $5::boolean
            end
        where p.id = $1
        order by cp.starting_on, cp.id
        limit $8"#,
        plan_id,
        starting_on,
        id,
        now,
        filter.active,
        filter.ended,
        filter.upcoming,
        limit + 1,
    )
    .fetch_all(pool)
    .await?;
    if rows.is_empty() {
        return Err(Error::NotFound("the plan"));
    }
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.customer_id).collect();
    let customers = customer::by_id(pool, &ids, Pass::default()).await?;
    // A customer can be on the plan more than once.
    let of_customer = |(details, customer_id): (Json<PlanDetailsOfCustomer>, Uuid)| {
        let customer = customers.get(&customer_id).cloned();
        let customer_details = customer
            .ok_or_else(|| Error::Internal(format!("the customer {customer_id} of a plan is missing")))?;
        Ok(PlanCustomer { customer_details, plan_details: details.0 })
    };
    let rows = rows.into_iter().filter_map(|row| row.details.zip(row.customer_id));
    let rows = rows.map(of_customer).collect::<Result<Vec<_>>>()?;
    Ok(cursor::page(rows, limit, |row: &PlanCustomer| {
        (row.plan_details.starting_on, row.plan_details.customer_plan_id)
    }))
}
