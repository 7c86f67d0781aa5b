//! Drafts and stored invoices, read in one order.

use super::{
    InvoiceFilter, Sort, TypeFilter,
    draft::{self, Draft},
};
use crate::{
    Error, Result,
    auth::{CustomerAccess, no_such_customer},
    db::{self, cursor},
    rating,
};
use app::billing::{Invoice, InvoiceStatus, Page};
use chrono::{DateTime, Duration, Utc};
use sqlx::PgPool;
use std::cmp::Ordering;
use uuid::Uuid;

/// One row of a page in the making.
enum Listed<'a> {
    Draft(Draft<'a>),
    Stored(Box<Invoice>),
}

/// A page of a customer's invoices, drafts and stored ones in one order.
///
/// There is a draft for every period that has begun and is not finalized. Only those on the page are rated.
///
/// # Errors
/// 404 for an unknown customer, 400 for a bad cursor or limit.
pub async fn list(
    pool: &PgPool,
    access: CustomerAccess,
    filter: &InvoiceFilter,
    now: DateTime<Utc>,
    grace: Duration,
) -> Result<Page<Invoice>> {
    let limit = cursor::limit(filter.limit)?;
    let after: Option<(DateTime<Utc>, Uuid)> = cursor::decode(filter.next_page.as_deref())?;
    // Drafts are read before stored invoices: one that is finalized in between is seen twice, never missed.
    let unbilled =
        db::terms::unbilled(pool, access, filter.active_only, now).await?.ok_or_else(no_such_customer)?;
    if filter.contract_id.is_some() || filter.invoice_type == Some(TypeFilter::Contract) {
        return Ok(Page { data: Vec::new(), next_page: None });
    }
    let order = |one: (DateTime<Utc>, Uuid), other: (DateTime<Utc>, Uuid)| match filter.sort {
        Sort::DateAsc => one.cmp(&other),
        Sort::DateDesc => other.cmp(&one),
    };
    let mut rows: Vec<Listed<'_>> = Vec::new();
    let stored_wanted = filter.status.iter().any(|status| *status != InvoiceStatus::Draft);
    if filter.status.is_empty() || stored_wanted {
        let wanted = db::invoice::Wanted {
            statuses: filter.status.clone(),
            credit_type_id: filter.credit_type_id,
            starting_on: filter.starting_on,
            ending_before: filter.ending_before,
            descending: filter.sort == Sort::DateDesc,
            after,
            limit: limit + 1,
        };
        let stored = db::invoice::list(pool, access, &wanted).await?;
        rows.extend(stored.into_iter().map(|invoice| Listed::Stored(Box::new(invoice))));
    }
    if filter.status.is_empty() || filter.status.contains(&InvoiceStatus::Draft) {
        let fresh = draft::drafts(&unbilled, now)
            .filter(|draft| filter.credit_type_id.is_none_or(|id| id == draft.terms.credit_type.id))
            .filter(|draft| filter.starting_on.is_none_or(|start| draft.period.start >= start))
            .filter(|draft| filter.ending_before.is_none_or(|end| draft.period.end <= end))
            .filter(|draft| {
                after.is_none_or(|after| order((draft.period.start, draft.id), after) == Ordering::Greater)
            });
        rows.extend(fresh.map(Listed::Draft));
    }
    // Stable: of two with one key the stored one comes first and stays.
    rows.sort_by(|one, other| order(one.key(), other.key()));
    rows.dedup_by_key(|row| row.key());
    let page = cursor::page(rows, limit, Listed::key);
    let fresh: Vec<&Draft<'_>> = page.data.iter().filter_map(Listed::draft).collect();
    let mut rated = draft::rate(pool, access, &fresh, grace).await?.into_iter();
    let invoices = page.data.into_iter().filter_map(|row| match row {
        Listed::Stored(invoice) => Some(*invoice),
        Listed::Draft(_) => rated.next(),
    });
    let data = match filter.skip_zero_qty_line_items {
        true => invoices.map(rating::without_zero_lines).collect(),
        false => invoices.collect(),
    };
    Ok(Page { data, next_page: page.next_page })
}

/// One invoice of a customer, draft or stored.
///
/// # Errors
/// 404 when the customer is unknown or has no such invoice.
pub async fn find(
    pool: &PgPool,
    access: CustomerAccess,
    id: Uuid,
    now: DateTime<Utc>,
    grace: Duration,
) -> Result<Invoice> {
    // In this order, as in `list`: what is finalized in between is still found.
    let unbilled = db::terms::unbilled(pool, access, false, now).await?.ok_or_else(no_such_customer)?;
    if let Some(invoice) = db::invoice::find(pool, access, id).await? {
        return Ok(invoice);
    }
    match draft::drafts(&unbilled, now).find(|draft| draft.id == id) {
        Some(found) => {
            draft::rate(pool, access, &[&found], grace).await?.pop().ok_or(Error::NotFound("the invoice"))
        }
        None => Err(Error::NotFound("the invoice")),
    }
}

impl<'a> Listed<'a> {
    fn draft(&self) -> Option<&Draft<'a>> {
        match self {
            Self::Draft(draft) => Some(draft),
            Self::Stored(_) => None,
        }
    }

    fn key(&self) -> (DateTime<Utc>, Uuid) {
        match self {
            Self::Draft(draft) => (draft.period.start, draft.id),
            Self::Stored(invoice) => (invoice.start_timestamp, invoice.id),
        }
    }
}
