//! `inlay audit`.

use super::{Audit, output::say, token::failed};
use crate::{
    clock,
    config::Config,
    db::{
        Database,
        audit_log::{AuditQuery, list},
        require_schema,
    },
    error::CliError,
    postgres::Role,
};
use app::billing::{AuditLog, AuditStatus};
use sqlx::PgPool;

/// Rows that are read at a time.
const ROWS: i64 = 100;

/// Carries it out.
pub(super) async fn run(config: &Config, arguments: Audit) -> Result<(), CliError> {
    let database = Database::open(config, Role::Command, say).await?;
    let outcome = print(&database.pool, arguments).await;
    let closed = database.close().await;
    outcome.and(closed)
}

async fn print(pool: &PgPool, arguments: Audit) -> Result<(), CliError> {
    require_schema(pool).await?;
    let now = clock::now();
    let mut asked = AuditQuery {
        starting_on: arguments.since.map(|since| since.before(now)),
        resource: arguments.customer.map(|id| ("customer".to_owned(), id.to_string())),
        limit: Some(ROWS),
        ..AuditQuery::default()
    };
    let mut printed = 0;
    loop {
        let page = list(pool, &asked).await.map_err(failed)?;
        if page.data.is_empty() {
            break;
        }
        if printed == 0 && !arguments.json {
            println!(
                "{:19}  {:21}  {:7}  {:36}  {:20}  WHAT",
                "TIME (UTC)", "ACTION", "STATUS", "RESOURCE", "BY"
            );
        }
        printed += page.data.len();
        for log in &page.data {
            println!("{}", if arguments.json { json(log)? } else { line(log) });
        }
        asked.next_page = page.next_page;
    }
    if printed == 0 {
        say("Nothing was done in this time.");
    }
    Ok(())
}

fn json(log: &AuditLog) -> Result<String, CliError> {
    serde_json::to_string(log).map_err(|error| CliError::new(error.to_string()))
}

fn line(log: &AuditLog) -> String {
    let status = match log.status {
        AuditStatus::Success => "success",
        AuditStatus::Failure => "failure",
    };
    format!(
        "{:19}  {:21}  {status:7}  {:36}  {:20}  {}",
        log.timestamp.format("%Y-%m-%d %H:%M:%S"),
        log.action,
        log.resource_id,
        log.actor.as_ref().map_or("a reader", |actor| actor.name.as_str()),
        log.description
    )
}
