//! The keys of custom fields that are known.

use crate::{
    Error, Result,
    db::{begin, cursor},
    limits,
};
use app::billing::{CustomFieldEntity, CustomFieldKey, Page};
use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// Makes a key known. Adding it again as it is changes nothing.
///
/// # Errors
/// 400 for a key that is empty or too long; 409 when it is known with another uniqueness, or has to be unique and has
/// values that are not.
pub async fn add_key(pool: &PgPool, new: &CustomFieldKey, now: DateTime<Utc>) -> Result<()> {
    limits::check_custom_field_key(&new.key).map_err(|problem| Error::field("key", problem))?;
    let mut tx = begin(pool).await?;
    let is_as_asked = sqlx::query_scalar!(
        r#"select add_custom_field_key($1, $2, $3, $4) as "is_as_asked!""#,
        new.entity.as_str(),
        new.key,
        new.enforce_uniqueness,
        now,
    )
    .fetch_one(&mut *tx)
    .await?;
    if !is_as_asked {
        return Err(Error::Conflict(format!(
            "enforce_uniqueness: is {} of the key \"{}\": remove it first, by POST /v1/customFields/removeKey",
            !new.enforce_uniqueness, new.key,
        )));
    }
    Ok(tx.commit().await?)
}

/// A page of the keys that are known, by what has them and by their names; of all things where none is named.
///
/// # Errors
/// 400 for a bad cursor.
pub async fn list_keys(
    pool: &PgPool,
    entities: &[CustomFieldEntity],
    next_page: Option<&str>,
) -> Result<Page<CustomFieldKey>> {
    let (entity, key) = cursor::decode::<(String, String)>(next_page)?.unzip();
    let entities: Vec<String> = entities.iter().map(|entity| entity.as_str().to_owned()).collect();
    let rows = sqlx::query!(
        "select entity, key, enforce_uniqueness
        from custom_field_key
        where (cardinality($1::text[]) = 0 or entity = any($1))
            and ($2::text is null or (entity, key) > ($2, $3))
        order by entity, key
        limit $4",
        &entities[..],
        entity,
        key,
        cursor::ROWS + 1,
    )
    .fetch_all(pool)
    .await?;
    let read = |(entity, key, enforce_uniqueness): (String, String, bool)| -> Result<CustomFieldKey> {
        let entity: CustomFieldEntity = entity.parse().map_err(Error::Internal)?;
        Ok(CustomFieldKey { entity, key, enforce_uniqueness })
    };
    let rows = rows.into_iter().map(|row| read((row.entity, row.key, row.enforce_uniqueness)));
    let keys: Vec<CustomFieldKey> = rows.collect::<Result<_>>()?;
    Ok(cursor::page(keys, cursor::ROWS, |last| (last.entity.as_str(), last.key.clone())))
}

/// Forgets a key, and its values on everything that has them.
///
/// # Errors
/// 404 when it is not known.
pub async fn remove_key(
    pool: &PgPool,
    entity: CustomFieldEntity,
    key: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut tx = begin(pool).await?;
    let was_known = sqlx::query_scalar!(
        r#"select remove_custom_field_key($1, $2, $3) as "was_known!""#,
        entity.as_str(),
        key,
        now,
    )
    .fetch_one(&mut *tx)
    .await?;
    if !was_known {
        return Err(Error::NotFound("the custom field key"));
    }
    Ok(tx.commit().await?)
}
