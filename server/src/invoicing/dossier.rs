//! One invoice with what explains it: the invoice before it, and what each day added.

use super::{
    ChargeUsage, InvoiceScope,
    charge_usage::charge_usage,
    draft::{self, Draft},
    growth::Cumulative,
};
use crate::{
    Error, Result,
    auth::{CustomerAccess, no_such_customer},
    db::{
        self,
        usage::{Growth, Span},
    },
    rating::{self, Period, Term, Terms},
};
use app::{
    billing::{AggregationType, Decimal, Invoice, InvoiceAdjustment, InvoiceStatus},
    view::{allocate::allocate, money},
};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use sqlx::PgPool;
use std::collections::HashMap;
use uuid::Uuid;

/// One invoice with what explains it.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// The invoice.
    pub invoice: Invoice,
    /// The finalized one before it in the same credit type; of a draft, the draft before it if that is not finalized.
    /// `None` as well where the scope does not admit it.
    pub previous: Option<Invoice>,
    /// What its days cost; `None` when the terms are not known.
    pub days: Option<Days>,
    /// The usage charges whose quantity on the invoice is that of the usage that is there now.
    pub usage: Vec<ChargeUsage>,
    /// The one of them that was asked for, with its days; see [`super::charge_by_day`].
    pub line: Option<ChargeUsage>,
}

/// What the days of a billing period cost, and what else is on its invoice. All of it adds up to `total`, to the
/// smallest unit.
#[derive(Clone, Debug, Default)]
pub struct Days {
    /// What each day until now, and each later one with usage, added of what events count or sum up.
    pub metered: Vec<(NaiveDate, Decimal)>,
    /// What is owed without any usage.
    pub fixed: Decimal,
    /// Peaks, last values and counts of distinct values: they are of the period as a whole, and most of each would fall
    /// on its first days.
    pub of_period: Decimal,
    /// Minimums and what a trial waives.
    pub adjustments: Vec<InvoiceAdjustment>,
    /// What the invoice comes to by the usage that is there now.
    pub total: Decimal,
}

/// The dossier of one invoice of a customer: in three queries, in four while the period before a draft is one too.
///
/// # Errors
/// 404 when the customer is unknown, or has no such invoice.
pub async fn dossier(
    pool: &PgPool,
    scope: &InvoiceScope,
    id: Uuid,
    now: DateTime<Utc>,
    grace: Duration,
) -> Result<Dossier> {
    let access = scope.access();
    // All terms ever, as those of the invoice are not known yet. Before the stored invoices, as in `list`: what is
    // finalized in between is still found.
    let (first, last) = (DateTime::UNIX_EPOCH, now + Duration::days(1));
    let terms = db::terms::during(pool, access, first, last, scope.active_only)
        .await?
        .ok_or_else(no_such_customer)?;
    let drafts: Vec<Draft<'_>> = draft::drafts(&terms, now).collect();
    let draft = drafts.iter().find(|draft| draft.id == id);
    let bound = draft.map(|draft| (draft.period.start, draft.terms.credit_type.id));
    let (stored, previous) = db::invoice::find_with_previous(pool, access, id, bound).await?;
    let seen = |previous: Option<Invoice>| previous.filter(|one| scope.admits(one.status));
    if let Some(invoice) = stored {
        if !scope.admits(invoice.status) {
            return Err(Error::NotFound("the invoice"));
        }
        if invoice.is_damaged {
            return Ok(Dossier { invoice, previous: None, days: None, usage: Vec::new(), line: None });
        }
        let period = Period { start: invoice.start_timestamp, end: invoice.end_timestamp };
        let (days, usage) = match terms.iter().find(|terms| is_under(&invoice, terms)) {
            Some(terms) => {
                let growth = grown(pool, access, terms, period).await?;
                let mut usage = cumulative(terms, &growth);
                usage.advance(i64::MAX);
                let rated = rating::rate(terms, usage.usage(), period, grace);
                let usage = charge_usage(terms, &growth, &rated, &invoice);
                (Some(days(terms, &growth, period, now, grace)), usage)
            }
            None => (None, Vec::new()),
        };
        return Ok(Dossier { invoice, previous: seen(previous), days, usage, line: None });
    }
    let draft = draft.filter(|_| scope.admits(InvoiceStatus::Draft)).ok_or(Error::NotFound("the invoice"))?;
    let growth = grown(pool, access, draft.terms, draft.period).await?;
    let mut usage = cumulative(draft.terms, &growth);
    usage.advance(i64::MAX);
    let invoice = rating::rate(draft.terms, usage.usage(), draft.period, grace);
    let before = drafts
        .iter()
        .filter(|other| other.terms.credit_type.id == draft.terms.credit_type.id)
        .filter(|other| other.period.start < draft.period.start)
        .filter(|other| previous.as_ref().is_none_or(|stored| stored.start_timestamp < other.period.start))
        .max_by_key(|other| other.period.start);
    let previous = match before {
        Some(before) => {
            draft::rate(pool, access, &[before], now, grace).await?.pop().map(|rated| rated.invoice)
        }
        None => previous,
    };
    let days = Some(days(draft.terms, &growth, draft.period, now, grace));
    let usage = charge_usage(draft.terms, &growth, &invoice, &invoice);
    Ok(Dossier { invoice, previous: seen(previous), days, usage, line: None })
}

/// Whether an invoice was made of these terms.
fn is_under(invoice: &Invoice, terms: &Terms) -> bool {
    terms.plan_id == invoice.plan_id
        && terms.credit_type.id == invoice.credit_type.id
        && terms.rhythm.starting_on <= invoice.start_timestamp
        && terms.rhythm.ending_before.is_none_or(|end| invoice.start_timestamp < end)
}

/// Usage day by day, then that of each period before that tiers reach back to.
async fn grown(
    pool: &PgPool,
    access: CustomerAccess,
    terms: &Terms,
    period: Period,
) -> Result<Vec<Vec<Growth>>> {
    let own = Span { start: period.start, from: period.start, until: period.end };
    let before = terms.metered(period).into_iter().skip(1).map(|period| Span {
        start: period.start,
        from: period.end,
        until: period.end,
    });
    let spans: Vec<Span> = std::iter::once(own).chain(before).collect();
    let wanted = draft::wanted(std::iter::once(terms));
    db::usage::growth(pool, access, &wanted, &spans, Duration::days(1)).await
}

/// Usage at the start of the period.
fn cumulative(terms: &Terms, growth: &[Vec<Growth>]) -> Cumulative {
    match growth.split_first() {
        Some((own, earlier)) => Cumulative::new(terms, own, earlier),
        None => Cumulative::new(terms, &[], &[]),
    }
}

/// What a charge counts, for the days of its invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Metered,
    Fixed,
    OfPeriod,
}

/// Splits the lines of an invoice: what is metered, fixed, and of the period as a whole. Each line's parts are rounded so
/// that they add up to it.
fn split(kinds: &HashMap<Uuid, Kind>, invoice: &Invoice) -> [Decimal; 3] {
    let digits = money::digits(&invoice.credit_type);
    let mut sums: [Decimal; 3] = Default::default();
    for line in &invoice.line_items {
        let mut exact: [Decimal; 3] = Default::default();
        let mut largest = Kind::Fixed;
        for sub_line in &line.sub_line_items {
            let kind = sub_line.charge_id.and_then(|id| kinds.get(&id)).copied().unwrap_or(Kind::Fixed);
            exact[kind as usize] += &sub_line.subtotal;
            if exact[kind as usize] > exact[largest as usize] {
                largest = kind;
            }
        }
        let mut parts = match digits {
            Some(digits) => allocate(&exact, &line.total, digits),
            None => exact.to_vec(),
        };
        // What the digits of a printed subtotal leave over.
        let rest = &line.total - &parts.iter().sum();
        parts[largest as usize] += &rest;
        for (sum, part) in sums.iter_mut().zip(&parts) {
            *sum += part;
        }
    }
    sums
}

/// What the days until now, and later ones with usage, added to the invoice, and what of it is no day's.
fn days(terms: &Terms, growth: &[Vec<Growth>], period: Period, now: DateTime<Utc>, grace: Duration) -> Days {
    let kind = |term: &Term| match term.measure.map(|measure| measure.aggregation_type) {
        None => Kind::Fixed,
        Some(AggregationType::Count | AggregationType::Sum) => Kind::Metered,
        Some(AggregationType::Unique | AggregationType::Max | AggregationType::Latest) => Kind::OfPeriod,
    };
    let kinds: HashMap<Uuid, Kind> = terms.charges.iter().map(|term| (term.charge.id, kind(term))).collect();
    let mut usage = cumulative(terms, growth);
    let state = |usage: &Cumulative| {
        let invoice = rating::rate(terms, usage.usage(), period, grace);
        let [metered, fixed, of_period] = split(&kinds, &invoice);
        let (adjustments, total) = (invoice.invoice_adjustments, invoice.total);
        (metered, Days { metered: Vec::new(), fixed, of_period, adjustments, total })
    };
    let (mut before, mut days) = (Decimal::zero(), None);
    let starts = std::iter::successors(Some(period.start), |start| Some(*start + Duration::days(1)));
    let mut metered = Vec::new();
    for (window, start) in (0..).zip(starts.take_while(|start| *start < period.end)) {
        let grew = usage.advance(window);
        if start > now && !grew {
            continue;
        }
        // What did not grow costs what it cost.
        let mut after = before.clone();
        if grew || days.is_none() {
            let (sum, rest) = state(&usage);
            (after, days) = (sum, Some(rest));
        }
        metered.push((start.date_naive(), &after - &before));
        before = after;
    }
    Days { metered, ..days.unwrap_or_default() }
}
