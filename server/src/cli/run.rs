//! Carries out a command.

use super::{Cli, Command, audit, health, invoice, migrate, notify, origin, output::say, token};
use crate::{
    clock,
    config::Config,
    db::{self, Database},
    demo::{self, DemoOptions},
    error::{CliError, chain},
    openapi::document,
    postgres::{self, Role},
    routes,
    serve::{self, Interrupt},
    telemetry,
};
use rand::{TryRngCore, rngs::OsRng};
use std::time::Duration;

/// Carries out a command.
///
/// # Errors
/// What went wrong, in words for the operator.
pub async fn run(cli: Cli) -> Result<(), CliError> {
    let config = Config::from_process().map_err(|error| CliError::new(error.to_string()))?;
    telemetry::init(&config.log, config.log_format);
    match cli.command {
        Command::Serve => serve(config).await,
        Command::Demo(arguments) => demo(config, arguments.options()).await,
        Command::Migrate(arguments) if arguments.check => migrate::check(&config).await,
        Command::Migrate(_) => migrate::run(&config).await,
        Command::Token(command) => token::run(&config, command).await,
        Command::Origin(command) => origin::run(&config, command).await,
        Command::Invoice(command) => invoice::run(&config, command).await,
        Command::Audit(arguments) => audit::run(&config, arguments).await,
        Command::Healthcheck => health::check(config.listen).await,
        Command::Openapi => openapi(&config),
    }
}

fn openapi(config: &Config) -> Result<(), CliError> {
    let (groups, entries) = routes::calls().described();
    let document = document(&groups, &entries, &config.settings.public_url, clock::now());
    let text = serde_json::to_string_pretty(&document);
    println!("{}", text.map_err(|error| CliError::new(error.to_string()))?);
    Ok(())
}

async fn serve(config: Config) -> Result<(), CliError> {
    config.require_signing_keys().map_err(|error| CliError::new(error.to_string()))?;
    serve::raise_file_limit();
    let mut interrupt = Interrupt::listen()?;
    let database = Database::open(&config, Role::Server, |text| tracing::info!("{text}")).await?;
    interrupt.also(database.lost());
    let outcome = serve_with(&config, &database, &mut interrupt).await;
    close(database, outcome, &interrupt).await
}

async fn serve_with(config: &Config, database: &Database, interrupt: &mut Interrupt) -> Result<(), CliError> {
    db::require_schema(&database.pool).await?;
    if config.settings.allowed_origins.is_empty()
        && db::allowed_origin::all(&database.pool).await.is_ok_and(|origins| origins.is_empty())
    {
        tracing::warn!(
            "no origins are allowed, by INLAY_ALLOWED_ORIGINS or inlay origin: only pages of this server itself may frame the dashboards"
        );
    }
    if let Some(place) = database.describe() {
        tracing::info!("running {place}");
    }
    let running = serve::start(config, database.pool.clone()).await?;
    notify::tell(notify::READY);
    interrupt.wait().await;
    tracing::info!("stopping");
    notify::tell(notify::STOPPING);
    running.stop(if interrupt.by_supervisor() { config.stop_delay } else { Duration::ZERO }).await;
    Ok(())
}

async fn demo(mut config: Config, options: DemoOptions) -> Result<(), CliError> {
    if config.signing_keys.0.is_empty() {
        let mut key = vec![0; 32];
        OsRng.try_fill_bytes(&mut key).map_err(|error| {
            CliError::new(format!("the system gives no random bytes for a signing key: {error}"))
        })?;
        config.signing_keys.0.push(("demo".to_owned(), key));
    }
    // The demo's company must not end up among somebody's customers.
    if config.data_dir.is_none() {
        config.data_dir = Some(postgres::demo_folder()?);
    }
    let mut interrupt = Interrupt::listen()?;
    let database = Database::open(&config, Role::Demo, say).await?;
    interrupt.also(database.lost());
    let outcome = match db::migrate(&database.pool, &mut say).await {
        Ok(()) => demo::run(&config, &database.pool, options, &mut interrupt, &mut say).await,
        Err(error) => Err(CliError::new(chain(&error))),
    };
    close(database, outcome, &interrupt).await
}

/// Closes the database at the end of a server; its loss is the reason that counts.
async fn close(
    database: Database,
    outcome: Result<(), CliError>,
    interrupt: &Interrupt,
) -> Result<(), CliError> {
    let closed = database.close().await;
    if interrupt.by_loss() {
        return Err(CliError::new(
            "the private Postgres ended although Inlay did not stop it; postgres.log in the data folder says why. Start \
             Inlay again",
        ));
    }
    outcome.and(closed)
}
