//! One invoice with what explains it: the invoice before it, or the same days of the period before, and what each day
//! added.

use super::{
    Billing, ChargeUsage, InvoiceScope,
    charge_usage::charge_usage,
    delta::CumulativeUsage,
    draft::{self, Draft},
};
use crate::{
    Error, Result,
    auth::{CustomerAccess, no_such_customer},
    db::{
        self,
        usage::{Span, UsageDelta},
    },
    rating::{self, ChargeTerms, Period, Terms},
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
pub struct InvoiceDetail {
    /// The invoice, stored or rated now.
    pub invoice: Invoice,
    /// The finalized one before it in the same credit type; `None` of a draft, and where the scope does not admit it.
    pub previous: Option<Invoice>,
    /// How a draft stands against the period before; `None` of a finalized one, and where it cannot be told exactly.
    pub so_far: Option<PeriodToDate>,
    /// What its days cost; `None` when the terms are not known.
    pub days: Option<PeriodCosts>,
    /// The usage charges whose quantity on the invoice is that of the usage that is there now.
    pub usage: Vec<ChargeUsage>,
    /// The one of them that was asked for, with its days; see [`super::charge_by_day`].
    pub line: Option<ChargeUsage>,
}

/// A period that runs and the one before it in the same credit type, each as it stood after the same number of whole
/// days: today, which is not over, is in neither.
#[derive(Clone, Debug)]
pub struct PeriodToDate {
    /// How many days of each.
    pub days: i64,
    /// The period before, as if it had ended then.
    pub before: Invoice,
    /// The period that runs, as if it had ended then.
    pub now: Invoice,
}

/// What the days of a billing period cost, and what else is on its invoice. All of it adds up to `total`, to the
/// smallest unit.
#[derive(Clone, Debug, Default)]
pub struct PeriodCosts {
    /// What each day until now, and each later one with usage, added of what events count or sum up.
    pub metered: Vec<(NaiveDate, Decimal)>,
    /// What is owed without any usage, by the names of its charges.
    pub fixed: Vec<NamedAmount>,
    /// Peaks, last values and counts of distinct values, by the names of their charges: they are of the period as a whole,
    /// and most of each would fall on its first days.
    pub of_period: Vec<NamedAmount>,
    /// Minimums and what a trial waives.
    pub adjustments: Vec<InvoiceAdjustment>,
    /// What the invoice comes to by the usage that is there now.
    pub total: Decimal,
}

/// A name with the amount of all that has it.
pub type NamedAmount = (String, Decimal);

/// One invoice of a customer with what explains it, in three queries.
///
/// # Errors
/// 404 when the customer is unknown, or has no such invoice.
pub async fn detail(billing: Billing<'_>, scope: &InvoiceScope, id: Uuid) -> Result<InvoiceDetail> {
    let Billing { pool, now, grace } = billing;
    let access = scope.access();
    // All terms ever, as those of the invoice are not known yet. Before the stored invoices, as in `list`: what is
    // finalized in between is still found.
    let (first, last) = (DateTime::UNIX_EPOCH, now + Duration::days(1));
    let terms = db::terms::during(pool, access, first, last, scope.active_only)
        .await?
        .ok_or_else(no_such_customer)?;
    let drafts: Vec<Draft<'_>> = draft::drafts(&terms, now).collect();
    let draft = drafts.iter().find(|draft| draft.id == id);
    let bound = draft.map(|draft| (draft.period.start, draft.terms.unit.credit_type.id));
    let (stored, previous) = db::invoice::find_with_previous(pool, access, id, bound).await?;
    let seen = |previous: Option<Invoice>| previous.filter(|one| scope.admits(one.status));
    if let Some(invoice) = stored {
        if !scope.admits(invoice.status) {
            return Err(Error::NotFound("the invoice"));
        }
        if invoice.is_damaged {
            return Ok(InvoiceDetail {
                invoice,
                previous: None,
                so_far: None,
                days: None,
                usage: Vec::new(),
                line: None,
            });
        }
        let period = period(&invoice);
        let (days, usage) = match terms.iter().find(|terms| is_under(&invoice, terms)) {
            Some(terms) => {
                let growth = usage_deltas(pool, access, &[(terms, period)]).await?.remove(0);
                let rated = rating::bill(terms, after(terms, &growth, i64::MAX).usage(), period, grace);
                let usage = charge_usage(terms, &growth, &rated, &invoice);
                (Some(days(terms, &growth, period, now, grace)), usage)
            }
            None => (None, Vec::new()),
        };
        return Ok(InvoiceDetail {
            invoice,
            previous: seen(previous),
            so_far: None,
            days,
            usage,
            line: None,
        });
    }
    let draft = draft.filter(|_| scope.admits(InvoiceStatus::Draft)).ok_or(Error::NotFound("the invoice"))?;
    let draft_before = drafts
        .iter()
        .filter(|other| other.terms.unit.credit_type.id == draft.terms.unit.credit_type.id)
        .filter(|other| other.period.start < draft.period.start)
        .filter(|other| previous.as_ref().is_none_or(|stored| stored.at() < other.period.start))
        .max_by_key(|other| other.period.start);
    let stored_before = previous.filter(|stored| draft_before.is_none() && scope.admits(stored.status));
    let before = match (draft_before, &stored_before) {
        (Some(before), _) => Some((before.terms, before.period)),
        (None, Some(stored)) => {
            terms.iter().find(|terms| is_under(stored, terms)).map(|terms| (terms, period(stored)))
        }
        (None, None) => None,
    };
    let periods: Vec<_> = std::iter::once((draft.terms, draft.period)).chain(before).collect();
    let mut growth = usage_deltas(pool, access, &periods).await?.into_iter();
    let growth_of_draft = growth.next().unwrap_or_default();
    let usage = after(draft.terms, &growth_of_draft, i64::MAX);
    let invoice = rating::bill(draft.terms, usage.usage(), draft.period, grace);
    let before = before.zip(growth.next()).and_then(|((terms, period), growth)| {
        let state = |days| rating::bill(terms, after(terms, &growth, days).usage(), period, grace);
        // What was finalized with other usage, as before late events, cannot be told for a part of its days.
        let is_exact = stored_before.is_none_or(|stored| state(i64::MAX).total == stored.total);
        let days = (now - draft.period.start).num_days().min(draft.period.days()).min(period.days());
        (is_exact && days > 0).then(|| (days, ending(state(days), days)))
    });
    let so_far = before.map(|(days, before)| {
        let usage = after(draft.terms, &growth_of_draft, days);
        let now = rating::bill(draft.terms, usage.usage(), draft.period, grace);
        PeriodToDate { days, before, now: ending(now, days) }
    });
    let days = Some(days(draft.terms, &growth_of_draft, draft.period, now, grace));
    let usage = charge_usage(draft.terms, &growth_of_draft, &invoice, &invoice);
    Ok(InvoiceDetail { invoice, previous: None, so_far, days, usage, line: None })
}

fn period(invoice: &Invoice) -> Period {
    Period { start: invoice.at(), end: invoice.until() }
}

/// An invoice of the first days of its period.
fn ending(invoice: Invoice, days: i64) -> Invoice {
    Invoice { end_timestamp: Some(invoice.at() + Duration::days(days)), ..invoice }
}

/// Whether an invoice was rated under these terms.
fn is_under(invoice: &Invoice, terms: &Terms) -> bool {
    Some(terms.imprint.plan_id) == invoice.plan_id
        && terms.unit.credit_type.id == invoice.credit_type.id
        && terms.schedule.starting_at <= invoice.at()
        && terms.schedule.ending_before.is_none_or(|end| invoice.at() < end)
}

/// Usage of each period day by day, then that of each one before it that its tiers reach back to; in one query.
async fn usage_deltas(
    pool: &PgPool,
    access: CustomerAccess,
    periods: &[(&Terms, Period)],
) -> Result<Vec<Vec<Vec<UsageDelta>>>> {
    let spans = |(terms, period): &(&Terms, Period)| -> Vec<Span> {
        let own = Span { start: period.start, from: period.start, until: period.end };
        let before = terms.metered(*period).into_iter().skip(1).map(|period| Span {
            start: period.start,
            from: period.end,
            until: period.end,
        });
        std::iter::once(own).chain(before).collect()
    };
    let spans: Vec<Vec<Span>> = periods.iter().map(spans).collect();
    let measures = draft::measures(periods.iter().map(|(terms, _)| *terms));
    let growth = db::usage::deltas(pool, access, &measures, &spans.concat(), Duration::days(1)).await?;
    let mut growth = growth.into_iter();
    Ok(spans.iter().map(|spans| growth.by_ref().take(spans.len()).collect()).collect())
}

/// Usage after so many days of the period.
fn after(terms: &Terms, growth: &[Vec<UsageDelta>], days: i64) -> CumulativeUsage {
    let mut usage = cumulative(terms, growth);
    usage.advance(days.saturating_sub(1));
    usage
}

/// Usage at the start of the period.
fn cumulative(terms: &Terms, growth: &[Vec<UsageDelta>]) -> CumulativeUsage {
    match growth.split_first() {
        Some((own, earlier)) => CumulativeUsage::new(terms, own, earlier),
        None => CumulativeUsage::new(terms, &[], &[]),
    }
}

/// What a charge counts, for the days of its invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Metered,
    Fixed,
    OfPeriod,
}

/// The lines of an invoice by what their charges count.
#[derive(Default)]
struct Split {
    metered: Decimal,
    fixed: Vec<NamedAmount>,
    of_period: Vec<NamedAmount>,
}

impl Split {
    /// Each line's parts are rounded so that they add up to it, and those of a part to that.
    fn new(kinds: &HashMap<Uuid, Kind>, invoice: &Invoice) -> Self {
        let digits = money::digits(&invoice.credit_type);
        let mut split = Self::default();
        for line in &invoice.line_items {
            let mut exact: [Decimal; 3] = Default::default();
            let mut charges: [Vec<(&str, &Decimal)>; 3] = Default::default();
            for sub_line in &line.sub_line_items {
                let kind = sub_line.charge_id.and_then(|id| kinds.get(&id)).copied().unwrap_or(Kind::Fixed);
                exact[kind as usize] += &sub_line.subtotal;
                charges[kind as usize].push((&sub_line.name, &sub_line.subtotal));
            }
            let parts = parts(&exact, &line.total, digits, Kind::Fixed as usize);
            split.metered += &parts[Kind::Metered as usize];
            for (sums, kind) in [(&mut split.fixed, Kind::Fixed), (&mut split.of_period, Kind::OfPeriod)] {
                let (charges, part) = (&charges[kind as usize], &parts[kind as usize]);
                if charges.is_empty() {
                    add(sums, &line.name, part);
                    continue;
                }
                let exact: Vec<Decimal> = charges.iter().map(|(_, amount)| (*amount).clone()).collect();
                for ((name, _), amount) in charges.iter().zip(self::parts(&exact, part, digits, 0)) {
                    add(sums, name, &amount);
                }
            }
        }
        split
    }
}

/// Rounded parts that add up to `total`: what the digits of printed subtotals leave over is on the largest, or where none is
/// larger on the part at `least`.
fn parts(exact: &[Decimal], total: &Decimal, digits: Option<i64>, least: usize) -> Vec<Decimal> {
    let mut parts = match digits {
        Some(digits) => allocate(exact, total, digits),
        None => exact.to_vec(),
    };
    let rest = total - &parts.iter().sum();
    let larger = |largest: usize, at: usize| if exact[at] > exact[largest] { at } else { largest };
    parts[(0..exact.len()).fold(least, larger)] += &rest;
    parts
}

/// Adds an amount to what has the same name.
fn add(sums: &mut Vec<NamedAmount>, name: &str, amount: &Decimal) {
    match sums.iter_mut().find(|(known, _)| known == name) {
        Some((_, sum)) => *sum += amount,
        None if amount.is_zero() => {}
        None => sums.push((name.to_owned(), amount.clone())),
    }
}

/// What the days until now, and later ones with usage, added to the invoice, and what of it is no day's.
fn days(
    terms: &Terms,
    growth: &[Vec<UsageDelta>],
    period: Period,
    now: DateTime<Utc>,
    grace: Duration,
) -> PeriodCosts {
    let kind = |charge: &ChargeTerms| match charge.measure().map(|measure| measure.aggregation_type) {
        None => Kind::Fixed,
        Some(AggregationType::Count | AggregationType::Sum) => Kind::Metered,
        Some(AggregationType::Unique | AggregationType::Max | AggregationType::Latest) => Kind::OfPeriod,
    };
    let kinds: HashMap<Uuid, Kind> = terms.charges.iter().map(|charge| (charge.id, kind(charge))).collect();
    let mut usage = cumulative(terms, growth);
    let state = |usage: &CumulativeUsage| {
        let invoice = rating::bill(terms, usage.usage(), period, grace);
        let Split { metered, fixed, of_period } = Split::new(&kinds, &invoice);
        let (adjustments, total) = (invoice.adjustments().to_vec(), invoice.total);
        (metered, PeriodCosts { metered: Vec::new(), fixed, of_period, adjustments, total })
    };
    let (mut before, mut days) = (Decimal::zero(), None);
    let starts = std::iter::successors(Some(period.start), |start| Some(*start + Duration::days(1)));
    let mut metered = Vec::new();
    for (window, start) in (0..).zip(starts.take_while(|start| *start < period.end)) {
        let grew = usage.advance(window);
        if start > now && !grew {
            continue;
        }
        // A day without usage adds nothing.
        let mut after = before.clone();
        if grew || days.is_none() {
            let (sum, rest) = state(&usage);
            (after, days) = (sum, Some(rest));
        }
        metered.push((start.date_naive(), &after - &before));
        before = after;
    }
    PeriodCosts { metered, ..days.unwrap_or_default() }
}
