//! Configuration by environment: one table of variables, of which the parser, `--help`, `docs/operations.md` and
//! `.env.example` are made.

mod keys;
mod parse;
mod settings;
mod table;

pub use keys::check_key;
pub use parse::duration;
pub use settings::{Company, Settings};
pub use table::{VARIABLES, Variable, env_example, help, markdown};

use parse::Source;
use std::{ffi::OsString, fmt, net::SocketAddr, path::PathBuf, time::Duration};

/// What an operator decides, parsed and checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Where it answers operators; `None`: nowhere.
    pub ops_listen: Option<SocketAddr>,
    /// How long `/readyz` says that the server stops before it does, after SIGTERM.
    pub stop_delay: Duration,
    /// What requests depend on.
    pub settings: Settings,
    /// `(kid, secret)`; the first signs, all verify. Empty when none were given: only `demo` may then start.
    pub signing_keys: SigningKeys,
    /// What is logged: a `tracing` filter.
    pub log: String,
    /// How a log line is written.
    pub log_format: LogFormat,
    /// Where an own Postgres keeps its data; `None`: the platform's data folder.
    pub data_dir: Option<PathBuf>,
    /// A folder with `postgres` and `initdb`, tried first.
    pub postgres_bin: Option<PathBuf>,
    /// The user that an own Postgres runs as when Inlay is root.
    pub postgres_user: Option<String>,
    /// The database; `None`: Inlay runs its own Postgres.
    pub database_url: Option<DatabaseUrl>,
    /// Connections to the database, of readers and of all else together.
    pub database_connections: u32,
    /// Whether the server does not start where the database cannot bind readers to their customers.
    pub reader_role_required: bool,
    /// Where the demo's sample portal listens.
    pub portal_listen: SocketAddr,
    /// Where the demo writes what it printed, as JSON.
    pub demo_info: Option<PathBuf>,
}

/// How a log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For collectors: one JSON object a line.
    Json,
}

/// Pairs of `kid` and secret. Never printed.
#[derive(Clone, Default)]
pub struct SigningKeys(pub Vec<(String, Vec<u8>)>);

/// A connection string. Never printed: it may hold a password.
#[derive(Clone)]
pub struct DatabaseUrl(pub String);

/// Everything that is wrong with the configuration, one sentence each.
#[derive(Debug, thiserror::Error)]
#[error("the configuration is not valid:\n  - {}", .0.join("\n  - "))]
pub struct ConfigError(pub Vec<String>);

impl Config {
    /// Reads the variables of an environment, all of them: a misspelt `INLAY_` name is an error, not a default.
    ///
    /// # Errors
    /// Lists every problem at once.
    pub fn from_env(
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let mut source = Source::new(environment);
        let listen = source.parse("INLAY_LISTEN", parse::address);
        let config = Self {
            settings: Settings {
                public_url: source
                    .optional("INLAY_PUBLIC_URL", parse::public_url)
                    .unwrap_or_else(|| format!("http://{}", reachable(listen))),
                allowed_origins: source.optional("INLAY_ALLOWED_ORIGINS", parse::origins).unwrap_or_default(),
                embed_ttl: source.parse("INLAY_EMBED_TTL", parse::embed_ttl),
                grace_period: source.parse("INLAY_GRACE_PERIOD", parse::duration),
                rate_limit: source.parse("INLAY_RATE_LIMIT", parse::rate_limit),
                proxies: source.parse("INLAY_PROXIES", parse::proxies),
                styleguide: source.parse("INLAY_STYLEGUIDE", parse::switch),
                company: Company {
                    name: source.optional("INLAY_COMPANY_NAME", parse::company_text),
                    address: source
                        .optional("INLAY_COMPANY_ADDRESS", parse::company_address)
                        .unwrap_or_default(),
                    tax_id: source.optional("INLAY_COMPANY_TAX_ID", parse::company_text),
                },
            },
            listen,
            ops_listen: source.optional("INLAY_OPS_LISTEN", parse::address),
            stop_delay: source.parse("INLAY_STOP_DELAY", parse::stop_delay),
            signing_keys: SigningKeys(source.optional("INLAY_SIGNING_KEYS", keys::parse).unwrap_or_default()),
            log: source.parse("INLAY_LOG", parse::log_filter),
            log_format: source.parse("INLAY_LOG_FORMAT", parse::log_format),
            data_dir: source.optional("INLAY_DATA_DIR", parse::path),
            postgres_bin: source.optional("INLAY_POSTGRES_BIN", parse::path),
            postgres_user: source.optional("INLAY_POSTGRES_USER", parse::user),
            database_url: source.optional("DATABASE_URL", parse::database_url),
            database_connections: source.parse("INLAY_DATABASE_CONNECTIONS", parse::connections),
            reader_role_required: source.parse("INLAY_READER_ROLE", parse::reader_role),
            portal_listen: source.parse("INLAY_PORTAL_LISTEN", parse::address),
            demo_info: source.optional("INLAY_DEMO_INFO", parse::path),
        };
        source.finish()?;
        Ok(config)
    }

    /// The configuration of this process.
    ///
    /// # Errors
    /// As [`Config::from_env`].
    pub fn from_process() -> Result<Self, ConfigError> {
        Self::from_env(std::env::vars_os())
    }

    /// Signing keys are needed by everything but the demo, which makes its own.
    ///
    /// # Errors
    /// Says how to make one.
    pub fn require_signing_keys(&self) -> Result<(), ConfigError> {
        if !self.signing_keys.0.is_empty() {
            return Ok(());
        }
        Err(ConfigError(vec![format!(
            "INLAY_SIGNING_KEYS is not set: it signs the embeddable URLs. Make one and keep it: {}",
            keys::HOW_TO_MAKE_ONE
        )]))
    }
}

/// An address under which a listener can be reached from this machine.
pub fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        std::net::IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
        std::net::IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, listen.port())
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.0.iter().map(|(kid, _)| kid)).finish()
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DatabaseUrl(…)")
    }
}
