//! Creates the demo's metrics, products, plans and customers, going on where an earlier start was stopped.

use super::company::{
    CUSTOMERS, ChargeSpec, CustomerSpec, DAYS, METRICS, MetricSpec, PLANS, PRODUCTS, PlanSpec, customer_id,
    id, midnight,
};
use crate::{
    Error, Result,
    auth::{CustomerAccess, Operator},
    db::{
        self,
        customer::{CustomerFilter, NewCustomer},
        customer_plan::{NewCustomerPlan, NewSpendingCap},
    },
};
use app::billing::{
    BillableMetric, BillingFrequency, ChargeType, CreditType, Decimal, EventTypeFilter, NewCharge, NewPlan,
    NewProduct, NonZeroDecimal, Price, PropertyFilter, TierMode, TierScope, UnitConversion,
};
use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use sqlx::PgPool;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What the demo may read: its own customers.
pub(super) fn access(slug: &str) -> CustomerAccess {
    Operator { token_id: "demo".to_owned(), can_write: true }.access(customer_id(slug))
}

/// The custom field that remembers the first day of a demo: the usage of later days is reckoned from it.
const FIRST_DAY: &str = "demo_first_day";

/// The custom field by which a plan of the demo is known from somebody else's of the same name.
const DEMO_PLAN: &str = "demo_plan";

/// The first day of a demo that this database already holds, finished or not.
pub(super) async fn remembered(pool: &PgPool, slug: &str) -> Result<Option<NaiveDate>> {
    let filter = CustomerFilter { customer_ids: Some(vec![customer_id(slug)]), ..CustomerFilter::default() };
    let known = db::customer::list(pool, &filter).await?.data;
    Ok(known.first().and_then(|detail| detail.customer.custom_fields.get(FIRST_DAY)?.parse().ok()))
}

/// Makes what is missing of metrics, products, plans and customers; the last customer comes last.
pub(super) async fn create_company(
    pool: &PgPool,
    origin: NaiveDate,
    now: DateTime<Utc>,
    grace: Duration,
) -> Result<()> {
    // The day on which the demo was begun, also when it is finished later.
    let today = origin + Days::new(DAYS - 1);
    let billed = (now.min(midnight(today + Days::new(1))) - grace).date_naive();
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
        match db::billable_metric::find(pool, metric.id).await {
            Err(Error::NotFound(_)) => db::billable_metric::create(pool, metric, opening).await?,
            known => drop(known?),
        }
    }
    let plans = found_plans(pool, &metrics, opening).await?;
    for spec in &CUSTOMERS {
        let first =
            spec.plans.first().map_or(now, |stretch| midnight(stretch.starting_on.day(today, billed)));
        if remembered(pool, spec.slug).await?.is_none() {
            db::customer::create(pool, customer(spec, origin), first).await?;
        }
        let known = db::customer_plan::list(pool, access(spec.slug), None, None).await?.data;
        // They are added in this order.
        for stretch in spec.plans.iter().skip(known.len()) {
            let start = midnight(stretch.starting_on.day(today, billed));
            let new = NewCustomerPlan {
                access: access(spec.slug),
                plan_id: plans[stretch.plan],
                starting_on: start,
                ending_before: stretch.ending_before.map(|mark| midnight(mark.day(today, billed))),
                net_payment_terms_days: Some(30),
                price_adjustments: Vec::new(),
                trial_ending_before: stretch.trial.map(|trial| start + Days::new(trial.days)),
                trial_spending_cap: stretch.trial.map(|trial| NewSpendingCap {
                    amount: Decimal::from(trial.cap),
                    credit_type_id: CreditType::USD_CENTS,
                }),
                finalize_after: None,
                custom_fields: BTreeMap::new(),
            };
            db::customer_plan::add(pool, new, start, grace).await?;
        }
    }
    Ok(())
}

/// The plans' ids, in the order of [`PLANS`]. A plan comes with its products, so that those of a stopped start, which
/// nothing lists, are not looked for.
async fn found_plans(pool: &PgPool, metrics: &[Uuid], opening: DateTime<Utc>) -> Result<Vec<Uuid>> {
    let known = db::plan::list(pool, None, None).await?.data;
    let of = |spec: &PlanSpec| {
        known.iter().find(|plan| plan.custom_fields.get(DEMO_PLAN).is_some_and(|name| name == spec.name))
    };
    let mut products: Vec<Uuid> = Vec::new();
    let mut plans = Vec::new();
    for spec in &PLANS {
        if let Some(plan) = of(spec) {
            plans.push(plan.id);
            continue;
        }
        if products.is_empty() {
            for spec in &PRODUCTS {
                products.push(
                    db::plan::create_product(pool, NewProduct::new(spec.name, spec.group_key), opening)
                        .await?,
                );
            }
        }
        plans.push(db::plan::create_plan(pool, plan(spec, metrics, &products)?, opening).await?);
    }
    Ok(plans)
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
        custom_fields: BTreeMap::from([(DEMO_PLAN.to_owned(), spec.name.to_owned())]),
        charges,
        minimums: Vec::new(),
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
        start_period: 0,
        tier_mode: TierMode::Graduated,
        tier_scope: TierScope::PerGroup,
        tier_reset_frequency: 1,
        unit_conversion: NonZeroDecimal::new(Decimal::from(spec.per))
            .filter(|per| *per != NonZeroDecimal::one())
            .map(|division_factor| UnitConversion { division_factor, rounding_behavior: None }),
        custom_fields: BTreeMap::new(),
    })
}
