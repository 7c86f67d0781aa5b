//! Keys of custom fields, of two entities by turns, the last by name first.

use super::{Company, MANY};
use app::billing::{CustomFieldEntity, CustomFieldKey};
use server::db;

pub(super) async fn seed(company: &Company<'_>) {
    for number in (0..MANY).rev() {
        for entity in [CustomFieldEntity::Product, CustomFieldEntity::Customer] {
            let key = CustomFieldKey { entity, key: format!("key {number:02}"), enforce_uniqueness: false };
            db::custom_field::add_key(company.pool, &key, company.now).await.unwrap();
        }
    }
}
