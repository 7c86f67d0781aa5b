//! Billable metrics.

use super::{begin, cursor, update_one, write};
use crate::{Error, Result, auth::CustomerAccess};
use app::billing::{BillableMetric, EventTypeFilter, Page, PropertyFilter};
use chrono::{DateTime, Utc};
use sqlx::{PgPool, types::Json};
use std::collections::BTreeMap;
use uuid::Uuid;

struct Row {
    id: Uuid,
    name: String,
    aggregation_type: String,
    aggregation_key: Option<String>,
    event_type_filter: Option<Json<EventTypeFilter>>,
    property_filters: Json<Vec<PropertyFilter>>,
    group_keys: Json<Vec<Vec<String>>>,
    custom_fields: Json<BTreeMap<String, String>>,
    created_at: DateTime<Utc>,
    archived_at: Option<DateTime<Utc>>,
}

impl Row {
    fn into_metric(self) -> Result<BillableMetric> {
        Ok(BillableMetric {
            id: self.id,
            name: self.name,
            aggregation_type: self.aggregation_type.parse().map_err(Error::Internal)?,
            aggregation_key: self.aggregation_key,
            event_type_filter: self.event_type_filter.map(|filter| filter.0),
            property_filters: self.property_filters.0,
            group_keys: self.group_keys.0,
            custom_fields: self.custom_fields.0,
            archived_at: self.archived_at,
        })
    }
}

/// Makes a metric. Events that come after it are measured by it.
///
/// # Errors
/// When the database refuses.
pub async fn create(pool: &PgPool, new: BillableMetric, now: DateTime<Utc>) -> Result<()> {
    let pool = pool.clone();
    write(async move {
        let mut tx = begin(&pool).await?;
        sqlx::query!(
            "insert into billable_metric
                 (id, name, aggregation_type, aggregation_key, event_type_filter, property_filters, group_keys,
                  custom_fields, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            new.id,
            new.name,
            new.aggregation_type.as_str(),
            new.aggregation_key,
            new.event_type_filter.map(Json) as _,
            Json(new.property_filters) as _,
            Json(new.group_keys) as _,
            Json(new.custom_fields) as _,
            now,
        )
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// A page of metrics, oldest first.
///
/// # Errors
/// 400 for a bad cursor or limit.
pub async fn list(
    pool: &PgPool,
    include_archived: bool,
    limit: Option<i64>,
    next_page: Option<&str>,
) -> Result<Page<BillableMetric>> {
    page(pool, None, include_archived, limit, next_page).await
}

/// The metrics of one customer: all of them, or those that its current plan charges.
///
/// # Errors
/// 400 for a bad cursor or limit.
pub async fn list_on_current_plan(
    pool: &PgPool,
    access: CustomerAccess,
    include_archived: bool,
    limit: Option<i64>,
    next_page: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Page<BillableMetric>> {
    page(pool, Some((access, now)), include_archived, limit, next_page).await
}

async fn page(
    pool: &PgPool,
    plan_of: Option<(CustomerAccess, DateTime<Utc>)>,
    include_archived: bool,
    limit: Option<i64>,
    next_page: Option<&str>,
) -> Result<Page<BillableMetric>> {
    let limit = cursor::limit(limit)?;
    let after: Option<(DateTime<Utc>, Uuid)> = cursor::decode(next_page)?;
    let rows = sqlx::query_as!(
        Row,
        r#"select m.id, m.name, m.aggregation_type, m.aggregation_key,
            m.event_type_filter as "event_type_filter: Json<EventTypeFilter>",
            m.property_filters as "property_filters: Json<Vec<PropertyFilter>>",
            m.group_keys as "group_keys: Json<Vec<Vec<String>>>",
            m.custom_fields as "custom_fields: Json<BTreeMap<String, String>>",
            m.created_at, m.archived_at
         from billable_metric m
         where ($1 or m.archived_at is null)
           and ($2::timestamptz is null or (m.created_at, m.id) > ($2, $3))
           and ($4::uuid is null
                or m.id in (select c.billable_metric_id
                            from customer_plan p
                            join charge c on c.plan_id = p.plan_id
                            where p.customer_id = $4
                              and p.starting_on <= $5
                              and (p.ending_before is null or p.ending_before > $5)))
         order by m.created_at, m.id
         limit $6"#,
        include_archived,
        after.map(|(created_at, _)| created_at),
        after.map(|(_, id)| id),
        plan_of.map(|(access, _)| access.customer_id()),
        plan_of.map(|(_, now)| now),
        limit + 1,
    )
    .fetch_all(pool)
    .await?;
    let created_at: BTreeMap<Uuid, DateTime<Utc>> = rows.iter().map(|row| (row.id, row.created_at)).collect();
    let data = rows.into_iter().map(Row::into_metric).collect::<Result<Vec<_>>>()?;
    Ok(cursor::page(data, limit, |last: &BillableMetric| (created_at[&last.id], last.id)))
}

/// All metrics, archived ones included, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn all(pool: &PgPool) -> Result<Vec<BillableMetric>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, name, aggregation_type, aggregation_key,
            event_type_filter as "event_type_filter: Json<EventTypeFilter>",
            property_filters as "property_filters: Json<Vec<PropertyFilter>>",
            group_keys as "group_keys: Json<Vec<Vec<String>>>",
            custom_fields as "custom_fields: Json<BTreeMap<String, String>>",
            created_at, archived_at
         from billable_metric
         order by created_at, id"#,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(Row::into_metric).collect()
}

/// The names that group keys of billable metrics are made of, in order.
pub async fn group_key_names(pool: &PgPool) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        r#"select array(
            select distinct jsonb_array_elements_text(key) as name
            from billable_metric
            cross join jsonb_array_elements(group_keys) as key
            order by name
        ) as "names!""#,
    )
    .fetch_one(pool)
    .await?)
}

/// One metric, archived or not.
///
/// # Errors
/// 404 when there is none.
pub async fn find(pool: &PgPool, id: Uuid) -> Result<BillableMetric> {
    let row = sqlx::query_as!(
        Row,
        r#"select id, name, aggregation_type, aggregation_key,
            event_type_filter as "event_type_filter: Json<EventTypeFilter>",
            property_filters as "property_filters: Json<Vec<PropertyFilter>>",
            group_keys as "group_keys: Json<Vec<Vec<String>>>",
            custom_fields as "custom_fields: Json<BTreeMap<String, String>>",
            created_at, archived_at
         from billable_metric
         where id = $1"#,
        id,
    )
    .fetch_optional(pool)
    .await?;
    row.ok_or_else(no_such_metric)?.into_metric()
}

fn no_such_metric() -> Error {
    Error::NotFound("the billable metric")
}

/// Renames a metric; nothing else of it can change.
///
/// # Errors
/// 404 when there is none.
pub async fn set_name(pool: &PgPool, id: Uuid, name: String) -> Result<()> {
    let update = sqlx::query!("update billable_metric set name = $2 where id = $1", id, name);
    update_one(pool, update, no_such_metric).await
}

/// Archives a metric; products that use it go on. Archiving it again changes nothing.
///
/// # Errors
/// 404 when there is none.
pub async fn archive(pool: &PgPool, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    let update = sqlx::query!(
        "update billable_metric set archived_at = coalesce(archived_at, $2) where id = $1",
        id,
        now,
    );
    update_one(pool, update, no_such_metric).await
}
