//! Seeds the demo's usage and invoices by the functions behind the API, with a clock that is stepped through 100 days.

use super::{
    company::{CUSTOMERS, METRICS, PLANS, first_day, midnight},
    setup::{access, create_company, remembered},
};
use crate::{
    Result,
    auth::CustomerAccess,
    db::{self, invoice::InvoiceQuery},
    ingest::IngestQueue,
    invoicing,
    limits::EVENT_DAYS,
    metering::Event,
};
use app::billing::InvoiceStatus;
use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use sqlx::PgPool;

/// Events are recorded once so many have come together.
const BATCH: usize = 3_000;

/// Loads the company, or only the usage that is missing since the last time.
///
/// # Errors
/// When the database refuses or is away. Started again, it goes on where it stopped.
pub async fn seed(
    pool: &PgPool,
    now: DateTime<Utc>,
    grace: Duration,
    say: &mut dyn FnMut(&str),
) -> Result<()> {
    let today = now.date_naive();
    let large = CUSTOMERS[0].slug;
    let origin = remembered(pool, large).await?.unwrap_or_else(|| first_day(today));
    // The last customer is made last: once it is there, everything before it is.
    if remembered(pool, CUSTOMERS[CUSTOMERS.len() - 1].slug).await?.is_none() {
        create_company(pool, origin, now, grace).await?;
        say(&format!(
            "  Northlight: {} customers, {} metrics, {} plans",
            CUSTOMERS.len(),
            METRICS.len(),
            PLANS.len()
        ));
    }
    let from = last_day(pool, access(large), now).await?.map_or(origin, |last| {
        // For so long its events may come again without counting twice.
        if last + Days::new(EVENT_DAYS.into()) > today { last } else { last + Days::new(1) }
    });
    use_it(pool, origin, from, now, grace, say).await?;
    void_one(pool, access(large), now).await
}

/// The last day on which the large customer used anything.
async fn last_day(pool: &PgPool, access: CustomerAccess, now: DateTime<Utc>) -> Result<Option<NaiveDate>> {
    let account = db::usage::account(pool, access, now, now, now).await?;
    let Some(metric) = account.metrics.first() else { return Ok(None) };
    let charted = (metric.id, metric.aggregation_type);
    let Some(daily) = db::usage::series(pool, access, &[charted], None, now).await?.pop() else {
        return Ok(None);
    };
    let back = daily?.values.iter().rev().position(|value| !value.is_zero());
    Ok(back.map(|days| now.date_naive() - Days::new(days as u64)))
}

/// Steps through the days from `from` to now: records usage and finalizes ended periods.
async fn use_it(
    pool: &PgPool,
    origin: NaiveDate,
    from: NaiveDate,
    now: DateTime<Utc>,
    grace: Duration,
    say: &mut dyn FnMut(&str),
) -> Result<()> {
    let today = now.date_naive();
    let queue = IngestQueue::default();
    let (mut waiting, mut recorded, mut finalized, mut said) = (Vec::new(), 0, 0, None);
    for day in from.iter_days().take_while(|day| *day <= today) {
        waiting.extend(events(origin, day, today).filter(|event| event.timestamp <= now));
        let clock = midnight(day + Days::new(1)).min(now);
        if waiting.len() < BATCH && day != today {
            continue;
        }
        recorded += queue.record(pool, std::mem::take(&mut waiting), clock).await?.fresh;
        // What the server does every few seconds.
        db::usage::fold(pool).await?;
        finalized += invoicing::finalize_due(pool, clock, grace).await?;
        if day == today || said.is_none_or(|said| day >= said + Days::new(20)) {
            say(&format!("  usage to {day}: {recorded} events, {finalized} invoices finalized"));
            said = Some(day);
        }
    }
    Ok(())
}

/// The events of all customers on a day.
fn events(origin: NaiveDate, day: NaiveDate, today: NaiveDate) -> impl Iterator<Item = Event> {
    let active = CUSTOMERS.iter().filter(move |spec| {
        // Counted from the first day, so that a later start finds the same end.
        spec.gone.is_none_or(|days| day < first_end(origin, days) && day <= today)
    });
    active.filter_map(|spec| Some((spec, spec.usage_profile?))).flat_map(move |(spec, profile)| {
        profile.day(spec.slug, origin, day).into_iter().map(|event| Event {
            transaction_id: event.transaction_id,
            customer_id: spec.slug.to_owned(),
            event_type: event.event_type.to_owned(),
            timestamp: event.at,
            properties: event.properties,
        })
    })
}

/// The day so many days before the day on which the demo was made.
fn first_end(origin: NaiveDate, days_ago: u64) -> NaiveDate {
    origin + Days::new(super::company::DAYS - 1 - days_ago)
}

/// Voids the large customer's fourth-newest invoice, so that the demo has a void one.
async fn void_one(pool: &PgPool, access: CustomerAccess, now: DateTime<Utc>) -> Result<()> {
    let wanted = InvoiceQuery { descending: true, limit: 100, ..InvoiceQuery::default() };
    let invoices = db::invoice::list(pool, access, &wanted).await?;
    if invoices.iter().any(|invoice| invoice.status == InvoiceStatus::Void) {
        return Ok(());
    }
    if let Some(invoice) = invoices.get(3) {
        invoicing::void(pool, invoice.id, now).await?;
    }
    Ok(())
}
