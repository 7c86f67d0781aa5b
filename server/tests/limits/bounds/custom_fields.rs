//! Bounds of custom fields. Values are set on a customer that has none, under keys that are [`declared`].

use super::{Bound, bound, custom_fields, merged, names, text, unique};
use app::billing::{CustomFieldEntity, CustomFieldKey};
use serde_json::{Value, json};
use server::{clock, db, limits};
use sqlx::PgPool;

pub(super) fn bounds() -> Vec<Bound> {
    const SET: &str = "/v1/customFields/setValues";
    const DELETE: &str = "/v1/customFields/deleteValues";
    fn of_customer(change: Value) -> Value {
        merged(json!({ "entity": "customer", "entity_id": "{customer_id}" }), change)
    }
    let mut bounds = vec![
        bound(
            "/v1/customFields/addKey",
            "key: ",
            limits::CUSTOM_FIELD_NAME,
            |n| json!({ "entity": "customer", "key": unique(n), "enforce_uniqueness": false }),
        ),
        bound(DELETE, "keys: has ", limits::CUSTOM_FIELDS, |n| of_customer(json!({ "keys": names(n) }))),
        bound(DELETE, "keys[1]: ", limits::CUSTOM_FIELD_NAME, |n| {
            of_customer(json!({ "keys": ["note", text(n)] }))
        }),
    ];
    bounds.extend(custom_fields(SET, |fields| of_customer(json!({ "custom_fields": fields }))));
    bounds
}

/// Makes the keys known under which values are set here.
pub(crate) async fn declared(pool: &PgPool) {
    let keys = names(limits::CUSTOM_FIELDS).into_iter();
    for key in keys.chain(["note".to_owned(), text(limits::CUSTOM_FIELD_NAME)]) {
        let key = CustomFieldKey { entity: CustomFieldEntity::Customer, key, enforce_uniqueness: false };
        db::custom_field::add_key(pool, &key, clock::now()).await.unwrap();
    }
}
