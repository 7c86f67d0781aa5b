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
use app::billing::{Decimal, Invoice, InvoiceStatus, Page};
use chrono::{DateTime, Duration, Utc};
use sqlx::PgPool;
use std::{cmp::Ordering, collections::BTreeMap};
use uuid::Uuid;

/// One row of a page in the making.
enum Listed<'a> {
    Draft(Draft<'a>),
    Stored(Box<Invoice>),
}

/// A page of invoices, and where its drafts are heading.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The invoices.
    pub invoices: Page<Invoice>,
    /// The projected total of each draft that has one, by its id.
    pub projected_totals: BTreeMap<Uuid, Decimal>,
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
    Ok(overview(pool, access, filter, now, grace).await?.invoices)
}

/// As [`list`], and where the drafts are heading, from the same queries.
///
/// # Errors
/// As [`list`].
pub async fn overview(
    pool: &PgPool,
    access: CustomerAccess,
    filter: &InvoiceFilter,
    now: DateTime<Utc>,
    grace: Duration,
) -> Result<Overview> {
    let limit = cursor::limit(filter.limit)?;
    let after: Option<(DateTime<Utc>, Uuid)> = cursor::decode(filter.next_page.as_deref())?;
    // Drafts are read before stored invoices: one that is finalized in between is seen twice, never missed.
    let unbilled =
        db::terms::unbilled(pool, access, filter.active_only, now).await?.ok_or_else(no_such_customer)?;
    if filter.contract_id.is_some() || filter.invoice_type == Some(TypeFilter::Contract) {
        return Ok(Overview {
            invoices: Page { data: Vec::new(), next_page: None },
            projected_totals: BTreeMap::new(),
        });
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
            number: filter.number.clone(),
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
    let drafts_wanted = filter.status.is_empty() || filter.status.contains(&InvoiceStatus::Draft);
    if drafts_wanted && filter.number.is_none() {
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
    let rated = draft::rate(pool, access, &fresh, now, grace).await?;
    let projected_totals =
        rated.iter().filter_map(|one| Some((one.invoice.id, one.projected_total.clone()?))).collect();
    let mut rated = rated.into_iter();
    let invoices = page.data.into_iter().filter_map(|row| match row {
        Listed::Stored(invoice) => Some(*invoice),
        Listed::Draft(_) => rated.next().map(|one| one.invoice),
    });
    let data = match filter.skip_zero_qty_line_items {
        true => invoices.map(rating::without_zero_lines).collect(),
        false => invoices.collect(),
    };
    Ok(Overview { invoices: Page { data, next_page: page.next_page }, projected_totals })
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
            let rated = draft::rate(pool, access, &[&found], now, grace).await?.pop();
            rated.map(|one| one.invoice).ok_or(Error::NotFound("the invoice"))
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
