//! Two faults of sqlx 0.9.0's pool, shown on a bare pool and held down by ours (`server/src/db/pool.rs`).

use crate::proxy::Proxy;
use server::db;
use sqlx::{Acquire, PgPool, postgres::PgPoolOptions};
use std::{future::Future, time::Duration};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_millis(300);

/// A pool as sqlx makes it, without our hooks.
fn bare(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_secs(3))
}

/// Drops a future after a while, as axum does when a client hangs up.
async fn hang_up<T>(work: impl Future<Output = T>) {
    assert!(timeout(PATIENCE, work).await.is_err(), "it should have hung");
}

/// Cancels a BEGIN in flight, then writes a row through the pool; says whether the others can see it.
async fn write_after_cancelled_begin(direct: &PgPool, through: PgPool, proxy: &Proxy) -> bool {
    sqlx::query("create table if not exists witness (id integer)").execute(direct).await.unwrap();
    let mut connection = through.acquire().await.unwrap();
    proxy.hold();
    hang_up(connection.begin()).await;
    drop(connection);
    proxy.release();
    sqlx::query("insert into witness values (1)").execute(&through).await.unwrap();
    sqlx::query_scalar("select exists (select from witness)").fetch_one(direct).await.unwrap()
}

#[sqlx::test]
async fn write_after_a_cancelled_begin_is_not_lost(direct: PgPool) {
    let proxy = Proxy::start(&direct.connect_options()).await;
    let ours = db::options(1).connect_with(proxy.options(&direct.connect_options())).await.unwrap();
    assert!(write_after_cancelled_begin(&direct, ours, &proxy).await);
}

/// When this fails, sqlx has mended the fault, and the hook may go.
#[sqlx::test]
async fn bare_pool_loses_the_write_after_a_cancelled_begin(direct: PgPool) {
    let proxy = Proxy::start(&direct.connect_options()).await;
    let bare = bare(1).connect_with(proxy.options(&direct.connect_options())).await.unwrap();
    assert!(!write_after_cancelled_begin(&direct, bare, &proxy).await);
}

/// Lets every connection of a pool die silently, in use; says how the next query fares.
async fn query_after_silent_death(pool: PgPool, proxy: &Proxy, connections: usize) -> sqlx::Result<i32> {
    let mut all = Vec::new();
    for _ in 0..connections {
        all.push(pool.acquire().await.unwrap());
    }
    drop(all);
    // All have come back once one more round of them is had.
    let mut all = Vec::new();
    for _ in 0..connections {
        all.push(pool.acquire().await.unwrap());
    }
    proxy.blackhole();
    for mut connection in all {
        hang_up(async { sqlx::query("select 1").execute(&mut *connection).await }).await;
    }
    sqlx::query_scalar("select 42").fetch_one(&pool).await
}

#[sqlx::test]
async fn pool_recovers_from_connections_that_died_silently(direct: PgPool) {
    let proxy = Proxy::start(&direct.connect_options()).await;
    let ours = db::options(2).connect_with(proxy.options(&direct.connect_options())).await.unwrap();
    assert_eq!(query_after_silent_death(ours, &proxy, 2).await.unwrap(), 42);
}

/// When this fails, sqlx has mended the fault, and the hook may go.
#[sqlx::test]
async fn bare_pool_leaks_connections_that_died_silently(direct: PgPool) {
    let proxy = Proxy::start(&direct.connect_options()).await;
    let bare = bare(2).connect_with(proxy.options(&direct.connect_options())).await.unwrap();
    let outcome = query_after_silent_death(bare, &proxy, 2).await;
    assert!(matches!(outcome, Err(sqlx::Error::PoolTimedOut)), "{outcome:?}");
}

#[sqlx::test]
async fn write_runs_to_its_end_when_the_client_hangs_up(direct: PgPool) {
    sqlx::query("create table witness (id integer)").execute(&direct).await.unwrap();
    let (started, is_started) = tokio::sync::oneshot::channel();
    let (go_on, may_go_on) = tokio::sync::oneshot::channel();
    let pool = direct.clone();
    let write = db::write(async move {
        let mut transaction = pool.begin().await?;
        sqlx::query("insert into witness values (1)").execute(&mut *transaction).await?;
        started.send(()).unwrap();
        may_go_on.await.unwrap();
        transaction.commit().await?;
        Ok(())
    });
    tokio::select! {
        _ = write => panic!("it cannot be over"),
        _ = is_started => {} // and `write` is dropped here
    }
    go_on.send(()).unwrap();
    let seen = async {
        while !sqlx::query_scalar::<_, bool>("select exists (select from witness)")
            .fetch_one(&direct)
            .await
            .unwrap()
        {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(10), seen).await.unwrap();
}
