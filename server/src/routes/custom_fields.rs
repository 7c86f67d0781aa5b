//! Custom fields: keys that are made known, and their values.

use super::shape::CursorQuery;
use crate::{
    AppState, Error, Result,
    auth::Operator,
    clock, db,
    extract::{Body, Query},
    invoicing,
    openapi::{Call, Calls},
};
use app::billing::{CustomFieldEntity, CustomFieldKey, Page};
use axum::{Json, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// `/v1/customFields`.
pub(super) fn calls() -> Calls {
    Calls::new("Custom fields", "Fields of your own on what Inlay has: ids elsewhere, departments, notes.")
        .post("/v1/customFields/addKey", add_key, ADD_KEY)
        .post("/v1/customFields/listKeys", list_keys, LIST_KEYS)
        .post("/v1/customFields/setValues", set_values, SET_VALUES)
        .post("/v1/customFields/deleteValues", delete_values, DELETE_VALUES)
        .post("/v1/customFields/removeKey", remove_key, REMOVE_KEY)
}

const ADD_KEY: Call = Call::new("customFields.addKey", "Add a custom field key")
    .about(
        "A key is known before [values are set](#customFields.setValues); calls that create something take custom fields \
         of any name. Under `enforce_uniqueness` no two of the same entity have the same value: setting one that another \
         has answers 409, and so does creating something with it. Adding a key again as it is changes nothing. The body of \
         the answer is empty.",
    )
    .body(r#"{ "entity": "customer", "key": "crm_id", "enforce_uniqueness": true }"#)
    .conflict(
        "The key is known with another `enforce_uniqueness`, or it has to be unique and several have the same value of it.",
    );

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AddKey {
    entity: CustomFieldEntity,
    /// At most 100 characters.
    key: String,
    /// Whether no two of the entity may have the same value.
    enforce_uniqueness: bool,
}

async fn add_key(
    _: Operator,
    State(state): State<AppState>,
    Body(AddKey { entity, key, enforce_uniqueness }): Body<AddKey>,
) -> Result<StatusCode> {
    let new = CustomFieldKey { entity, key, enforce_uniqueness };
    db::write(async move { db::custom_field::add_key(&state.pool, &new, clock::now()).await }).await?;
    Ok(StatusCode::OK)
}

const LIST_KEYS: Call = Call::new("customFields.listKeys", "List custom field keys")
    .about(
        "Those of the `entities` that the body names, or all of them. A page has 25 rows; `next_page` goes into the query.",
    )
    .order("By entity, then by key.", &["entity", "key"])
    .body(r#"{ "entities": ["customer", "product"] }"#)
    .reads();

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListKeys {
    /// Only keys of these; of all where it is empty or left out.
    entities: Option<Vec<CustomFieldEntity>>,
}

async fn list_keys(
    _: Operator,
    State(state): State<AppState>,
    Query(query): Query<CursorQuery>,
    Body(body): Body<ListKeys>,
) -> Result<Json<Page<CustomFieldKey>>> {
    let entities = body.entities.unwrap_or_default();
    db::custom_field::list_keys(&state.pool, &entities, query.next_page.as_deref()).await.map(Json)
}

const SET_VALUES: Call = Call::new("customFields.setValues", "Set values of custom fields")
    .about(
        "All or none of them; fields that the body does not name stay. Answers show the values at once, and so do drafts, \
         which copy those of the customer, its plan, products and charges. A finalized invoice keeps what it copied; its own \
         fields (`entity` `invoice`) change, and a regenerated one begins without. The body of the answer is empty.",
    )
    .body(
        r#"{
  "entity": "customer",
  "entity_id": "{customer_id}",
  "custom_fields": { "segment": "enterprise" }
}"#,
    )
    .missing("what `entity_id` names")
    .conflict("Another one has the value of a key that enforces uniqueness.");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SetValues {
    entity: CustomFieldEntity,
    /// The id of the customer, plan or whatever else `entity` says.
    entity_id: Uuid,
    /// Values of at most 500 characters, by their keys, which are known.
    custom_fields: BTreeMap<String, String>,
}

async fn set_values(
    _: Operator,
    State(state): State<AppState>,
    Body(SetValues { entity, entity_id, custom_fields }): Body<SetValues>,
) -> Result<StatusCode> {
    db::write(async move {
        let now = clock::now();
        let done = db::custom_field::set_values(&state.pool, entity, entity_id, &custom_fields, now).await;
        explained(&state, entity, entity_id, now, done).await
    })
    .await?;
    Ok(StatusCode::OK)
}

const DELETE_VALUES: Call = Call::new("customFields.deleteValues", "Delete values of custom fields")
    .about(
        "Its other fields stay. A key without a value is no error, known or not. The body of the answer is empty.",
    )
    .body(r#"{ "entity": "customer", "entity_id": "{customer_id}", "keys": ["segment"] }"#)
    .missing("what `entity_id` names");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DeleteValues {
    entity: CustomFieldEntity,
    /// The id of the customer, plan or whatever else `entity` says.
    entity_id: Uuid,
    /// At most 50.
    keys: Vec<String>,
}

async fn delete_values(
    _: Operator,
    State(state): State<AppState>,
    Body(DeleteValues { entity, entity_id, keys }): Body<DeleteValues>,
) -> Result<StatusCode> {
    db::write(async move {
        let now = clock::now();
        let done = db::custom_field::delete_values(&state.pool, entity, entity_id, &keys, now).await;
        explained(&state, entity, entity_id, now, done).await
    })
    .await?;
    Ok(StatusCode::OK)
}

const REMOVE_KEY: Call = Call::new("customFields.removeKey", "Remove a custom field key")
    .about(
        "Its values go too, from everything that has them; what finalized invoices copied stays. The body of the answer is \
         empty.",
    )
    .body(r#"{ "entity": "customer", "key": "segment" }"#)
    .missing("the custom field key");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RemoveKey {
    entity: CustomFieldEntity,
    key: String,
}

async fn remove_key(
    _: Operator,
    State(state): State<AppState>,
    Body(RemoveKey { entity, key }): Body<RemoveKey>,
) -> Result<StatusCode> {
    db::write(async move { db::custom_field::remove_key(&state.pool, entity, &key, clock::now()).await })
        .await?;
    Ok(StatusCode::OK)
}

/// The same, but that of an invoice which is not stored it says whether it is a draft.
async fn explained(
    state: &AppState,
    entity: CustomFieldEntity,
    id: Uuid,
    now: DateTime<Utc>,
    done: Result<()>,
) -> Result<()> {
    match done {
        Err(Error::NotFound(_)) if entity == CustomFieldEntity::Invoice => {
            Err(invoicing::not_stored(&state.pool, "entity_id", id, now, "given custom fields").await?)
        }
        done => done,
    }
}
