//! Drafts and finalized invoices of one customer, and the step from the one to the other.

use crate::{
    Error, Result,
    auth::{CustomerAccess, no_such_customer},
    db::{self, cursor},
    rating::{self, Period, PeriodUsage, Terms},
};
use app::billing::{Invoice, InvoiceStatus, Page};
use chrono::{DateTime, Duration, Utc};
use sqlx::{PgExecutor, PgPool};
use std::cmp::Ordering;
use uuid::Uuid;

/// In which order invoices are listed, by the start of their billing period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Oldest first, as at the vendor.
    #[default]
    DateAsc,
    /// Newest first.
    DateDesc,
}

/// What brought an invoice about, as the vendor's filter says it. An invoice of a plan counts as usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeFilter {
    /// Invoices of what was used in a period, those of plans among them.
    Usage,
    /// Invoices that only contracts have: none yet.
    Contract,
}

/// Which invoices are listed, and how.
#[derive(Clone, Debug, Default)]
pub struct InvoiceFilter {
    /// Only these; empty for all.
    pub status: Vec<InvoiceStatus>,
    /// Only this kind.
    pub invoice_type: Option<TypeFilter>,
    /// Only this contract's: none yet.
    pub contract_id: Option<Uuid>,
    /// Only this credit type.
    pub credit_type_id: Option<Uuid>,
    /// Only billing periods that start at or after this.
    pub starting_on: Option<DateTime<Utc>>,
    /// Only billing periods that end before this: half-open, so January ends before February 1.
    pub ending_before: Option<DateTime<Utc>>,
    /// In which order.
    pub sort: Sort,
    /// Rows a page.
    pub limit: Option<i64>,
    /// Where the last page ended.
    pub next_page: Option<String>,
    /// Without lines of quantity zero.
    pub skip_zero_qty_line_items: bool,
}

/// A draft that is not rated yet.
struct Draft<'a> {
    terms: &'a Terms,
    period: Period,
    id: Uuid,
}

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
    let unbilled = db::terms::unbilled(pool, access, now).await?.ok_or_else(no_such_customer)?;
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
        let fresh = drafts(&unbilled, now)
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
    let mut data = Vec::with_capacity(page.data.len());
    for row in page.data {
        let invoice = match row {
            Listed::Stored(invoice) => *invoice,
            Listed::Draft(draft) => draft.rate(pool, access, grace).await?,
        };
        data.push(if filter.skip_zero_qty_line_items {
            rating::without_zero_lines(invoice)
        } else {
            invoice
        });
    }
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
    let unbilled = db::terms::unbilled(pool, access, now).await?.ok_or_else(no_such_customer)?;
    if let Some(invoice) = db::invoice::find(pool, access, id).await? {
        return Ok(invoice);
    }
    match drafts(&unbilled, now).find(|draft| draft.id == id) {
        Some(draft) => draft.rate(pool, access, grace).await,
        None => Err(Error::NotFound("the invoice")),
    }
}

/// Voids a finalized invoice. Voiding it again changes nothing.
///
/// # Errors
/// 400 for a draft, 404 when there is no such invoice.
pub async fn void(pool: &PgPool, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    if db::invoice::void(pool, id, now).await? {
        return Ok(());
    }
    // The id of a draft is a hash, so it is found by making those of all drafts: slow, but only a mistake comes here.
    let is_draft = db::customer_plan::open(pool, now).await?.into_iter().any(|plan| {
        begun(plan.rhythm.periods_from(plan.billed_until), now).any(|period| {
            id == rating::invoice_id(plan.customer_plan_id, plan.credit_type_id, plan.revision, period.start)
        })
    });
    if is_draft {
        return Err(Error::field("id", "is a draft: only a finalized invoice can be voided"));
    }
    Err(Error::NotFound("the invoice"))
}

/// Finalizes every period whose grace period is over, each once, however many replicas try and however long none
/// did; the number of invoices made.
///
/// # Errors
/// The first one met; the other customer plans are finalized nevertheless, unless the database is away.
pub async fn finalize_due(pool: &PgPool, now: DateTime<Utc>, grace: Duration) -> Result<usize> {
    let mut finalized = 0;
    let mut failed: Vec<Uuid> = Vec::new();
    let mut first_error = None;
    loop {
        let step = db::write(finalize_next(pool.clone(), now, grace, failed.clone())).await?;
        match step {
            Step::Nothing => break,
            Step::Finalized => finalized += 1,
            Step::Failed(_, error @ Error::Unavailable(_)) => return Err(error),
            Step::Failed(customer_plan_id, error) => {
                tracing::error!(%customer_plan_id, error = %crate::error::chain(&error), "could not finalize");
                failed.push(customer_plan_id);
                first_error.get_or_insert(error);
            }
        }
    }
    first_error.map_or(Ok(finalized), Err)
}

/// What became of one attempt to finalize.
enum Step {
    Nothing,
    Finalized,
    Failed(Uuid, Error),
}

/// Claims one customer plan and finalizes its open period, in one transaction.
async fn finalize_next(pool: PgPool, now: DateTime<Utc>, grace: Duration, except: Vec<Uuid>) -> Result<Step> {
    let mut tx = pool.begin().await?;
    let Some(customer_plan_id) = db::customer_plan::claim(&mut tx, now - grace, &except).await? else {
        return Ok(Step::Nothing);
    };
    match finalize(&mut tx, customer_plan_id, now, grace).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(Step::Finalized)
        }
        Err(error) => Ok(Step::Failed(customer_plan_id, error)),
    }
}

async fn finalize(
    connection: &mut sqlx::PgConnection,
    customer_plan_id: Uuid,
    now: DateTime<Utc>,
    grace: Duration,
) -> Result<()> {
    let terms = db::terms::of_customer_plan(connection, customer_plan_id).await?;
    let mut periods = terms.rhythm.periods_from(terms.billed_until);
    let Some(period) = periods.next() else {
        return db::customer_plan::advance(connection, customer_plan_id, terms.billed_until, None).await;
    };
    let access = CustomerAccess::for_billing(terms.customer_id);
    let usage = usage(&mut *connection, access, &terms, period).await?;
    let invoice = Invoice { status: InvoiceStatus::Finalized, ..rating::rate(&terms, &usage, period, grace) };
    db::invoice::insert(connection, customer_plan_id, &invoice, now).await?;
    let next = periods.next().map(|period| period.end);
    db::customer_plan::advance(connection, customer_plan_id, period.end, next).await
}

impl Draft<'_> {
    async fn rate(&self, pool: &PgPool, access: CustomerAccess, grace: Duration) -> Result<Invoice> {
        let usage = usage(pool, access, self.terms, self.period).await?;
        Ok(rating::rate(self.terms, &usage, self.period, grace))
    }
}

impl Listed<'_> {
    fn key(&self) -> (DateTime<Utc>, Uuid) {
        match self {
            Self::Draft(draft) => (draft.period.start, draft.id),
            Self::Stored(invoice) => (invoice.start_timestamp, invoice.id),
        }
    }
}

fn drafts(unbilled: &[Terms], now: DateTime<Utc>) -> impl Iterator<Item = Draft<'_>> {
    unbilled.iter().flat_map(move |terms| {
        begun(terms.rhythm.periods_from(terms.billed_until), now).map(move |period| Draft {
            terms,
            period,
            id: rating::invoice_id(
                terms.customer_plan_id,
                terms.credit_type.id,
                terms.revision,
                period.start,
            ),
        })
    })
}

fn begun(periods: impl Iterator<Item = Period>, now: DateTime<Utc>) -> impl Iterator<Item = Period> {
    periods.take_while(move |period| period.start <= now)
}

async fn usage(
    db: impl PgExecutor<'_>,
    access: CustomerAccess,
    terms: &Terms,
    period: Period,
) -> Result<Vec<PeriodUsage>> {
    let wanted: Vec<_> = terms
        .measures()
        .into_iter()
        .map(|measure| db::usage::Wanted {
            billable_metric_id: measure.billable_metric_id,
            aggregation_type: measure.aggregation_type,
            group_index: measure.group_index,
        })
        .collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let rows = db::usage::over_period(db, access, &wanted, period.start, period.end).await?;
    Ok(rows
        .into_iter()
        .map(|row| PeriodUsage {
            billable_metric_id: row.billable_metric_id,
            group_index: row.group_index,
            group_values: row.group_values,
            quantity: row.quantity,
        })
        .collect())
}
