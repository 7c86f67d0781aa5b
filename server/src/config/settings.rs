//! The part of the configuration that requests depend on.

use chrono::Duration;
use std::num::NonZeroU32;

/// The part of the configuration that requests depend on.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where readers' browsers reach this server, without a trailing slash: `https://billing.example.com`.
    pub public_url: String,
    /// Origins that may frame the dashboards, beside those of the database.
    pub allowed_origins: Vec<String>,
    /// How long an embeddable URL can be opened.
    pub embed_ttl: Duration,
    /// How long after the end of a period late events are taken before its invoice is finalized.
    pub grace_period: Duration,
    /// Requests a second for each API token; `None`: as many as come.
    pub rate_limit: Option<NonZeroU32>,
    /// Proxies in front, each of which adds to `x-forwarded-for` whom it heard.
    pub proxies: usize,
    /// Whether `/styleguide` is served.
    pub styleguide: bool,
    /// Who bills, as invoices say it.
    pub company: Company,
}

/// Who bills. What is not given is not said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Company {
    /// Its name.
    pub name: Option<String>,
    /// Its address, line by line.
    pub address: Vec<String>,
    /// Its number for taxes, as it is printed: `VAT DE123456789`.
    pub tax_id: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:3000".to_owned(),
            allowed_origins: Vec::new(),
            embed_ttl: Duration::minutes(15),
            grace_period: Duration::hours(24),
            rate_limit: None,
            proxies: 0,
            styleguide: false,
            company: Company::default(),
        }
    }
}
