//! Credit types: a custom one.

use super::World;
use server::db;
use uuid::Uuid;

pub(super) async fn seed(world: &mut World<'_>) {
    let id = db::credit_type::create(world.pool, &Uuid::new_v4().to_string(), world.now).await.unwrap();
    world.set("custom_credit_type_id", id);
}
