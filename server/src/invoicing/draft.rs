//! Drafts: computed from usage each time they are asked for.

use super::{Billing, projection::project};
use crate::{
    Result,
    auth::CustomerAccess,
    db::{self, Access, usage::SpanQuery},
    rating::{self, Measure, MeteredUsage, Period, PriceList, Terms},
};
use app::billing::{Decimal, Invoice};
use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

/// A draft before it is rated: its terms, period and id.
pub(super) struct Draft<'a> {
    /// The terms in force.
    pub(super) terms: &'a Terms,
    /// The billing period.
    pub(super) period: Period,
    /// The invoice's id.
    pub(super) id: Uuid,
}

/// The drafts of these terms: one for every period that has begun and is not finalized.
pub(super) fn drafts(unbilled: &[Terms], now: DateTime<Utc>) -> impl Iterator<Item = Draft<'_>> {
    unbilled.iter().flat_map(move |terms| {
        begun(terms.schedule.periods_from(terms.billed_until), now).map(move |period| Draft {
            terms,
            period,
            id: terms.invoice_id(period),
        })
    })
}

/// The periods that have begun.
pub(super) fn begun(
    periods: impl Iterator<Item = Period>,
    now: DateTime<Utc>,
) -> impl Iterator<Item = Period> {
    periods.take_while(move |period| period.start <= now)
}

/// A rated draft, and its projection to the end of the period.
pub(super) struct RatedDraft {
    /// The draft.
    pub(super) invoice: Invoice,
    /// Its total at the end of the period, where that can be said.
    pub(super) projected_total: Option<Decimal>,
    /// What the charges of the period cost, and how far usage has come in their tiers; `None` once the period is over.
    pub(super) prices: Option<PriceList>,
}

/// The drafts' invoices, in their order, from one query.
pub(super) async fn rate(
    billing: Billing<'_>,
    access: CustomerAccess,
    drafts: &[&Draft<'_>],
) -> Result<Vec<RatedDraft>> {
    let Billing { pool, now, grace } = billing;
    let periods: Vec<_> = drafts.iter().map(|draft| (draft.terms, draft.period)).collect();
    let usage = usage(pool, access, &periods).await?;
    let rated = drafts.iter().zip(&usage).map(|(draft, usage)| RatedDraft {
        invoice: rating::bill(draft.terms, usage, draft.period, grace),
        projected_total: project(draft.terms, usage, draft.period, now),
        prices: draft.period.contains(now).then(|| rating::price_list(draft.terms, usage, draft.period)),
    });
    Ok(rated.collect())
}

/// The usage that each of some terms reads in a period, in one query.
pub(super) async fn usage(
    db: impl PgExecutor<'_>,
    access: impl Access,
    periods: &[(&Terms, Period)],
) -> Result<Vec<Vec<MeteredUsage>>> {
    let measures = measures(periods.iter().map(|(terms, _)| *terms));
    let metered: Vec<_> = periods.iter().map(|(terms, period)| terms.metered(*period)).collect();
    let whole = |(place, stretch): (usize, &Period)| SpanQuery::whole(place, stretch.start, stretch.end);
    let spans: Vec<_> = metered.iter().flatten().enumerate().map(whole).collect();
    let mut usage = db::usage::over_spans(db, access, &measures, &spans).await?.into_iter();
    let of_period =
        |stretches: &Vec<Period>| MeteredUsage::join(usage.by_ref().take(stretches.len()).collect());
    Ok(metered.iter().map(of_period).collect())
}

/// The measures that the usage charges of these terms read.
pub(super) fn measures<'a>(terms: impl Iterator<Item = &'a Terms>) -> Vec<Measure> {
    terms.flat_map(Terms::measures).collect()
}
