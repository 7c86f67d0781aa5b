//! The command line: commands, arguments and help texts.

mod audit;
mod health;
mod invoice;
mod migrate;
mod notify;
mod origin;
mod output;
mod run;
mod token;

pub use run::run;

use crate::{config, demo::DemoOptions};
use clap::{Args, Parser, Subcommand, ValueEnum};
use uuid::Uuid;

/// Usage billing with dashboards to embed.
#[derive(Debug, Parser)]
#[command(
    name = "inlay",
    version,
    arg_required_else_help = true,
    after_help = "Begin here:\n  \
                  inlay demo            a sample company to look at\n  \
                  inlay serve --help    how to run it for yourself, and every variable of the configuration"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer API requests and embed pages
    ///
    /// Without DATABASE_URL, Inlay runs a PostgreSQL of its own and keeps its schema up to date. With it, run
    /// `inlay migrate` first. Ctrl-C lets requests in flight end, then stops; SIGTERM, INLAY_STOP_DELAY after /readyz
    /// says so.
    ///
    /// Example:
    ///   export INLAY_SIGNING_KEYS="key1:$(openssl rand -base64 32)"
    ///   inlay token create --name "my backend"
    ///   inlay serve
    #[command(verbatim_doc_comment, after_long_help = config::help())]
    Serve,
    /// Show a sample company, to look at and to try the API on
    ///
    /// Makes customers, plans, 100 days of usage and invoices, serves them together with a sample portal that embeds
    /// the dashboards, and prints what to open. Needs no configuration; heeds that of `inlay serve`. Its data are in
    /// the folder `demo` below Inlay's data folder, or in INLAY_DATA_DIR; the portal is at INLAY_PORTAL_LISTEN
    /// [default: 127.0.0.1:3001]. Ctrl-C stops it; the next start goes on with the same data.
    ///
    /// Example:
    ///   inlay demo
    ///   INLAY_LISTEN=127.0.0.1:8000 INLAY_PORTAL_LISTEN=127.0.0.1:8001 inlay demo
    #[command(verbatim_doc_comment)]
    Demo(DemoArguments),
    /// Bring the schema of the database up to date
    ///
    /// Needed after an update when DATABASE_URL is set; safe to run at any time, beside running servers, and from
    /// several places at once. Also makes the role inlay_reader, by which the database binds readers to the rows of
    /// their customer, or says what an administrator has to run for it.
    ///
    /// Example:
    ///   DATABASE_URL=postgres://inlay@db.internal/inlay inlay migrate
    ///   inlay migrate --check
    #[command(verbatim_doc_comment)]
    Migrate(MigrateArguments),
    /// Make, list and revoke API tokens
    ///
    /// An API token is what your backend sends with each call: `Authorization: Bearer inlay_…`. Only a hash of it is
    /// stored. These commands also run beside a server.
    ///
    /// Example:
    ///   inlay token create --name "my backend"
    ///   inlay token list
    #[command(verbatim_doc_comment, subcommand)]
    Token(TokenCommand),
    /// Allow, list and remove origins whose pages may frame the dashboards
    ///
    /// They are beside those of INLAY_ALLOWED_ORIGINS. These commands also run beside a server, which knows a change
    /// within two seconds.
    ///
    /// Example:
    ///   inlay origin add https://app.example.com
    ///   inlay origin refused
    #[command(verbatim_doc_comment, subcommand)]
    Origin(OriginCommand),
    /// Look after stored invoices
    ///
    /// Example:
    ///   inlay invoice check
    #[command(verbatim_doc_comment, subcommand)]
    Invoice(InvoiceCommand),
    /// Print the audit log: who was given access to customers' data, and who took what
    ///
    /// A line for every embeddable URL made, page opened by one, session renewed, page refused, sessions revoked, allowed
    /// origin added or removed, PDF and CSV taken, and API token made or revoked, oldest first. Nobody can change or
    /// remove one. The same is at GET /v1/auditLogs.
    ///
    /// Example:
    ///   inlay audit --since 7d
    ///   inlay audit --customer d7abd0cd-4ae9-4db7-8676-e986a4ebd8dc --json
    #[command(verbatim_doc_comment)]
    Audit(Audit),
    /// Ask the server on this machine whether it is ready; exits with 0 if so, else with 1
    ///
    /// For containers and supervisors. Asks GET /readyz at INLAY_LISTEN.
    ///
    /// Example, in a Dockerfile:
    ///   HEALTHCHECK CMD ["inlay", "healthcheck"]
    #[command(verbatim_doc_comment)]
    Healthcheck,
    /// Print the description of the API, an OpenAPI 3.1 document
    ///
    /// The same that a running server answers at /openapi.json. Needs no database.
    ///
    /// Example:
    ///   inlay openapi > openapi.json
    #[command(verbatim_doc_comment)]
    Openapi,
}

/// How to show the demo.
#[derive(Args, Debug)]
pub struct DemoArguments {
    /// Let the portal's page load itself again when a new server answers; `cargo xtask dev` says this
    #[cfg(debug_assertions)]
    #[arg(long)]
    pub reload: bool,
}

impl DemoArguments {
    fn options(&self) -> DemoOptions {
        DemoOptions {
            #[cfg(debug_assertions)]
            reload: self.reload,
        }
    }
}

/// How to bring a schema up to date.
#[derive(Args, Debug)]
pub struct MigrateArguments {
    /// Change nothing: list the migrations that DATABASE_URL lacks, and exit with 1 if it lacks any
    #[arg(long)]
    pub check: bool,
}

/// What to do with API tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it, this once
    ///
    /// The token goes to standard output, all else to standard error.
    ///
    /// Example:
    ///   INLAY_TOKEN=$(inlay token create --name "my backend")
    ///   inlay token create --name reporting --scope read --expires 90d
    #[command(verbatim_doc_comment)]
    Create(CreateToken),
    /// List the tokens: id, name, scope, and when each was made, last used and ends
    ///
    /// Times are UTC. Revoked and expired tokens are listed too, and never the secret of one.
    ///
    /// Example:
    ///   inlay token list
    #[command(verbatim_doc_comment)]
    List,
    /// Refuse a token from now on, for good
    ///
    /// Embeddable URLs that it made go on working until they end: they are signed by INLAY_SIGNING_KEYS.
    ///
    /// Example:
    ///   inlay token list
    ///   inlay token revoke 4fJ0qQzY7mX2bN1c
    #[command(verbatim_doc_comment)]
    Revoke {
        /// The id that `inlay token list` shows; the whole token will do as well
        id: String,
    },
}

/// What to do with allowed origins.
#[derive(Debug, Subcommand)]
pub enum OriginCommand {
    /// Let pages of an origin frame the dashboards
    ///
    /// A wildcard stands for every host below its domain, and is refused where these belong to different people.
    ///
    /// Example:
    ///   inlay origin add https://app.example.com
    ///   inlay origin add "https://*.example.com"
    ///   inlay origin add http://localhost:3000
    #[command(verbatim_doc_comment)]
    Add {
        /// The origin, as in the address bar: scheme, host and port
        origin: String,
    },
    /// List the allowed origins, also those of INLAY_ALLOWED_ORIGINS
    ///
    /// Example:
    ///   inlay origin list
    #[command(verbatim_doc_comment)]
    List,
    /// Let pages of an origin frame the dashboards no more
    ///
    /// Pages that are open go on until they load anew.
    ///
    /// Example:
    ///   inlay origin remove https://app.example.com
    #[command(verbatim_doc_comment)]
    Remove {
        /// The origin, as `inlay origin list` shows it
        origin: String,
    },
    /// List frames that browsers refused in the last 90 days, with the entry that would admit each
    ///
    /// Example:
    ///   inlay origin refused
    #[command(verbatim_doc_comment)]
    Refused,
}

/// What to do with stored invoices.
#[derive(Debug, Subcommand)]
pub enum InvoiceCommand {
    /// Read every stored invoice, and list those whose document is damaged; exits with 1 if there are any
    ///
    /// A damaged invoice is still listed, with `is_damaged` and without amounts. To repair it, void and regenerate it:
    /// the new one is made from usage and prices as they are now. This changes nothing, and runs beside a server.
    ///
    /// Example:
    ///   inlay invoice check
    ///   curl -H "Authorization: Bearer $INLAY_TOKEN" $INLAY_URL/v1/invoices/void -d '{"id": "…"}'
    ///   curl -H "Authorization: Bearer $INLAY_TOKEN" $INLAY_URL/v1/invoices/regenerate -d '{"id": "…"}'
    #[command(verbatim_doc_comment)]
    Check,
}

/// What of the audit log to print.
#[derive(Args, Debug)]
pub struct Audit {
    /// What was done since a time ago such as 7d or 12h, at most 366d, or since the start of a day (UTC) such as 2026-01-31;
    /// unless given, all
    #[arg(long, value_parser = token::expiry)]
    pub since: Option<token::Expiry>,
    /// What was about this customer, by its id, and about its invoices
    #[arg(long)]
    pub customer: Option<Uuid>,
    /// As JSON, a row a line
    #[arg(long)]
    pub json: bool,
}

/// How to make a token.
#[derive(Args, Debug)]
pub struct CreateToken {
    /// What it is for, so that you know it again in the list: 1 to 160 characters
    #[arg(long, value_parser = token::name)]
    pub name: String,
    /// What it may do
    #[arg(long, value_enum, default_value_t = ScopeArgument::Write)]
    pub scope: ScopeArgument,
    /// When it ends: after a time such as 90d or 12h, at most 366d, or at the start of a day (UTC) such as 2030-01-31;
    /// unless given, never
    #[arg(long, value_parser = token::expiry)]
    pub expires: Option<token::Expiry>,
}

/// What a token may do.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ScopeArgument {
    /// Read, and make embeddable URLs
    Read,
    /// Everything
    Write,
}
