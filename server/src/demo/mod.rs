//! `inlay demo`: a sample company in a server of its own, and a portal of another origin that embeds it.

pub mod company;
pub mod portal;
#[cfg(debug_assertions)]
mod reload;
mod seed;
mod setup;
pub mod usage_profile;

pub use seed::seed;

use crate::{
    Error, Result, clock,
    config::{Config, reachable},
    db::api_token::{self, Scope},
    error::{CliError, chain},
    http::connection::Timeouts,
    serve::{self, Interrupt},
};
use axum::Router;
use chrono::{DateTime, Utc};
use company::{CUSTOMERS, customer_id};
use portal::{Account, Portal};
use serde_json::json;
use sqlx::PgPool;
use std::{collections::BTreeMap, fs, io, path::Path, time::Duration};
use tokio::sync::watch;

/// How to show the demo.
#[derive(Clone, Copy, Debug, Default)]
pub struct DemoOptions {
    /// Whether the portal's page loads itself again when a new server answers.
    #[cfg(debug_assertions)]
    pub reload: bool,
}

/// Loads the company, serves it and its portal until the operator stops it. In a debug build the portal's page can
/// load itself again when another server has taken over.
///
/// # Errors
/// When the company cannot be loaded or a port is taken.
pub async fn run(
    config: &Config,
    pool: &PgPool,
    options: DemoOptions,
    interrupt: &mut Interrupt,
    say: &mut dyn FnMut(&str),
) -> Result<(), CliError> {
    let mut config = config.clone();
    let portal_url = format!("http://{}", reachable(config.portal_listen));
    if !config.settings.allowed_origins.iter().any(|origin| *origin == portal_url || origin == "*") {
        config.settings.allowed_origins.push(portal_url.clone());
    }
    config.settings.styleguide = true;
    // Both ports before the work: a taken one should be heard of at once.
    let listener = serve::listen(config.portal_listen).await?;

    say("Loading the demo company");
    let started = std::time::Instant::now();
    seed(pool, clock::now(), config.settings.grace_period, say).await.map_err(failed)?;
    say(&format!("The demo company is ready after {:.1} s", started.elapsed().as_secs_f32()));
    let token = token(pool, config.data_dir.as_deref(), clock::now()).await.map_err(failed)?;

    let running = serve::start(&config, pool.clone()).await?;
    let portal = Portal {
        inlay_url: format!("http://{}", reachable(running.address)),
        public_url: config.settings.public_url.clone(),
        api_token: token.clone(),
        customers: CUSTOMERS.iter().map(|spec| Account::new(spec.slug, spec.name)).collect(),
        client: reqwest::Client::builder()
            .no_proxy()
            .build()
            .map_err(|error| CliError::new(format!("the demo cannot make requests: {error}")))?,
    };
    let (stop, stopped) = watch::channel(false);
    let portal = watching(portal::router(portal), options);
    let portal = tokio::spawn(serve::answer(listener, portal, stopped, Timeouts::default()));
    introduce(&config, &portal_url, &token)?;

    interrupt.wait().await;
    stop.send_replace(true);
    running.stop(Duration::ZERO).await;
    let _ = portal.await;
    Ok(())
}

#[cfg(debug_assertions)]
fn watching(portal: Router, options: DemoOptions) -> Router {
    if options.reload { reload::watching(portal) } else { portal }
}

#[cfg(not(debug_assertions))]
fn watching(portal: Router, _: DemoOptions) -> Router {
    portal
}

fn failed(error: Error) -> CliError {
    CliError::new(format!("the demo cannot be loaded: {}", chain(&error)))
}

/// What to open, and what to type.
fn introduce(config: &Config, portal_url: &str, token: &str) -> Result<(), CliError> {
    let url = &config.settings.public_url;
    let large = customer_id(CUSTOMERS[0].slug);
    println!(
        "
  Sample portal   {portal_url}
  Inlay           {url}
  Style guide     {url}/styleguide
  API token       {token}

  An embed URL of {name}:
    curl -s {url}/v1/dashboards/getEmbeddableUrl -H 'Authorization: Bearer {token}' \\
      -H 'Content-Type: application/json' -d '{{\"customer_id\":\"{large}\",\"dashboard\":\"usage\"}}'

  Without INLAY_SIGNING_KEYS the signing key is made at random at each start: embed URLs end with this process.
  Stop it with Ctrl-C. The data stay{place}; the next start takes seconds.
",
        name = CUSTOMERS[0].name,
        place = match (&config.database_url, &config.data_dir) {
            (None, Some(folder)) => format!(" in {}", folder.display()),
            _ => " in the database of DATABASE_URL".to_owned(),
        },
    );
    if let Some(file) = &config.demo_info {
        let ids: BTreeMap<_, _> = CUSTOMERS.iter().map(|spec| (spec.slug, customer_id(spec.slug))).collect();
        let info = json!({ "url": url, "portal_url": portal_url, "api_token": token, "customers": ids });
        write_private(file, &info.to_string())
            .map_err(|error| CliError::new(format!("cannot write {}: {error}", file.display())))?;
    }
    Ok(())
}

/// The API token of an earlier start, or a new one. Only its hash is in the database, so it is kept beside it.
async fn token(pool: &PgPool, folder: Option<&Path>, now: DateTime<Utc>) -> Result<String> {
    let file = folder.map(|folder| folder.join("demo-token"));
    if let Some(known) = file.as_ref().and_then(|file| fs::read_to_string(file).ok())
        && api_token::authenticate(pool, known.trim(), now).await?.is_some_and(|operator| operator.can_write)
    {
        return Ok(known.trim().to_owned());
    }
    let token = api_token::create(pool, "demo", Scope::Write, None).await?;
    if let Some(file) = file
        && let Err(error) = write_private(&file, &token)
    {
        tracing::warn!(%error, file = %file.display(), "the demo's API token is not kept for the next start");
    }
    Ok(token)
}

/// Writes a file that only its owner may read, whole or not at all.
fn write_private(file: &Path, text: &str) -> io::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let unfinished = file.with_extension("unfinished");
    let mut opened =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    opened.write_all(text.as_bytes())?;
    opened.sync_all()?;
    fs::rename(unfinished, file)
}
