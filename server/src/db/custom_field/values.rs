//! The values of custom fields on what has them.

use crate::{Error, Result, db::begin, limits};
use app::billing::CustomFieldEntity;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, types::Json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Sets custom fields of one thing, all or none; its others stay.
///
/// # Errors
/// 404 when there is no such thing; 400 for a key that is not known, for values that are too long, and for more fields
/// than a thing can have; 409 when another has a value that has to be unique.
pub async fn set_values(
    pool: &PgPool,
    entity: CustomFieldEntity,
    id: Uuid,
    values: &BTreeMap<String, String>,
    now: DateTime<Utc>,
) -> Result<()> {
    limits::check_custom_fields(values).map_err(|(path, problem)| Error::field(path, problem))?;
    let mut tx = begin(pool).await?;
    let keys: Vec<String> = values.keys().cloned().collect();
    // Held until the values are stored: whoever removes a key comes after that.
    let known = sqlx::query_scalar!(
        "select key
        from custom_field_key
        where entity = $1 and key = any($2)
        order by key
        for key share",
        entity.as_str(),
        &keys[..],
    )
    .fetch_all(&mut *tx)
    .await?;
    let has = change(&mut tx, entity, id, &[], values, now).await?;
    if let Some(key) = keys.iter().find(|key| !known.contains(key)) {
        let problem = format!(
            "is not a known key of the entity {}: add it first, by POST /v1/customFields/addKey",
            entity.as_str()
        );
        return Err(Error::field(format!("custom_fields.{key}"), problem));
    }
    limits::check_count(has, limits::CUSTOM_FIELDS).map_err(|problem| {
        Error::field("custom_fields", format!("together with those of before it {problem}"))
    })?;
    Ok(tx.commit().await?)
}

/// Takes custom fields away from one thing. One that it does not have is no error.
///
/// # Errors
/// 404 when there is no such thing; 400 for too many keys, or one that is too long.
pub async fn delete_values(
    pool: &PgPool,
    entity: CustomFieldEntity,
    id: Uuid,
    keys: &[String],
    now: DateTime<Utc>,
) -> Result<()> {
    limits::check_count(keys.len(), limits::CUSTOM_FIELDS)
        .map_err(|problem| Error::field("keys", problem))?;
    for (at, key) in keys.iter().enumerate() {
        limits::check_text(key, limits::CUSTOM_FIELD_NAME)
            .map_err(|problem| Error::field(format!("keys[{at}]"), problem))?;
    }
    let mut tx = begin(pool).await?;
    change(&mut tx, entity, id, keys, &BTreeMap::new(), now).await?;
    Ok(tx.commit().await?)
}

/// Takes custom fields away and sets others: how many the thing has then.
async fn change(
    connection: &mut PgConnection,
    entity: CustomFieldEntity,
    id: Uuid,
    taken: &[String],
    given: &BTreeMap<String, String>,
    now: DateTime<Utc>,
) -> Result<usize> {
    let changed = sqlx::query_scalar!(
        r#"select change_custom_fields($1, $2, $3, $4, $5) as "fields?: Json<BTreeMap<String, String>>""#,
        entity.as_str(),
        id,
        taken,
        Json(given) as _,
        now,
    )
    .fetch_one(connection)
    .await?;
    changed.map(|fields| fields.0.len()).ok_or(Error::NotFound(thing(entity)))
}

/// What a 404 says is missing.
fn thing(entity: CustomFieldEntity) -> &'static str {
    match entity {
        CustomFieldEntity::BillableMetric => "the billable metric",
        CustomFieldEntity::Charge => "the charge",
        CustomFieldEntity::Customer => "the customer",
        CustomFieldEntity::CustomerPlan => "the customer's plan",
        CustomFieldEntity::Invoice => "the invoice",
        CustomFieldEntity::Plan => "the plan",
        CustomFieldEntity::Product => "the product",
    }
}
