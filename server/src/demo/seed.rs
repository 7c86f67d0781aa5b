//! Makes the company by the calls that the API makes, with a clock that is stepped through 100 days.

use super::company::{
    CUSTOMERS, ChargeSpec, CustomerSpec, METRICS, MetricSpec, PLANS, PRODUCTS, PlanSpec, customer_id,
    first_day, id,
};
use crate::{
    Error, Result,
    auth::{CustomerAccess, Operator},
    db::{
        self,
        customer::{CustomerFilter, NewCustomer},
        customer_plan::NewCustomerPlan,
        invoice::Wanted,
    },
    invoicing,
    metering::Event,
};
use app::billing::{
    BillableMetric, BillingFrequency, ChargeType, CreditType, Decimal, EventTypeFilter, InvoiceStatus,
    NewCharge, NewPlan, Price, PropertyFilter, TierMode, UnitConversion,
};
use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Utc};
use sqlx::PgPool;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The custom field that remembers the first day of a demo: the usage of later days is reckoned from it.
const FIRST_DAY: &str = "demo_first_day";

/// Events are recorded once so many have come together.
const BATCH: usize = 3_000;

/// Events of a day may come again for so long without counting twice.
const DEDUPE_DAYS: u64 = 30;

/// What the demo may read: its own customers.
fn access(slug: &str) -> CustomerAccess {
    Operator { token_id: "demo".to_owned(), can_write: true }.access(customer_id(slug))
}

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
    // The last customer is made last: once it is there, everything before it is.
    let origin = match (remembered(pool, large).await?, remembered(pool, CUSTOMERS[5].slug).await?) {
        (Some(origin), Some(_)) => origin,
        (None, None) => {
            let origin = first_day(today);
            found(pool, origin, now, grace).await?;
            say(&format!(
                "  Northlight: {} customers, {} metrics, {} plans",
                CUSTOMERS.len(),
                METRICS.len(),
                PLANS.len()
            ));
            origin
        }
        _ => {
            return Err(Error::Internal(
                "an earlier start was stopped before the demo's customers were made; remove its data folder"
                    .to_owned(),
            ));
        }
    };
    let from = last_day(pool, access(large), now).await?.map_or(origin, |last| {
        if last + Days::new(DEDUPE_DAYS) > today { last } else { last + Days::new(1) }
    });
    use_it(pool, origin, from, now, grace, say).await?;
    void_one(pool, access(large), now).await
}

/// The first day of a demo that this database already holds.
async fn remembered(pool: &PgPool, slug: &str) -> Result<Option<NaiveDate>> {
    let filter = CustomerFilter { customer_ids: Some(vec![customer_id(slug)]), ..CustomerFilter::default() };
    let known = db::customer::list(pool, &filter).await?.data;
    Ok(known.first().and_then(|detail| detail.customer.custom_fields.get(FIRST_DAY)?.parse().ok()))
}

/// The last day on which the large customer used anything.
async fn last_day(pool: &PgPool, access: CustomerAccess, now: DateTime<Utc>) -> Result<Option<NaiveDate>> {
    let all = db::usage::series(pool, access, now).await?.unwrap_or_default();
    let Some(series) = all.first() else { return Ok(None) };
    let last = series.values.iter().rposition(|value| !value.is_zero());
    Ok(last.map(|index| series.starting_on + Days::new(index as u64)))
}

/// Metrics, products, plans, customers.
async fn found(pool: &PgPool, origin: NaiveDate, now: DateTime<Utc>, grace: Duration) -> Result<()> {
    let today = now.date_naive();
    let billed = (now - grace).date_naive();
    let opening = CUSTOMERS
        .iter()
        .flat_map(|customer| customer.plans)
        .map(|stretch| midnight(stretch.starting_on.day(today, billed)))
        .min()
        .unwrap_or(now);

    let mut metrics = Vec::new();
    for spec in &METRICS {
        let metric = metric(spec);
        metrics.push(metric.id);
        db::billable_metric::create(pool, metric, opening).await?;
    }
    let mut products = Vec::new();
    for spec in &PRODUCTS {
        products.push(db::plan::create_product(pool, spec.name, spec.group_key, opening).await?);
    }
    let mut plans = Vec::new();
    for spec in &PLANS {
        plans.push(db::plan::create_plan(pool, plan(spec, &metrics, &products)?, opening).await?);
    }
    for spec in &CUSTOMERS {
        let first =
            spec.plans.first().map_or(now, |stretch| midnight(stretch.starting_on.day(today, billed)));
        db::customer::create(pool, customer(spec, origin), first).await?;
        for stretch in spec.plans {
            let start = midnight(stretch.starting_on.day(today, billed));
            let end = stretch.ending_before.map(|mark| midnight(mark.day(today, billed)));
            add_plan(pool, access(spec.slug), plans[stretch.plan], start, end).await?;
        }
    }
    Ok(())
}

fn customer(spec: &CustomerSpec, origin: NaiveDate) -> NewCustomer {
    NewCustomer {
        id: customer_id(spec.slug),
        name: spec.name.to_owned(),
        ingest_aliases: vec![spec.slug.to_owned()],
        custom_fields: BTreeMap::from([(FIRST_DAY.to_owned(), origin.to_string())]),
    }
}

fn metric(spec: &MetricSpec) -> BillableMetric {
    let exists = |name: &str| PropertyFilter {
        name: name.to_owned(),
        exists: Some(true),
        ..PropertyFilter::default()
    };
    BillableMetric {
        id: id(spec.name),
        name: spec.name.to_owned(),
        aggregation_type: spec.aggregation_type,
        aggregation_key: spec.aggregation_key.map(str::to_owned),
        event_type_filter: Some(EventTypeFilter {
            in_values: Some(vec![spec.event_type.to_owned()]),
            not_in_values: None,
        }),
        property_filters: spec.aggregation_key.map(exists).into_iter().collect(),
        group_keys: vec![vec!["region".to_owned()]],
        custom_fields: BTreeMap::new(),
        archived_at: None,
    }
}

fn plan(spec: &PlanSpec, metrics: &[Uuid], products: &[Uuid]) -> Result<NewPlan> {
    let charges = spec.charges.iter().map(|spec| charge(spec, metrics, products)).collect::<Result<_>>()?;
    Ok(NewPlan {
        name: spec.name.to_owned(),
        description: Some(spec.description.to_owned()),
        billing_frequency: BillingFrequency::Monthly,
        billing_anchor: spec.anchor,
        custom_fields: BTreeMap::new(),
        charges,
    })
}

fn charge(spec: &ChargeSpec, metrics: &[Uuid], products: &[Uuid]) -> Result<NewCharge> {
    let price = |&(tier, cents): &(i64, &str)| {
        let value = cents.parse().map_err(|error| Error::Internal(format!("price \"{cents}\" {error}")))?;
        Ok(Price { tier: Decimal::from(tier), value })
    };
    Ok(NewCharge {
        product_id: products[spec.product],
        name: spec.name.to_owned(),
        charge_type: if spec.metric.is_some() { ChargeType::Usage } else { ChargeType::Fixed },
        billable_metric_id: spec.metric.map(|metric| metrics[metric]),
        credit_type_id: CreditType::USD_CENTS,
        quantity: spec.metric.is_none().then(|| Decimal::from(1_i64)),
        prices: spec.prices.iter().map(price).collect::<Result<_>>()?,
        tier_mode: TierMode::Graduated,
        unit_conversion: (spec.per != 1)
            .then(|| UnitConversion { division_factor: Decimal::from(spec.per), rounding_behavior: None }),
        custom_fields: BTreeMap::new(),
    })
}

/// Lives through the days from `from` to now: usage comes in, ended periods are finalized.
async fn use_it(
    pool: &PgPool,
    origin: NaiveDate,
    from: NaiveDate,
    now: DateTime<Utc>,
    grace: Duration,
    say: &mut dyn FnMut(&str),
) -> Result<()> {
    let today = now.date_naive();
    let (mut waiting, mut recorded, mut finalized, mut said) = (Vec::new(), 0, 0, None);
    for day in from.iter_days().take_while(|day| *day <= today) {
        waiting.extend(events(origin, day, today).filter(|event| event.timestamp <= now));
        let clock = midnight(day + Days::new(1)).min(now);
        if waiting.len() < BATCH && day != today {
            continue;
        }
        recorded += db::usage::record(pool, std::mem::take(&mut waiting), clock).await?.fresh;
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

/// What all customers do on a day.
fn events(origin: NaiveDate, day: NaiveDate, today: NaiveDate) -> impl Iterator<Item = Event> {
    let active = CUSTOMERS.iter().filter(move |spec| {
        // Counted from the first day, so that a later start finds the same end.
        spec.gone.is_none_or(|days| day < first_end(origin, days) && day <= today)
    });
    active.filter_map(|spec| Some((spec, spec.shape?))).flat_map(move |(spec, shape)| {
        shape.day(spec.slug, origin, day).into_iter().map(|occurrence| Event {
            transaction_id: occurrence.transaction_id,
            customer_id: spec.slug.to_owned(),
            event_type: occurrence.event_type.to_owned(),
            timestamp: occurrence.at,
            properties: occurrence.properties,
        })
    })
}

/// The day so many days before the day on which the demo was made.
fn first_end(origin: NaiveDate, days_ago: u64) -> NaiveDate {
    origin + Days::new(super::company::DAYS - 1 - days_ago)
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

async fn add_plan(
    pool: &PgPool,
    access: CustomerAccess,
    plan_id: Uuid,
    starting_on: DateTime<Utc>,
    ending_before: Option<DateTime<Utc>>,
) -> Result<()> {
    let new = NewCustomerPlan {
        customer_id: access.customer_id(),
        plan_id,
        starting_on,
        ending_before,
        net_payment_terms_days: Some(30),
        custom_fields: BTreeMap::new(),
    };
    db::customer_plan::add(pool, new, starting_on).await.map(drop)
}

/// One mistake of the past, taken back: the large customer's fourth-newest invoice is void.
async fn void_one(pool: &PgPool, access: CustomerAccess, now: DateTime<Utc>) -> Result<()> {
    let wanted = Wanted { descending: true, limit: 100, ..Wanted::default() };
    let invoices = db::invoice::list(pool, access, &wanted).await?;
    if invoices.iter().any(|invoice| invoice.status == InvoiceStatus::Void) {
        return Ok(());
    }
    if let Some(invoice) = invoices.get(3) {
        invoicing::void(pool, invoice.id, now).await?;
    }
    Ok(())
}
