//! `inlay migrate`.

use super::output::say;
use crate::{
    config::Config,
    db::{self, Database, Schema},
    error::{CliError, chain},
    postgres::Role,
};

/// Brings the schema up to date.
pub(super) async fn run(config: &Config) -> Result<(), CliError> {
    let database = Database::open(config, Role::Command, say).await?;
    let outcome = match db::migrate(&database.pool, &mut say).await {
        Ok(()) => db::reader_role(&database.pool).await,
        Err(error) => Err(CliError::new(chain(&error))),
    };
    database.close().await?;
    if let db::ReaderRole::Missing(problem) = outcome? {
        say(&problem.to_string());
    }
    say("The schema is up to date.");
    Ok(())
}

/// Lists the migrations that are missing, and changes nothing.
pub(super) async fn check(config: &Config) -> Result<(), CliError> {
    if config.database_url.is_none() {
        // To open a private Postgres is to bring its schema up to date.
        return Err(CliError::new(
            "--check looks at the database of DATABASE_URL, which is not set. The schema of a private Postgres is kept up \
             to date by whatever starts it",
        ));
    }
    let database = Database::open(config, Role::Command, say).await?;
    let schema = db::schema(&database.pool).await;
    database.close().await?;
    match schema.map_err(|error| CliError::new(chain(&error)))? {
        Schema::Current => {
            say("The schema is up to date.");
            Ok(())
        }
        Schema::Outdated(missing) => {
            for migration in &missing {
                println!("{migration}");
            }
            let these = match missing.len() {
                1 => "1 migration is missing".to_owned(),
                count => format!("{count} migrations are missing"),
            };
            Err(CliError::new(format!("{these}. Run: inlay migrate")))
        }
    }
}
