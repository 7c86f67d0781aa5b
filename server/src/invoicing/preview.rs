//! Drafts as they would be with further events, or with other events.

use super::{
    Billing,
    draft::{self, Draft},
};
use crate::{
    Error, Result,
    auth::{CustomerAccess, no_such_customer},
    db,
    metering::{Event, Sums},
    rating,
};
use app::billing::Invoice;
use std::collections::HashSet;
use uuid::Uuid;

/// Whether the events of a preview are added to the customer's own or replace them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PreviewMode {
    /// As if there were no others.
    #[default]
    Replace,
    /// Added to those there are.
    Merge,
}

/// The customer's drafts as they would be with these events, of which those of one id count once. Nothing is stored: the
/// sums are written in a transaction that is rolled back, so that every kind of metric adds up as it does for real.
///
/// # Errors
/// 404 for an unknown customer; 400 for an event that could not be billed as it is.
pub async fn preview(
    billing: Billing<'_>,
    access: CustomerAccess,
    events: &[Event],
    mode: PreviewMode,
) -> Result<Vec<Invoice>> {
    let Billing { pool, now, grace } = billing;
    let terms = db::terms::unbilled(pool, access, false, now).await?.ok_or_else(no_such_customer)?;
    let drafts: Vec<Draft<'_>> = draft::drafts(&terms, now).collect();
    let ids: Vec<Uuid> = draft::measures(terms.iter()).iter().map(|one| one.billable_metric_id).collect();
    let metrics = db::usage::definitions(pool, Some(&ids)).await?;
    let mut sums = Sums::default();
    let mut seen = HashSet::new();
    for (index, event) in events.iter().enumerate() {
        if seen.insert(event.transaction_id.as_str()) {
            let added = sums.add(&metrics, event);
            added.map_err(|oversized| Error::BadRequest(format!("events[{index}].{oversized}")))?;
        }
    }
    let own = match mode {
        PreviewMode::Merge => Some(access),
        PreviewMode::Replace => None,
    };
    let periods: Vec<_> = drafts.iter().map(|draft| (draft.terms, draft.period)).collect();
    let mut tx = db::begin(pool).await?;
    let measured = db::usage::add_for_preview(&mut tx, own, &sums).await?;
    let usage = draft::usage(&mut *tx, measured, &periods).await?;
    tx.rollback().await?;
    let rated = drafts.iter().zip(&usage);
    Ok(rated.map(|(draft, usage)| rating::bill(draft.terms, usage, draft.period, grace)).collect())
}
