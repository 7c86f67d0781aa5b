//! What each day cost a customer: the days of all invoices' breakdowns, by credit type.

use super::{
    Billing, BreakdownWindow, InvoiceScope,
    breakdown::{BilledPeriods, rows},
};
use crate::{Error, Result, auth::CustomerAccess, db::cursor, rating::Period};
use app::billing::{Cost, CostLine, CostOfDay, InvoiceBreakdown, Page};
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeMap;

/// A page of days, oldest first, from the first day that is billed.
///
/// # Errors
/// 404 for an unknown customer; 400 for a bad cursor, limit or range.
pub async fn costs(
    billing: Billing<'_>,
    access: CustomerAccess,
    asked: Period,
    limit: Option<i64>,
    next_page: Option<&str>,
) -> Result<Page<CostOfDay>> {
    let limit = Duration::days(cursor::limit(limit)?);
    if asked.end <= asked.start {
        return Err(Error::field("ending_before", "must be after starting_on"));
    }
    let after: Option<DateTime<Utc>> = cursor::decode(next_page)?;
    let day = BreakdownWindow::Day;
    let start = day.ceil(after.map_or(asked.start, |after| after.max(asked.start)));
    let asked = Period { start, end: day.floor(asked.end) };
    let found = BilledPeriods::read(billing.pool, &InvoiceScope::all(access), &[], asked).await?;
    let parts = found.parts(day, None, asked, billing.now);
    let begin = parts.iter().map(|part| part.span.from).min();
    let end = parts.iter().map(|part| part.span.until).max();
    let (Some(begin), Some(end)) = (begin, end) else {
        return Ok(Page { data: Vec::new(), next_page: None });
    };
    let covered = Period { start: begin, end: end.min(begin + limit) };
    let mut days: BTreeMap<DateTime<Utc>, CostOfDay> = BTreeMap::new();
    for row in rows(billing, access, &parts, covered, day).await? {
        let day = days.entry(row.breakdown_start_timestamp).or_insert_with(|| CostOfDay {
            start_timestamp: row.breakdown_start_timestamp,
            end_timestamp: row.breakdown_end_timestamp,
            credit_types: BTreeMap::new(),
        });
        add(day, row);
    }
    let next_page = (covered.end < end).then(|| cursor::encode(&covered.end));
    Ok(Page { data: days.into_values().collect(), next_page })
}

/// Adds to a day's costs what one invoice grew by on it.
fn add(day: &mut CostOfDay, InvoiceBreakdown { invoice, .. }: InvoiceBreakdown) {
    let cost = day
        .credit_types
        .entry(invoice.credit_type.id)
        .or_insert_with(|| Cost { name: invoice.credit_type.name.clone(), ..Cost::default() });
    cost.cost += &invoice.total;
    let lines = invoice.line_items.into_iter().map(|line| CostLine {
        name: line.name,
        cost: line.total,
        group_key: line.group_key,
        group_value: line.group_value,
    });
    let adjustments = invoice.invoice_adjustments.into_iter().flatten().map(|adjustment| CostLine {
        name: adjustment.name,
        cost: adjustment.total,
        group_key: None,
        group_value: None,
    });
    cost.line_item_breakdown.extend(lines.chain(adjustments).filter(|line| !line.cost.is_zero()));
}
