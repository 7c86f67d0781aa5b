//! What the invoices dashboard shows: a page of the list, or one invoice with what explains it.

mod amounts;
mod collapse;
mod comparison;
mod current;
mod daily_cost;
mod document;
mod line_by_day;
mod page;
mod prices;
pub mod report;
#[cfg(test)]
mod tests;
mod text;
mod variance;

pub(super) use page::invoices;

use crate::{
    AppState, Result,
    invoicing::{self, Billing, InvoiceFilter, InvoiceScope, Sort, Successions},
    viewer::Viewer,
};
use app::{
    billing::InvoiceStatus,
    invoices::{DocumentQuery, InvoiceReport, InvoicesReport, ListQuery, report::Fact},
    view::{text as names, words},
};
use chrono::{DateTime, Utc};
use report::InvoiceDisplay;
use sqlx::PgPool;
use uuid::Uuid;

/// How a viewer sees invoices.
fn look(
    viewer: &Viewer,
    scope: &InvoiceScope,
    skip_zero_lines: bool,
    successions: Successions,
) -> InvoiceDisplay {
    let all = [InvoiceStatus::Draft, InvoiceStatus::Finalized, InvoiceStatus::Void];
    InvoiceDisplay {
        successions,
        with_zero_lines: !scope.skips_zero_lines(skip_zero_lines),
        statuses: all.into_iter().filter(|status| scope.admits(*status)).collect(),
        group_keys: viewer.group_keys(),
    }
}

/// The invoices that both the dashboard's options and the reader's filters let through, newest first.
///
/// # Errors
/// 404 for an unknown customer or a viewer who sees no invoices, 400 for a bad cursor.
pub async fn list(
    pool: &PgPool,
    state: &AppState,
    viewer: &Viewer,
    query: &ListQuery,
    skip_zero_lines: bool,
    now: DateTime<Utc>,
) -> Result<InvoicesReport> {
    let scope = viewer.invoices()?;
    let filter = InvoiceFilter {
        status: query.status.into_iter().collect(),
        sort: Sort::DateDesc,
        search: Some(query.number.clone()).filter(|text| !text.is_empty()),
        next_page: query.next_page.clone(),
        ..InvoiceFilter::default()
    };
    let billing = Billing { pool, now, grace: state.settings.grace_period };
    let found = invoicing::list_page(billing, &scope, &filter).await?;
    let successions = invoicing::successions(pool, &scope, &found.invoices.data).await?;
    let is_plain = *query == ListQuery::default();
    let report = report::list(found, &look(viewer, &scope, skip_zero_lines, successions), is_plain, now);
    Ok(if scope.hides_amounts() { amounts::list_without_amounts(report) } else { report })
}

/// One invoice with what explains it, as far as the dashboard's options let it through.
///
/// # Errors
/// 404 for an unknown customer or invoice, and for a viewer who sees no invoices.
pub async fn one(
    pool: &PgPool,
    state: &AppState,
    viewer: &Viewer,
    query: &DocumentQuery,
    skip_zero_lines: bool,
    now: DateTime<Utc>,
) -> Result<InvoiceReport> {
    let scope = viewer.invoices()?;
    let id: Uuid = query.id.parse().unwrap_or_default();
    let billing = Billing { pool, now, grace: state.settings.grace_period };
    let mut detail = invoicing::detail(billing, &scope, id).await?;
    if let Ok(charge_id) = query.line.parse() {
        detail.line = invoicing::charge_by_day(pool, scope.access(), &detail, charge_id).await?;
    }
    let successions = invoicing::successions(pool, &scope, [&detail.invoice]).await?;
    let look = look(viewer, &scope, skip_zero_lines, successions);
    let mut report = report::one(&detail, &look, &query.find, query.show_all, now);
    if let Some(name) = &state.settings.company.name {
        let from = Fact { label: words::FROM.to_owned(), value: names::name(name) };
        report.document.facts.insert(0, from);
    }
    Ok(if scope.hides_amounts() { amounts::without_amounts(report) } else { report })
}
