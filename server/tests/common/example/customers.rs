//! Customers: one that is on no plan.

use super::World;
use crate::common::seed;

pub(super) async fn seed(world: &mut World<'_>) {
    let other = seed::customer(world.pool, "Other").await;
    world.set("other_customer_id", other);
}
