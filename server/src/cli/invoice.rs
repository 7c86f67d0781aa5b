//! `inlay invoice check`.

use super::{InvoiceCommand, output::say};
use crate::{
    config::Config,
    db::{Database, invoice::damaged, require_schema},
    error::{CliError, chain},
    postgres::Role,
};
use sqlx::PgPool;

/// Carries it out.
pub(super) async fn run(config: &Config, command: InvoiceCommand) -> Result<(), CliError> {
    let database = Database::open(config, Role::Command, say).await?;
    let outcome = match command {
        InvoiceCommand::Check => check(&database.pool).await,
    };
    let closed = database.close().await;
    outcome.and(closed)
}

async fn check(pool: &PgPool) -> Result<(), CliError> {
    require_schema(pool).await?;
    let damaged = damaged(pool).await.map_err(|error| CliError::new(chain(&error)))?;
    if damaged.is_empty() {
        say("Every stored invoice can be read.");
        return Ok(());
    }
    println!("{:36}  {:36}  {:9}  {:10}  PROBLEM", "ID", "CUSTOMER", "STATUS", "NUMBER");
    for one in &damaged {
        println!(
            "{}  {}  {:9}  {:10}  {}",
            one.id,
            one.customer_id,
            one.status.as_str(),
            one.invoice_number,
            one.problem
        );
    }
    let these = match damaged.len() {
        1 => "1 stored invoice".to_owned(),
        count => format!("{count} stored invoices"),
    };
    Err(CliError::new(format!(
        "{these} cannot be read. Void and regenerate each: POST /v1/invoices/void, POST /v1/invoices/regenerate"
    )))
}
