//! Placeholders in examples: `{customer_id}`, `{today}`.

use chrono::{DateTime, Datelike, Days, Months, SecondsFormat, TimeDelta, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What stands for each placeholder.
pub type Values = BTreeMap<&'static str, String>;

/// What the published document says in the place of each placeholder. Dates follow the clock, or an example would
/// not do what it says some months from now. A test puts ids of its own here.
pub fn samples(now: DateTime<Utc>) -> Values {
    let ids = [
        ("customer_id", "d7abd0cd-4ae9-4db7-8676-e986a4ebd8dc"),
        ("other_customer_id", "8deed800-1b7a-495d-a207-6c52bac54dc9"),
        ("billable_metric_id", "13117714-3f05-48e5-a6e9-a66093f13b4d"),
        ("product_id", "d6300dbb-882e-4d2d-8dec-5125d16b65d0"),
        ("plan_id", "0f4b3a48-7c5f-4d0e-9a53-2a1f8d6c1b7e"),
        ("customer_plan_id", "7aa11640-0703-4600-8eb9-293f535a6b74"),
        ("charge_id", "5d3fd4d8-60a1-4e69-9f4c-0f9b8e4a27d1"),
        ("added_charge_id", "0c9b1f52-3a63-4f6e-9f0a-71d2f1b0a7c4"),
        ("custom_credit_type_id", "e3f0a7b2-5d0c-4a47-8d3c-5b8a9f1c2d3e"),
        ("invoice_id", "6a37bb88-8538-48c5-b37b-a41c836328bd"),
        ("draft_invoice_id", "f3dc2b1a-57c8-4b6c-9c0d-3c9a1b2e4d5f"),
        ("void_invoice_id", "b7f4c1de-2a58-47d4-8f10-91c5de0e7a36"),
        ("usd_cents", "2714e483-4ff1-48e4-9e25-ac732e8f24f2"),
    ];
    ids.into_iter().map(|(name, id)| (name, id.to_owned())).chain(dates(now)).collect()
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
