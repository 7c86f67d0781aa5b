//! What goes into the audit log, in whose name and in which words.
//!
//! What an API token or a command does, and every file, is in the log before it is answered. A page does not wait for its
//! row, nor does one that was refused: these are added at once, beside the answer.

use crate::{
    AppState, Result,
    auth::{CustomerAccess, Operator},
    db::audit_log::{self, Action, Actor, AuditEntry},
    embed_url::{Grant, Session, Signed},
    error::chain,
};
use app::embed::{DashboardConfig, ViewerScope};
use uuid::Uuid;

/// Who reads by a URL.
pub fn reader(viewer: &ViewerScope) -> Actor {
    match &viewer.id {
        Some(id) => Actor::Viewer { id: id.clone(), name: viewer.name.clone() },
        None => Actor::Reader,
    }
}

/// Who calls by an API token.
pub fn operator(operator: &Operator) -> Actor {
    Actor::Token(operator.token_id.clone())
}

/// Logs a URL before it is answered.
///
/// # Errors
/// When the database refuses: there is no URL without its row.
pub async fn url_made(state: &AppState, actor: Actor, grant: &Grant, signed: &Signed) -> Result<()> {
    let viewer = match (&grant.config.viewer.id, &grant.config.viewer.name) {
        (Some(id), Some(name)) => format!(" for {id} ({name})"),
        (Some(id), None) => format!(" for {id}"),
        (None, _) => String::new(),
    };
    let times = if grant.config.rules.single_use { ", for one load" } else { "" };
    let description = format!(
        "An embeddable URL of the {}{viewer}{times}, good until {}, with the id {}.",
        shown(&grant.config),
        signed.expires_at.to_rfc3339(),
        signed.id
    );
    audit_log::add(&state.pool, of_customer(Action::CreateUrl, actor, grant.customer_id, description)).await
}

/// Logs a file before it is answered.
///
/// # Errors
/// When the database refuses: there is no file without its row.
pub async fn file_taken(
    state: &AppState,
    action: Action,
    actor: Actor,
    access: CustomerAccess,
    invoice_id: Uuid,
) -> Result<()> {
    let format = if action == Action::RetrievePdf { "PDF" } else { "CSV" };
    let description = format!("The invoice as {format}.");
    let entry = AuditEntry::of_invoice(action, actor, access, invoice_id, description);
    audit_log::add(&state.pool, entry).await
}

/// Logs the usage of a dashboard as a file before it is answered.
///
/// # Errors
/// As [`file_taken`].
pub async fn usage_taken(state: &AppState, actor: Actor, access: CustomerAccess) -> Result<()> {
    let description = "The usage of the dashboard as CSV.".to_owned();
    audit_log::add(&state.pool, AuditEntry::of_customer(Action::RetrieveUsageCsv, actor, access, description))
        .await
}

/// Logs that a page was opened by its URL.
pub fn opened(state: &AppState, session: &Session) {
    let Session { grant, id, .. } = session;
    let description = format!("The {} was opened by its URL, as the session {id}.", shown(&grant.config));
    note(state, of_reader(Action::OpenDashboard, grant, description));
}

/// Logs that an open page goes on: with its session, or by another URL with that of the URL.
pub fn renewed(state: &AppState, session: &Session) {
    let Session { grant, id, .. } = session;
    let description = format!("The {} goes on, with the session {id}.", shown(&grant.config));
    note(state, of_reader(Action::RenewSession, grant, description));
}

/// Logs that an open page does not go on, though a token of this server asks for it.
pub fn not_renewed(state: &AppState, session: &Session, reason: &str) {
    let grant = &session.grant;
    let description = format!("The {} was refused another session: {reason}.", shown(&grant.config));
    note(state, of_reader(Action::RefuseDashboard, grant, description));
}

/// Logs that a page was refused to a token that this server signed. What it did not sign names nobody, and may come from
/// anywhere in any number: that is in the server's log alone.
pub fn refused(state: &AppState, token: &str, reason: &str) {
    if let Some(grant) = state.keys.grant(token) {
        let description = format!("The {} was refused: {reason}.", shown(&grant.config));
        note(state, of_reader(Action::RefuseDashboard, &grant, description));
    }
}

fn of_reader(action: Action, grant: &Grant, description: String) -> AuditEntry {
    of_customer(action, reader(&grant.config.viewer), grant.customer_id, description)
}

fn of_customer(action: Action, actor: Actor, customer_id: Uuid, description: String) -> AuditEntry {
    AuditEntry::new(action, actor, Some(customer_id), customer_id.to_string(), description)
}

/// What a URL shows: `usage dashboard, without amounts, of 2 metrics, filtered by team`.
fn shown(config: &DashboardConfig) -> String {
    let ViewerScope { id: _, name: _, hide_amounts, metrics, filters } = &config.viewer;
    let mut parts = vec![format!("{} dashboard", config.dashboard.as_str())];
    parts.extend(hide_amounts.then(|| "without amounts".to_owned()));
    parts.extend(metrics.as_ref().map(|metrics| match metrics.len() {
        1 => "of 1 metric".to_owned(),
        count => format!("of {count} metrics"),
    }));
    if !filters.is_empty() {
        let names: Vec<&str> = filters.keys().map(String::as_str).collect();
        parts.push(format!("filtered by {}", names.join(", ")));
    }
    parts.join(", ")
}

/// Adds a row that nobody waits for. One that could not be added is in the server's log.
fn note(state: &AppState, entry: AuditEntry) {
    let pool = state.pool.clone();
    tokio::spawn(async move {
        if let Err(error) = audit_log::add(&pool, entry.clone()).await {
            tracing::error!(?entry, error = %chain(&error), "a row of the audit log could not be added");
        }
    });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_a_url_shows_is_said_in_words() {
        for (config, expected) in [
            (r#"{"d":"usage"}"#, "usage dashboard"),
            (r#"{"d":"invoices","w":{"i":"a","h":true}}"#, "invoices dashboard, without amounts"),
            (
                r#"{"d":"usage","w":{"m":["00000000-0000-0000-0000-000000000000"],"f":{"team":["a"],"zone":["b"]}}}"#,
                "usage dashboard, of 1 metric, filtered by team, zone",
            ),
        ] {
            assert_eq!(shown(&serde_json::from_str(config).unwrap()), expected);
        }
    }
}
