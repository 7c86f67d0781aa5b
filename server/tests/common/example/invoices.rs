//! Invoices: one that is void, and others that are finalized.

use super::World;
use crate::common::billing;
use server::invoicing;
use uuid::Uuid;

pub(super) async fn seed(world: &mut World<'_>) {
    invoicing::finalize_due(world.pool, world.now, billing::GRACE).await.unwrap();
    let finalized: Vec<Uuid> = sqlx::query_scalar(
        "select id from invoice where customer_id = $1 and status = 'FINALIZED' order by start_timestamp",
    )
    .bind(world.billed.customer_id)
    .fetch_all(world.pool)
    .await
    .unwrap();
    invoicing::void(world.pool, finalized[0], world.now).await.unwrap();
    world.set("invoice_id", finalized[1]);
    world.set("void_invoice_id", finalized[0]);
}
