//! From text to values, collecting every problem on the way.

use super::{ConfigError, DatabaseUrl, LogFormat, VARIABLES, Variable, table::TOOLS};
use crate::origins::origin;
use chrono::Duration;
use std::{collections::BTreeMap, ffi::OsString, net::SocketAddr, num::NonZeroU32, path::PathBuf};
use url::Url;

/// The variables of an environment that concern Inlay, and what was wrong with them.
pub(super) struct Source {
    values: BTreeMap<&'static str, String>,
    problems: Vec<String>,
}

impl Source {
    pub(super) fn new(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut source = Self { values: BTreeMap::new(), problems: Vec::new() };
        for (name, value) in environment {
            let (Some(name), value) = (name.to_str(), value.to_string_lossy()) else { continue };
            source.take(name, value.trim());
        }
        source
    }

    fn take(&mut self, name: &str, value: &str) {
        let by_file = name.strip_suffix("_FILE").and_then(known).filter(|variable| variable.secret);
        let variable = match (known(name), by_file) {
            (Some(variable), _) | (None, Some(variable)) => variable,
            (None, None) if name.starts_with("INLAY_") && !TOOLS.contains(&name) => {
                return self.problems.push(unknown(name));
            }
            (None, None) => return,
        };
        // An empty variable is an unset one: compose files and CI set them so.
        if value.is_empty() {
            return;
        }
        let value = if by_file.is_some() {
            match std::fs::read_to_string(value) {
                Ok(text) => text.trim().to_owned(),
                Err(error) => return self.problems.push(format!("{name}: cannot read {value}: {error}")),
            }
        } else {
            value.to_owned()
        };
        if self.values.insert(variable.name, value).is_some() {
            self.problems.push(format!("{0} and {0}_FILE are both set: choose one", variable.name));
        }
    }

    /// The value of a variable that may be unset.
    pub(super) fn optional<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.values.get(name).map(String::as_str).or_else(|| known(name)?.default)?;
        parse(text).map_err(|problem| self.problems.push(format!("{name}: {problem}"))).ok()
    }

    /// The value of a variable with a default. A value with a problem is replaced for now: `finish` fails anyway.
    pub(super) fn parse<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> T {
        if let Some(value) = self.optional(name, &parse) {
            return value;
        }
        let default = known(name).and_then(|variable| variable.default).unwrap_or_default();
        match parse(default) {
            Ok(value) => value,
            Err(problem) => unreachable!("the default of {name} is valid, as a test ensures: {problem}"),
        }
    }

    pub(super) fn finish(self) -> Result<(), ConfigError> {
        if self.problems.is_empty() { Ok(()) } else { Err(ConfigError(self.problems)) }
    }
}

fn known(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|variable| variable.name == name)
}

fn unknown(name: &str) -> String {
    let closest = VARIABLES.iter().map(|variable| (distance(name, variable.name), variable.name)).min();
    match closest {
        Some((distance, close)) if distance <= name.len() / 3 => {
            format!("{name} is not a variable of Inlay; did you mean {close}?")
        }
        _ => format!("{name} is not a variable of Inlay; `inlay serve --help` lists them"),
    }
}

/// How many letters to insert, delete or change to make one text from the other.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.bytes().enumerate() {
            let change = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| format!("\"{text}\" is not an address and port, such as 127.0.0.1:3000 or [::]:3000"))
}

pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    std::path::absolute(text).map_err(|error| format!("\"{text}\" is not a path: {error}"))
}

pub(super) fn user(text: &str) -> Result<String, String> {
    let is_name = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    is_name.then(|| text.to_owned()).ok_or_else(|| {
        format!("\"{text}\" is not the name of a user, of letters, digits, \"-\", \"_\" and \".\"")
    })
}

pub(super) fn connections(text: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|count| (4..=1000).contains(count))
        .ok_or_else(|| format!("\"{text}\" is not a whole number from 4 to 1000"))
}

/// Requests a second; `None`: as many as come.
pub(super) fn rate_limit(text: &str) -> Result<Option<NonZeroU32>, String> {
    if text == "off" {
        return Ok(None);
    }
    let rate = text.parse().ok().filter(|rate: &NonZeroU32| rate.get() <= 1_000_000);
    rate.map(Some).ok_or_else(|| format!("\"{text}\" is not a whole number from 1 to 1000000, or off"))
}

pub(super) fn proxies(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|count| (0..=9).contains(count));
    count.ok_or_else(|| format!("\"{text}\" is not a whole number from 0 to 9"))
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" | "true" | "1" => Ok(true),
        "off" | "false" | "0" => Ok(false),
        _ => Err(format!("\"{text}\" is not one of on, off")),
    }
}

/// Whether the role of readers is required.
pub(super) fn reader_role(text: &str) -> Result<bool, String> {
    match text {
        "auto" => Ok(false),
        "required" => Ok(true),
        _ => Err(format!("\"{text}\" is not one of auto, required")),
    }
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("\"{text}\" is not one of text, json")),
    }
}

pub(super) fn log_filter(text: &str) -> Result<String, String> {
    match tracing_subscriber::EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("\"{text}\" is not a log filter such as info or info,sqlx=debug: {error}")),
    }
}

/// The text is not repeated: it may hold a password.
pub(super) fn database_url(text: &str) -> Result<DatabaseUrl, String> {
    match text.parse::<sqlx::postgres::PgConnectOptions>() {
        Ok(_) if text.starts_with("postgres://") || text.starts_with("postgresql://") => {
            Ok(DatabaseUrl(text.to_owned()))
        }
        _ => Err("is not of the form postgres://user:password@host:5432/name".to_owned()),
    }
}

pub(super) fn public_url(text: &str) -> Result<String, String> {
    let problem = || format!("\"{text}\" is not a URL such as https://billing.example.com, without query");
    let url = Url::parse(text).map_err(|_| problem())?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty();
    if plain { Ok(text.trim_end_matches('/').to_owned()) } else { Err(problem()) }
}

/// What the head of an invoice has room for: letters of a text, and lines of an address.
const COMPANY_TEXT: usize = 160;
const ADDRESS_LINES: usize = 6;

/// A text as it is printed on invoices.
pub(super) fn company_text(text: &str) -> Result<String, String> {
    if text.chars().any(char::is_control) {
        return Err("has characters that cannot be printed".to_owned());
    }
    match text.chars().count() {
        length if length > COMPANY_TEXT => Err(format!("has {length} characters, more than {COMPANY_TEXT}")),
        _ => Ok(text.to_owned()),
    }
}

/// The lines of an address, which semicolons or line breaks separate.
pub(super) fn company_address(text: &str) -> Result<Vec<String>, String> {
    let lines = text.split([';', '\n']).map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<String> = lines.map(company_text).collect::<Result<_, _>>()?;
    match lines.len() {
        count if count > ADDRESS_LINES => Err(format!("has {count} lines, more than {ADDRESS_LINES}")),
        _ => Ok(lines),
    }
}

/// Origins as `frame-ancestors` takes them; a host may begin with `*.`.
pub(super) fn origins(text: &str) -> Result<Vec<String>, String> {
    let entries = text.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty());
    entries.map(|entry| if entry == "*" { Ok(entry.to_owned()) } else { origin(entry) }).collect()
}

pub(super) fn embed_ttl(text: &str) -> Result<Duration, String> {
    let ttl = duration(text)?;
    if ttl < Duration::seconds(10) || ttl > Duration::hours(24) {
        return Err(format!("\"{text}\" is not between 10s and 24h"));
    }
    Ok(ttl)
}

/// At most the time that supervisors wait for.
pub(super) fn stop_delay(text: &str) -> Result<std::time::Duration, String> {
    let delay = duration(text)?.to_std().map_err(|error| error.to_string())?;
    let longest = std::time::Duration::from_secs(300);
    if delay > longest { Err(format!("\"{text}\" is more than 5m")) } else { Ok(delay) }
}

/// A whole number and its unit: `90s`, `15m`, `24h`, `7d`.
///
/// # Errors
/// Names the text.
pub fn duration(text: &str) -> Result<Duration, String> {
    let problem = || format!("\"{text}\" is not a duration such as 90s, 15m, 24h or 7d, of at most 366d");
    let unit = text.chars().last().ok_or_else(problem)?;
    let number: i64 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| problem())?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(problem()),
    };
    number
        .checked_mul(seconds)
        .filter(|total| (0..=366 * 86_400).contains(total))
        .map(Duration::seconds)
        .ok_or_else(problem)
}
