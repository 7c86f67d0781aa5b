//! A customer's plans, with what is left of a trial's spending cap.

use super::{Billing, draft};
use crate::{Result, auth::CustomerAccess, db, rating};
use app::billing::{CustomerPlan, Decimal, Page};
use std::collections::HashMap;
use uuid::Uuid;

/// A page of a customer's plans, newest first. What a finalized invoice waived is off the spending cap of a trial, or
/// what its draft would: that takes two more queries, and only where a trial on the page has a cap.
///
/// # Errors
/// 404 for an unknown customer; 400 for a bad cursor or limit.
pub async fn customer_plans(
    billing: Billing<'_>,
    access: CustomerAccess,
    limit: Option<i64>,
    next_page: Option<&str>,
) -> Result<Page<CustomerPlan>> {
    let mut page = db::customer_plan::list(billing.pool, access, limit, next_page).await?;
    let trials = page.data.iter().filter_map(|plan| plan.trial_info.as_ref());
    if trials.flat_map(|trial| &trial.spending_caps).next().is_none() {
        return Ok(page);
    }
    let mut waived = waived(billing, access).await?;
    for plan in &mut page.data {
        let Some(waived) = waived.remove(&plan.id) else { continue };
        for cap in plan.trial_info.iter_mut().flat_map(|trial| &mut trial.spending_caps) {
            cap.amount_remaining = &cap.amount_remaining - &waived;
        }
    }
    Ok(page)
}

/// What the draft of each trial that is not billed yet would waive, by the customer's plan.
async fn waived(billing: Billing<'_>, access: CustomerAccess) -> Result<HashMap<Uuid, Decimal>> {
    let Billing { pool, now, .. } = billing;
    let unbilled = db::terms::unbilled(pool, access, false, now).await?.unwrap_or_default();
    let drafts = draft::drafts(&unbilled, now);
    let trials: Vec<_> = drafts
        .filter(|draft| draft.terms.schedule.is_in_trial(draft.period.start))
        .map(|draft| (draft.terms, draft.period))
        .collect();
    let usage = draft::usage(pool, access, &trials).await?;
    let waived = trials
        .iter()
        .zip(&usage)
        .filter_map(|((terms, period), usage)| Some((terms.id, rating::rate(terms, usage, *period).waived?)));
    Ok(waived.collect())
}
