//! The database of a command: the configured one, or a private Postgres that ends with the command.

use super::{connect, migrate, private, share};
use crate::{
    config::Config,
    error::{CliError, chain},
    postgres::{Postgres, Role},
};
use sqlx::{PgPool, postgres::PgConnectOptions};
use std::time::Duration;

/// How often it is checked that a private Postgres runs.
const WATCH_PACE: Duration = Duration::from_secs(1);

/// An open database. Call [`Database::close`] at the end: a private Postgres is stopped there.
#[derive(Debug)]
pub struct Database {
    /// The connections for all but readers.
    pub pool: PgPool,
    postgres: Option<Postgres>,
}

impl Database {
    /// Opens the configured database, or starts a private Postgres and brings its schema up to date.
    ///
    /// # Errors
    /// Says what the operator can do.
    pub async fn open(
        config: &Config,
        role: Role,
        mut say: impl FnMut(&str) + Send + 'static,
    ) -> Result<Self, CliError> {
        if let Some(url) = &config.database_url {
            let options: PgConnectOptions =
                url.0.parse().map_err(|error| CliError::new(format!("DATABASE_URL: {error}")))?;
            return match connect(options.clone(), share(config.database_connections).others).await {
                Ok(pool) => Ok(Self { pool, postgres: None }),
                Err(error) => Err(unreachable(&options, error).await),
            };
        }
        let config = config.clone();
        let (postgres, mut say, config) = tokio::task::spawn_blocking(move || {
            Postgres::start(&config, role, &mut say).map(|postgres| (postgres, say, config))
        })
        .await
        .map_err(|error| CliError::new(error.to_string()))??;
        match prepare(&postgres, share(config.database_connections).others, &mut say).await {
            Ok(pool) => Ok(Self { pool, postgres: Some(postgres) }),
            Err(problem) => {
                stop(postgres).await?;
                Err(problem)
            }
        }
    }

    /// Where the data are, for people; `None` for a configured database.
    pub fn describe(&self) -> Option<String> {
        self.postgres.as_ref().map(Postgres::describe)
    }

    /// Whether Inlay runs this Postgres itself.
    pub fn is_private(&self) -> bool {
        self.postgres.is_some()
    }

    /// Returns when a private Postgres has ended although nobody stopped it; never for a configured database.
    pub fn lost(&self) -> impl Future<Output = ()> + Send + 'static {
        let has_ended = self.postgres.as_ref().map(Postgres::watch);
        async move {
            let Some(has_ended) = has_ended else { return std::future::pending().await };
            while !has_ended() {
                tokio::time::sleep(WATCH_PACE).await;
            }
        }
    }

    /// Closes the connections and stops a private Postgres that nobody else uses.
    ///
    /// # Errors
    /// When Postgres does not stop.
    pub async fn close(self) -> Result<(), CliError> {
        // Connections that died silently would be waited for.
        let _ = tokio::time::timeout(super::schema::READY_TIMEOUT, self.pool.close()).await;
        match self.postgres {
            Some(postgres) => stop(postgres).await,
            None => Ok(()),
        }
    }
}

/// Why a configured database cannot be reached. The pool tries for some seconds and says only that; one connection says
/// what is in the way.
async fn unreachable(options: &PgConnectOptions, error: sqlx::Error) -> CliError {
    let error = match error {
        sqlx::Error::PoolTimedOut => super::pool::single(options).await.err().unwrap_or(error),
        error => error,
    };
    let place = match options.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let problem = match &error {
        // 3D000: there is no such database.
        sqlx::Error::Database(inner) if inner.code().as_deref() == Some("3D000") => {
            format!("{}: create it, then run: inlay migrate", inner.message())
        }
        sqlx::Error::Database(inner) => inner.message().to_owned(),
        error => chain(error),
    };
    CliError::new(format!("the database of DATABASE_URL cannot be reached at {place}: {problem}"))
}

async fn stop(postgres: Postgres) -> Result<(), CliError> {
    tokio::task::spawn_blocking(|| postgres.stop()).await.map_err(|error| CliError::new(error.to_string()))?
}

/// Makes the database in a new cluster, and brings the schema up to date.
async fn prepare(
    postgres: &Postgres,
    connections: u32,
    say: &mut dyn FnMut(&str),
) -> Result<PgPool, CliError> {
    private::prepare(postgres, say)
        .await
        .map_err(|error| CliError::new(format!("the private Postgres does not answer: {}", chain(&error))))?;
    let pool = connect(private::options(postgres), connections)
        .await
        .map_err(|error| CliError::new(format!("the private Postgres does not answer: {}", chain(&error))))?;
    migrate(&pool, say).await.map_err(|error| {
        CliError::new(format!("the schema cannot be brought up to date: {}", chain(&error)))
    })?;
    Ok(pool)
}
