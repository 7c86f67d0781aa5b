//! `inlay token create | list | revoke`.

use super::{CreateToken, ScopeArgument, TokenCommand, output::say};
use crate::{
    Result, api_token, clock,
    config::{Config, duration},
    db::{
        Database,
        api_token::{ApiToken, Scope, create, list, revoke},
        require_schema,
    },
    error::{CliError, chain},
    postgres::Role,
};
use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use sqlx::PgPool;

/// When a token ends, as it is said on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// So long after it is made.
    After(Duration),
    /// At this instant.
    At(DateTime<Utc>),
}

impl Expiry {
    /// The instant that lies as far before now, or that is said.
    pub(super) fn before(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::After(span) => now - span,
            Self::At(instant) => instant,
        }
    }
}

/// Reads `--name`.
pub(super) fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    if (1..=160).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err("must have 1 to 160 characters, and none that is a control character".to_owned())
    }
}

/// Reads `--expires`.
pub(super) fn expiry(text: &str) -> Result<Expiry, String> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(Expiry::At(day.and_time(NaiveTime::MIN).and_utc()));
    }
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Ok(Expiry::At(instant.to_utc()));
    }
    match duration(text) {
        Ok(span) if span > Duration::zero() => Ok(Expiry::After(span)),
        _ => Err("must be a time from now, such as 90d or 12h, or a day, such as 2030-01-31".to_owned()),
    }
}

/// Carries out one of the three.
pub(super) async fn run(config: &Config, command: TokenCommand) -> Result<(), CliError> {
    let database = Database::open(config, Role::Command, say).await?;
    let outcome = carry_out(&database.pool, config, command).await;
    let closed = database.close().await;
    outcome.and(closed)
}

async fn carry_out(pool: &PgPool, config: &Config, command: TokenCommand) -> Result<(), CliError> {
    require_schema(pool).await?;
    match command {
        TokenCommand::Create(arguments) => {
            create_one(pool, arguments, &config.settings.public_url, clock::now()).await
        }
        TokenCommand::List => list_all(pool, clock::now()).await,
        TokenCommand::Revoke { id } => revoke_one(pool, &id).await,
    }
}

pub(super) fn failed(error: crate::Error) -> CliError {
    CliError::new(chain(&error))
}

async fn create_one(
    pool: &PgPool,
    arguments: CreateToken,
    public_url: &str,
    now: DateTime<Utc>,
) -> Result<(), CliError> {
    let expires_at = arguments.expires.map(|expiry| match expiry {
        Expiry::After(span) => now + span,
        Expiry::At(instant) => instant,
    });
    if expires_at.is_some_and(|end| end <= now) {
        return Err(CliError::new(
            "--expires: is in the past: say a later day, or a time from now such as 90d (see inlay token create --help)",
        ));
    }
    let scope = match arguments.scope {
        ScopeArgument::Read => Scope::Read,
        ScopeArgument::Write => Scope::Write,
    };
    let token = create(pool, &arguments.name, scope, expires_at).await.map_err(failed)?;
    println!("{token}");
    let end = expires_at.map(|end| format!(" It ends {}.", minute(end))).unwrap_or_default();
    say(&format!(
        "\nKeep it now: it is not shown again. It may {}.{end}\n\
         Try it:  curl -H \"Authorization: Bearer $INLAY_TOKEN\" {public_url}/v1/customers\n\
         Revoke:  inlay token revoke {}",
        match scope {
            Scope::Read => "read",
            Scope::Write => "read and write",
        },
        api_token::Token::parse(&token).map_or("", |token| token.id)
    ));
    Ok(())
}

async fn list_all(pool: &PgPool, now: DateTime<Utc>) -> Result<(), CliError> {
    let tokens = list(pool).await.map_err(failed)?;
    if tokens.is_empty() {
        say("There are no tokens yet. Make one: inlay token create --name \"my backend\"");
        return Ok(());
    }
    println!("{:16}  {:5}  {:16}  {:16}  {:22}  NAME", "ID", "SCOPE", "CREATED (UTC)", "LAST USED", "STATE");
    for token in &tokens {
        println!(
            "{:16}  {:5}  {:16}  {:16}  {:22}  {}",
            token.id,
            token.scope,
            minute(token.created_at),
            token.last_used_at.map_or_else(|| "never".to_owned(), minute),
            state(token, now),
            token.name
        );
    }
    Ok(())
}

fn state(token: &ApiToken, now: DateTime<Utc>) -> String {
    match (token.revoked_at, token.expires_at) {
        (Some(_), _) => "revoked".to_owned(),
        (None, Some(end)) if end <= now => "expired".to_owned(),
        (None, Some(end)) => format!("ends {}", minute(end)),
        (None, None) => "active".to_owned(),
    }
}

async fn revoke_one(pool: &PgPool, given: &str) -> Result<(), CliError> {
    let id = api_token::Token::parse(given).map_or(given, |token| token.id);
    if revoke(pool, id).await.map_err(failed)? {
        say(&format!("{id} is refused from now on."));
        return Ok(());
    }
    // Not repeated: it might be a mistyped token.
    Err(CliError::new("no token has this id; `inlay token list` shows them"))
}

fn minute(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%d %H:%M").to_string()
}
