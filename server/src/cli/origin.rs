//! `inlay origin add | list | remove | refused`.

use super::{OriginCommand, output::say};
use crate::{
    Error, clock,
    config::Config,
    db::{Database, allowed_origin, audit_log::Actor, require_schema},
    error::{CliError, chain},
    origins::origin,
    postgres::Role,
};
use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// The most lines that `refused` prints.
const MOST: i64 = 100;

/// Carries out one of the four.
pub(super) async fn run(config: &Config, command: OriginCommand) -> Result<(), CliError> {
    let database = Database::open(config, Role::Command, say).await?;
    let outcome = carry_out(&database.pool, config, command).await;
    let closed = database.close().await;
    outcome.and(closed)
}

async fn carry_out(pool: &PgPool, config: &Config, command: OriginCommand) -> Result<(), CliError> {
    require_schema(pool).await?;
    match command {
        OriginCommand::Add { origin } => add(pool, &read(&origin)?, clock::now()).await,
        OriginCommand::List => list(pool, &config.settings.allowed_origins).await,
        OriginCommand::Remove { origin } => remove(pool, &read(&origin)?).await,
        OriginCommand::Refused => refused(pool, clock::now()).await,
    }
}

fn read(text: &str) -> Result<String, CliError> {
    origin(text).map_err(CliError::new)
}

fn failed(error: Error) -> CliError {
    CliError::new(chain(&error))
}

async fn add(pool: &PgPool, origin: &str, now: DateTime<Utc>) -> Result<(), CliError> {
    allowed_origin::add(pool, origin, Actor::Command, now).await.map_err(failed)?;
    say(&format!("Pages of {origin} may frame the dashboards from now on."));
    Ok(())
}

async fn list(pool: &PgPool, configured: &[String]) -> Result<(), CliError> {
    let kept = allowed_origin::all(pool).await.map_err(failed)?;
    if configured.is_empty() && kept.is_empty() {
        say(
            "No other pages may frame the dashboards yet. Allow some: inlay origin add https://app.example.com",
        );
    }
    for origin in configured {
        println!("{origin}  (INLAY_ALLOWED_ORIGINS)");
    }
    for origin in kept.iter().filter(|origin| !configured.contains(origin)) {
        println!("{origin}");
    }
    Ok(())
}

async fn remove(pool: &PgPool, origin: &str) -> Result<(), CliError> {
    match allowed_origin::remove(pool, origin, Actor::Command).await {
        Ok(()) => {
            say(&format!("Pages of {origin} may frame the dashboards no more."));
            Ok(())
        }
        Err(Error::NotFound(_)) => Err(CliError::new(format!(
            "{origin} is not in the list; `inlay origin list` shows it. What INLAY_ALLOWED_ORIGINS names is removed there"
        ))),
        Err(error) => Err(failed(error)),
    }
}

async fn refused(pool: &PgPool, now: DateTime<Utc>) -> Result<(), CliError> {
    let refused = allowed_origin::refused(pool, Some(MOST), None, now).await.map_err(failed)?.data;
    if refused.is_empty() {
        say("No frame was refused in the last 90 days.");
        return Ok(());
    }
    println!("{:16}  {:>7}  {:6}  ENTRY", "LAST (UTC)", "TIMES", "BY");
    for one in &refused {
        let last = one.last_refused_at.format("%Y-%m-%d %H:%M");
        println!("{last}  {:7}  {:6}  {}", one.times, one.refused_by.as_str(), one.entry);
    }
    say(
        "Of those by `server`, add what is yours: inlay origin add ENTRY. Those by `url` the URL's own list does not have.",
    );
    Ok(())
}
