//! Events: one that is billed to nobody, where a call lists those.

use super::World;
use crate::common::seed;
use server::ingest;

pub(super) async fn seed(world: &World<'_>, call: &str) {
    if call == "usage.listUnmatched" {
        let mut event = seed::event("request-7", world.billed.customer_id, world.now, "{}");
        "acme-inc".clone_into(&mut event.customer_id);
        ingest::record(world.pool, vec![event], world.now).await.unwrap();
    }
}
