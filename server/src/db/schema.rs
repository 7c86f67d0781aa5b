//! The schema: its migrations, carried in the binary, and whether a database has them all.

use super::pool::LOCK_TIMEOUT;
use crate::{
    Error, Result,
    error::{CliError, chain},
};
use sqlx::{
    PgPool,
    migrate::{MigrateError, Migration, Migrator},
    postgres::PgConnectOptions,
};
use std::{collections::HashSet, time::Duration};
use tokio::time::sleep;

/// Between two tries of a migration: those who stood in line behind it go first.
const PAUSE: Duration = Duration::from_secs(1);

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// How a database's schema compares with ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// All of our migrations are applied. There may be newer ones: replicas are replaced one by one.
    Current,
    /// These are missing.
    Outdated(Vec<String>),
}

/// Makes sure that a database has all of our tables.
///
/// # Errors
/// What the operator can do.
pub async fn require_schema(pool: &PgPool) -> std::result::Result<(), CliError> {
    let missing = match schema(pool).await.map_err(|error| CliError::new(chain(&error)))? {
        Schema::Current => return Ok(()),
        Schema::Outdated(missing) => missing.len(),
    };
    let state = if missing == MIGRATOR.iter().count() {
        "the database is empty".to_owned()
    } else {
        format!("the schema of the database is outdated: {missing} of its migrations are missing")
    };
    Err(CliError::new(format!("{state}. Run: inlay migrate")))
}

/// Compares the schema of a database with ours.
///
/// # Errors
/// When the database is away.
pub async fn schema(pool: &PgPool) -> Result<Schema> {
    let applied = match sqlx::query_scalar::<_, i64>("select version from _sqlx_migrations where success")
        .fetch_all(pool)
        .await
    {
        Ok(versions) => versions.into_iter().collect(),
        // 42P01: there is no such table, so this database is new.
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42P01") => HashSet::new(),
        Err(error) => return Err(error.into()),
    };
    let missing: Vec<String> = missing(&applied).map(name).collect();
    Ok(if missing.is_empty() { Schema::Current } else { Schema::Outdated(missing) })
}

/// As [`schema`], but gives up after [`READY_TIMEOUT`]: for `/readyz`.
///
/// # Errors
/// 503 when it is away or takes too long.
pub async fn ready_schema(pool: &PgPool) -> Result<Schema> {
    let answer = tokio::time::timeout(READY_TIMEOUT, schema(pool)).await;
    answer.unwrap_or(Err(Error::Unavailable(sqlx::Error::PoolTimedOut)))
}

/// Applies the missing migrations, one after the other, saying which. Safe from several places at once. What it changes
/// may be in use: it waits for a lock for a few seconds only, as all others stand in line behind it, and then tries again.
///
/// # Errors
/// When one fails, or the database was made by a newer Inlay.
pub async fn migrate(pool: &PgPool, say: &mut dyn FnMut(&str)) -> Result<()> {
    let options = PgConnectOptions::clone(&pool.connect_options()).options([
        ("default_transaction_read_only", "off"),
        ("statement_timeout", "0"),
        ("lock_timeout", LOCK_TIMEOUT),
        ("client_min_messages", "warning"),
    ]);
    let mut connection = super::pool::single(&options).await?;
    let Schema::Outdated(missing) = schema(pool).await? else { return Ok(()) };
    for migration in MIGRATOR.iter().filter(|migration| missing.contains(&name(migration))) {
        say(&format!("Applying migration {}", name(migration)));
        while let Err(error) = MIGRATOR.run_to(migration.version, &mut connection).await {
            if !is_locked_out(&error) {
                return Err(Error::Internal(explain(&error)));
            }
            say("What it changes is in use by others; trying again");
            sleep(PAUSE).await;
        }
    }
    Ok(())
}

/// Whether a migration waited too long for a lock. It is rolled back then.
fn is_locked_out(error: &MigrateError) -> bool {
    let (MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) = error else {
        return false;
    };
    error.as_database_error().is_some_and(|error| error.code().as_deref() == Some("55P03"))
}

fn missing(applied: &HashSet<i64>) -> impl Iterator<Item = &'static Migration> {
    MIGRATOR.iter().filter(|migration| !applied.contains(&migration.version))
}

fn name(migration: &Migration) -> String {
    format!("{:04} {}", migration.version, migration.description)
}

fn explain(error: &MigrateError) -> String {
    match error {
        MigrateError::VersionMissing(version) => {
            format!(
                "the database has migration {version:04}, which this Inlay does not know: run the newer Inlay"
            )
        }
        MigrateError::VersionMismatch(version) => {
            format!(
                "migration {version:04} was applied in another form than this Inlay has: restore a backup, or begin with an empty database"
            )
        }
        error => chain(error),
    }
}

/// How long `readyz` waits for the database.
pub(crate) const READY_TIMEOUT: Duration = Duration::from_secs(2);
