//! Dashboards: an open one of the customer, an origin that was allowed, and one that was not.

use super::World;
use server::db::{self, audit_log::Actor};

pub(super) async fn seed(world: &World<'_>) {
    db::allowed_origin::add(world.pool, "https://old.example.com", Actor::Command, world.now).await.unwrap();
    sqlx::query(
        "insert into dashboard_session (id, customer_id, dashboard, url_id, is_single_use, seen, valid_from, opened_at,
            last_used_at)
        values (gen_random_uuid(), $1, 'usage', gen_random_uuid(), false, (select max(id) from dashboard_revocation), $2,
            $2, $2)",
    )
    .bind(world.billed.customer_id)
    .bind(world.now)
    .execute(world.pool)
    .await
    .unwrap();
    sqlx::query(
        "insert into refused_embed (origin, refused_by, times, first_refused_at, last_refused_at)
        values ('https://staging.example.com', 'server', 3, $1, $1)
        on conflict do nothing",
    )
    .bind(world.now)
    .execute(world.pool)
    .await
    .unwrap();
}
