//! `inlay demo`: a believable company in a server of its own.

use crate::{
    Result, clock,
    config::Config,
    error::chain,
    postgres::Problem,
    serve::{self, Interrupt},
};
use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// Loads the company, serves it until the operator stops it.
///
/// # Errors
/// When the company cannot be loaded or a port is taken.
pub async fn run(config: &Config, pool: &PgPool, interrupt: &mut Interrupt) -> Result<(), Problem> {
    seed(pool, clock::now())
        .await
        .map_err(|error| Problem::new(format!("the demo cannot be loaded: {}", chain(&error))))?;
    let running = serve::start(config, pool.clone()).await?;
    interrupt.wait().await;
    running.stop().await;
    Ok(())
}

/// Loads the company, once.
pub async fn seed(_pool: &PgPool, _now: DateTime<Utc>) -> Result<()> {
    Ok(())
}
