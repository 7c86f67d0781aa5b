//! The table of variables: what each is called, means, and is when unset.

use std::fmt::Write;

/// One variable of the environment.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// The name in the environment.
    pub name: &'static str,
    /// The value that holds where it is unset; `None` where `doc` says what then happens.
    pub default: Option<&'static str>,
    /// What it means, one or two sentences.
    pub doc: &'static str,
    /// Whether it may be given as a file: `<name>_FILE`.
    pub secret: bool,
}

const fn variable(name: &'static str, default: Option<&'static str>, doc: &'static str) -> Variable {
    Variable { name, default, doc, secret: false }
}

const fn secret(name: &'static str, doc: &'static str) -> Variable {
    Variable { name, default: None, doc, secret: true }
}

/// Every variable that Inlay reads.
pub const VARIABLES: &[Variable] = &[
    variable("INLAY_LISTEN", Some("127.0.0.1:3000"), "Address and port to listen on."),
    variable(
        "INLAY_OPS_LISTEN",
        None,
        "Address and port for operators, such as `127.0.0.1:9464`: `/metrics` for Prometheus, `/healthz` and `/readyz`, \
         without a token. Unset: `/metrics` is not served.",
    ),
    variable(
        "INLAY_STOP_DELAY",
        Some("5s"),
        "How long after SIGTERM requests are still taken while `/readyz` answers 503, so that balancers send no more of \
         them; at most `5m`.",
    ),
    variable(
        "INLAY_PUBLIC_URL",
        None,
        "Where readers' browsers reach this server, such as `https://billing.example.com`; embeddable URLs begin with \
         it. It may have a path, which a proxy takes away. Unset: `http://` and the listen address.",
    ),
    secret(
        "INLAY_SIGNING_KEYS",
        "Keys that sign embeddable URLs, `kid:base64` separated by commas, each of at least 32 random bytes. The first \
         signs, all verify: put a new one in front to rotate. Required but for `demo`.",
    ),
    variable(
        "INLAY_ALLOWED_ORIGINS",
        None,
        "Origins whose pages may frame the dashboards, separated by commas: `https://app.example.com`, \
         `https://*.example.com`; beside those that `inlay origin` adds. Without any, only pages of this server may; \
         `*`: everybody.",
    ),
    variable("INLAY_EMBED_TTL", Some("15m"), "How long an embeddable URL can be opened, at most `24h`."),
    variable(
        "INLAY_GRACE_PERIOD",
        Some("24h"),
        "How long after the end of a billing period late events are taken before its invoice is finalized; for a \
         period that was over when its plan was added, how long after that.",
    ),
    variable(
        "INLAY_COMPANY_NAME",
        None,
        "Who bills: a name of at most 160 characters, which invoices show. Unset: they do not say it.",
    ),
    variable(
        "INLAY_COMPANY_ADDRESS",
        None,
        "Its address on PDFs: at most 6 lines, separated by semicolons, such as `1 Main Street; Springfield, IL 62701`.",
    ),
    variable(
        "INLAY_COMPANY_TAX_ID",
        None,
        "Its number for taxes on PDFs, as it is to be printed, such as `VAT DE123456789`.",
    ),
    variable(
        "INLAY_RATE_LIMIT",
        Some("1000"),
        "Requests a second that a server takes of each API token, and twice as many at once; then it answers 429. `off`: \
         as many as come.",
    ),
    variable(
        "INLAY_PROXIES",
        Some("0"),
        "How many proxies stand in front, each of which adds to `x-forwarded-for` whom it heard: where a request comes \
         from, for the audit log and for failed tries with API tokens.",
    ),
    secret(
        "DATABASE_URL",
        "The Postgres database, `postgres://user:password@host/name`. Unset: Inlay runs a Postgres of its own.",
    ),
    variable(
        "INLAY_DATABASE_CONNECTIONS",
        Some("20"),
        "Most connections to the database at a time, from 4 to 1000. Two fifths of them are for pages and session \
         tokens, one notes their sessions, the others are for the API, ingest and jobs.",
    ),
    variable(
        "INLAY_READER_ROLE",
        Some("auto"),
        "`auto`: readers read as the role `inlay_reader`, which the database binds to the rows of their customer; \
         where it cannot be made, with a warning, as everybody else. `required`: then the server does not start.",
    ),
    variable(
        "INLAY_DATA_DIR",
        None,
        "Where an own Postgres keeps its data. Unset: `inlay` in the platform's data folder; `/var/lib/inlay` as root.",
    ),
    variable(
        "INLAY_POSTGRES_BIN",
        None,
        "Folder with the programs `postgres` and `initdb`, when they are in none of the usual places.",
    ),
    variable(
        "INLAY_POSTGRES_USER",
        None,
        "As root: the user of this machine that an own Postgres runs as. Unset: `inlay`, else `postgres`; the demo \
         makes do with `nobody`.",
    ),
    variable(
        "INLAY_LOG",
        Some("info"),
        "What is logged: `error`, `warn`, `info`, `debug`, or by module, `info,sqlx=debug`.",
    ),
    variable("INLAY_LOG_FORMAT", Some("text"), "`text` for people, `json` for log collectors."),
    variable(
        "INLAY_STYLEGUIDE",
        Some("off"),
        "`on` serves `/styleguide`, where the colors of the dashboards can be tried; the demo always does.",
    ),
    variable("INLAY_PORTAL_LISTEN", Some("127.0.0.1:3001"), "`demo` only: address of the sample portal."),
    variable(
        "INLAY_DEMO_INFO",
        None,
        "`demo` only: a file to which it writes its URLs and API token as JSON once it is ready.",
    ),
];

/// Names with our prefix that steer building and testing. They may be set around the server, which does not read them.
pub(super) const TOOLS: [&str; 5] =
    ["INLAY_BIN", "INLAY_SITE", "INLAY_TOKEN", "INLAY_TRYOUT_CSV", "INLAY_URL"];

/// The table as Markdown, for `docs/operations.md`.
pub fn markdown() -> String {
    let mut text = String::from("| Variable | Default | Meaning |\n| --- | --- | --- |\n");
    for variable in VARIABLES {
        let Variable { name, doc, .. } = variable;
        let default = variable.default.map(|value| format!("`{value}`")).unwrap_or_default();
        let file = if variable.secret { format!(", `{name}_FILE`") } else { String::new() };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{name}`{file} | {default} | {doc} |");
    }
    text
}

/// The table as a file of variables, for `.env.example`: each commented out, with its default.
pub fn env_example() -> String {
    let mut text = String::from(
        "# Every variable that Inlay reads, with its default. Made from server/src/config/table.rs.\n\
         # Inlay reads its environment and no file. A shell takes this one by: set -a; . ./.env; set +a\n",
    );
    for variable in VARIABLES {
        text.push('\n');
        for line in wrap(variable.doc, 118) {
            let _ = writeln!(text, "# {line}");
        }
        if variable.secret {
            let _ = writeln!(text, "# {}_FILE names a file that holds it.", variable.name);
        }
        let _ = writeln!(text, "#{}={}", variable.name, variable.default.unwrap_or_default());
    }
    text
}

/// The table for `--help`.
pub fn help() -> String {
    let mut text = String::from("Configuration, by environment:\n");
    for variable in VARIABLES {
        let default = variable.default.map(|value| format!(" [default: {value}]")).unwrap_or_default();
        let file = if variable.secret { format!(" (or {}_FILE)", variable.name) } else { String::new() };
        let _ = write!(text, "\n  {}{file}{default}\n", variable.name);
        for line in wrap(&variable.doc.replace('`', ""), 92) {
            let _ = writeln!(text, "      {line}");
        }
    }
    text
}

/// Breaks a text between words.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
