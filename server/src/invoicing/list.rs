//! Drafts and stored invoices, read in one order.

use super::{
    Billing, InvoiceFilter, InvoiceScope, Sort, TypeFilter,
    draft::{self, Draft},
    search::sought,
};
use crate::{
    Error, Result,
    auth::no_such_customer,
    db::{
        self, cursor,
        terms::{PlanEnd, Unbilled},
    },
    rating::PriceList,
};
use app::billing::{Decimal, Invoice, InvoiceStatus, Page};
use chrono::{DateTime, Utc};
use std::{cmp::Ordering, collections::BTreeMap};
use uuid::Uuid;

/// One row of a page: a draft that is not rated yet, or a stored invoice.
enum ListEntry<'a> {
    Draft(Draft<'a>),
    Stored(Box<Invoice>),
}

/// A page of invoices, with the projected totals of its drafts and the prices of their periods.
#[derive(Clone, Debug)]
pub struct InvoiceListPage {
    /// The invoices.
    pub invoices: Page<Invoice>,
    /// The projected total of each draft that has one, by its id.
    pub projected_totals: BTreeMap<Uuid, Decimal>,
    /// The end of the customer's latest plan; `None` while it runs, and for a customer that never had one.
    pub ended: Option<PlanEnd>,
    /// The prices of each period that runs now, by the id of its draft.
    pub prices: BTreeMap<Uuid, PriceList>,
}

/// A page of a customer's invoices, drafts and stored ones in one order, as much of each as the scope admits.
///
/// There is a draft for every period that has begun and is not finalized. Only those on the page are rated.
///
/// # Errors
/// 404 for an unknown customer, 400 for a bad cursor or limit.
pub async fn list(
    billing: Billing<'_>,
    scope: &InvoiceScope,
    filter: &InvoiceFilter,
) -> Result<Page<Invoice>> {
    let Page { data, next_page } = list_page(billing, scope, filter).await?.invoices;
    let part = |invoice| scope.part_of(invoice, filter.skip_zero_qty_line_items);
    Ok(Page { data: data.into_iter().map(part).collect(), next_page })
}

/// The same page with every line and the projected totals of its drafts, from the same queries.
///
/// # Errors
/// As [`list`].
pub async fn list_page(
    billing: Billing<'_>,
    scope: &InvoiceScope,
    filter: &InvoiceFilter,
) -> Result<InvoiceListPage> {
    let Billing { pool, now, .. } = billing;
    let access = scope.access();
    let limit = cursor::limit(filter.limit)?;
    let after: Option<(DateTime<Utc>, Uuid)> = cursor::decode(filter.next_page.as_deref())?;
    // Drafts are read before stored invoices: one that is finalized in between is seen twice, never missed.
    let unbilled = db::terms::unbilled_and_end(pool, access, scope.active_only, now).await?;
    let Unbilled { terms: unbilled, ended } = unbilled.ok_or_else(no_such_customer)?;
    let statuses = scope.statuses(&filter.status);
    if filter.contract_id.is_some() || filter.invoice_type == Some(TypeFilter::Contract) {
        return Ok(InvoiceListPage {
            invoices: Page { data: Vec::new(), next_page: None },
            projected_totals: BTreeMap::new(),
            ended,
            prices: BTreeMap::new(),
        });
    }
    let order = |one: (DateTime<Utc>, Uuid), other: (DateTime<Utc>, Uuid)| match filter.sort {
        Sort::DateAsc => one.cmp(&other),
        Sort::DateDesc => other.cmp(&one),
    };
    let mut rows: Vec<ListEntry<'_>> = Vec::new();
    if statuses.iter().any(|status| *status != InvoiceStatus::Draft) {
        let wanted = db::invoice::InvoiceQuery {
            statuses: statuses.clone(),
            sought: filter.search.as_deref().map(|text| scope.sought(sought(text))),
            credit_type_id: filter.credit_type_id,
            starting_on: filter.starting_on,
            ending_before: filter.ending_before,
            descending: filter.sort == Sort::DateDesc,
            after,
            limit: limit + 1,
        };
        let stored = db::invoice::list(pool, access, &wanted).await?;
        rows.extend(stored.into_iter().map(|invoice| ListEntry::Stored(Box::new(invoice))));
    }
    if statuses.contains(&InvoiceStatus::Draft) && filter.search.is_none() {
        let fresh = draft::drafts(&unbilled, now)
            .filter(|draft| filter.credit_type_id.is_none_or(|id| id == draft.terms.unit.credit_type.id))
            .filter(|draft| filter.starting_on.is_none_or(|start| draft.period.start >= start))
            .filter(|draft| filter.ending_before.is_none_or(|end| draft.period.end <= end))
            .filter(|draft| {
                after.is_none_or(|after| order((draft.period.start, draft.id), after) == Ordering::Greater)
            });
        rows.extend(fresh.map(ListEntry::Draft));
    }
    // Stable: of two with one key the stored one comes first and stays.
    rows.sort_by(|one, other| order(one.key(), other.key()));
    rows.dedup_by_key(|row| row.key());
    let page = cursor::page(rows, limit, ListEntry::key);
    let fresh: Vec<&Draft<'_>> = page.data.iter().filter_map(ListEntry::draft).collect();
    let rated = draft::rate(billing, access, &fresh).await?;
    let projected_totals =
        rated.iter().filter_map(|one| Some((one.invoice.id, one.projected_total.clone()?))).collect();
    let prices = rated.iter().filter_map(|one| Some((one.invoice.id, one.prices.clone()?))).collect();
    let mut rated = rated.into_iter();
    let invoices = page.data.into_iter().filter_map(|row| match row {
        ListEntry::Stored(invoice) => Some(*invoice),
        ListEntry::Draft(_) => rated.next().map(|one| one.invoice),
    });
    let invoices = Page { data: invoices.collect(), next_page: page.next_page };
    Ok(InvoiceListPage { invoices, projected_totals, prices, ended })
}

/// One invoice of a customer, draft or stored, as much of it as the scope admits.
///
/// # Errors
/// 404 when the customer is unknown or has no such invoice.
pub async fn find(
    billing: Billing<'_>,
    scope: &InvoiceScope,
    id: Uuid,
    skip_zero_qty_line_items: bool,
) -> Result<Invoice> {
    let Billing { pool, now, .. } = billing;
    let access = scope.access();
    // In this order, as in `list`: what is finalized in between is still found.
    let unbilled =
        db::terms::unbilled(pool, access, scope.active_only, now).await?.ok_or_else(no_such_customer)?;
    let found = match db::invoice::find(pool, access, id).await? {
        Some(stored) => Some(stored),
        None => match draft::drafts(&unbilled, now).find(|draft| draft.id == id) {
            Some(found) => draft::rate(billing, access, &[&found]).await?.pop().map(|one| one.invoice),
            None => None,
        },
    };
    let invoice = found.filter(|one| scope.admits(one.status)).ok_or(Error::NotFound("the invoice"))?;
    Ok(scope.part_of(invoice, skip_zero_qty_line_items))
}

impl<'a> ListEntry<'a> {
    fn draft(&self) -> Option<&Draft<'a>> {
        match self {
            Self::Draft(draft) => Some(draft),
            Self::Stored(_) => None,
        }
    }

    fn key(&self) -> (DateTime<Utc>, Uuid) {
        match self {
            Self::Draft(draft) => (draft.period.start, draft.id),
            Self::Stored(invoice) => (invoice.at(), invoice.id),
        }
    }
}
