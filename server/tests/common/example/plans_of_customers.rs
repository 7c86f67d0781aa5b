//! Plans of customers: who is put on a plan is on none.

use super::World;

pub(super) fn seed(world: &mut World<'_>, call: &str) {
    if call == "customers.plans.add" {
        let other = world.values["other_customer_id"].clone();
        world.values.insert("customer_id", other);
    }
}
