//! Custom fields: a key that values can be set under.

use super::World;
use app::billing::{CustomFieldEntity, CustomFieldKey};
use server::db;

pub(super) async fn seed(world: &World<'_>) {
    let key = CustomFieldKey {
        entity: CustomFieldEntity::Customer,
        key: "segment".to_owned(),
        enforce_uniqueness: false,
    };
    db::custom_field::add_key(world.pool, &key, world.now).await.unwrap();
}
