//! Placeholders in examples: `{customer_id}`, `{today}`.

use super::ids::IDS;
use chrono::{DateTime, Datelike, Days, Months, SecondsFormat, TimeDelta, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What stands for each placeholder.
pub type Values = BTreeMap<&'static str, String>;

/// What the published document says in the place of each placeholder. Dates follow the clock, or an example would
/// not do what it says some months from now. A test puts ids of its own here.
pub fn samples(now: DateTime<Utc>) -> Values {
    let ids = IDS.iter().copied().flatten().map(|(name, id)| (*name, (*id).to_owned()));
    ids.chain(dates(now)).collect()
}

/// The same, and the server's own address for `{server}`.
pub fn values(server: &str, now: DateTime<Utc>) -> Values {
    let mut values = samples(now);
    values.insert("server", server.to_owned());
    values
}

/// The placeholders that are dates, each at midnight UTC but `{hour_ago}`.
fn dates(now: DateTime<Utc>) -> impl Iterator<Item = (&'static str, String)> {
    let today = now.date_naive();
    let month = today.with_day(1).unwrap_or(today);
    let midnights = [
        ("today", today),
        ("tomorrow", today + Days::new(1)),
        ("yesterday", today - Days::new(1)),
        ("week_ago", today - Days::new(7)),
        ("this_month", month),
        ("last_month", month - Months::new(1)),
        ("next_month", month + Months::new(1)),
    ];
    let hour_ago = (now - TimeDelta::hours(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
    let days = midnights.into_iter().map(|(name, day)| (name, format!("{day}T00:00:00Z")));
    let transaction = Uuid::new_v5(&Uuid::NAMESPACE_OID, hour_ago.as_bytes()).to_string();
    days.chain([("hour_ago", hour_ago), ("transaction_id", transaction)])
}

/// A text with its placeholders filled in; one that is not known stays as it is.
pub fn fill(text: &str, values: &Values) -> String {
    let mut filled = text.to_owned();
    for (name, value) in values {
        filled = filled.replace(&format!("{{{name}}}"), value);
    }
    filled
}
