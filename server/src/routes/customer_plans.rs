//! Which customer is on which plan, and when.

use super::{Data, Id, PageQuery};
use crate::{
    AppState, Error, Result,
    auth::Operator,
    clock,
    db::{
        self,
        customer_plan::{NewCustomerPlan, NewSpendingCap, PlanEndEffects},
    },
    extract::{Body, Path, Query},
    invoicing::{self, Billing},
    openapi::{Call, Calls},
    timestamp,
};
use app::billing::{CustomerPlan, Decimal, ListedPriceAdjustment, Page, PriceAdjustment};
use axum::{Json, extract::State};
use chrono::{DateTime, Duration, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// `/v1/customers/{customer_id}/plans`.
pub(super) fn calls() -> Calls {
    Calls::new("Plans of customers", "Which customer is on which plan, and when.")
        .get("/v1/customers/{customer_id}/plans", list, LIST)
        .post("/v1/customers/{customer_id}/plans/add", add, ADD)
        .post("/v1/customers/{customer_id}/plans/{customer_plan_id}/end", end, END)
        .get(
            "/v1/customers/{customer_id}/plans/{customer_plan_id}/priceAdjustments",
            price_adjustments,
            PRICE_ADJUSTMENTS,
        )
}

const LIST: Call = Call::new("customers.plans.list", "List a customer's plans")
    .about(
        "`amount_remaining` of a trial's spending cap is what its invoice has not waived: its draft \
         as usage stands now, and from then on the finalized one.",
    )
    .order("By their start, newest first.", &["-starting_on", "-id"])
    .query("limit=10")
    .missing("the customer");

async fn list(
    operator: Operator,
    State(state): State<AppState>,
    Path(customer_id): Path<Uuid>,
    Query(PageQuery { limit, next_page }): Query<PageQuery>,
) -> Result<Json<Page<CustomerPlan>>> {
    let access = operator.access(customer_id);
    let billing = Billing { pool: &state.pool, now: clock::now(), grace: state.settings.grace_period };
    invoicing::customer_plans(billing, access, limit, next_page.as_deref()).await.map(Json)
}

const ADD: Call = Call::new("customers.plans.add", "Put a customer on a plan")
    .about(
        "Dates are at midnight UTC; `starting_on` is inclusive, `ending_before` exclusive and optional. A customer is \
         on one plan at a time. A start in the past bills the periods since then: each has a draft at once, and is \
         finalized when the grace period has passed since the plan was added, or at `finalize_after`. See \
         [Migrating past usage](#migrating).\n\n\
         - A plan change is an end of one plan and a start of the next on the same day: each has an invoice of its \
         own for its part of the period, fixed charges prorated by days, and lines that say from when to when.\n\
         - `price_adjustments` change prices of the plan for this customer: by a share (`percentage`, -0.05 is a \
         discount of 5 %), by an amount (`fixed`), to a price (`override`), or the `quantity` of a fixed charge, each \
         from a `start_period` on, counted from 0. For each price the one that started last holds, and of two that \
         start together the one that names the `tier`; they do not add up.\n\
         - `trial_spec` is a billing period of its own before the plan's regular terms, one invoice however long it \
         is: it has the usage of the first `length_in_days` days at the prices of `start_period` 0 and an adjustment \
         \"Trial\" that takes all of it off, or at most the `spending_cap`. Fixed charges and minimums are not in it, its \
         usage does not count toward later tiers, and `start_period` and the billing anchor count from its end. What \
         `addCharge` put on its invoice is owed. A trial with a cap that was ended and billed does not go on.\n\
         - `overage_rate_adjustments` are refused.",
    )
    .body(r#"{ "plan_id": "{plan_id}", "starting_on": "{next_month}", "net_payment_terms_days": 30,
  "trial_spec": { "length_in_days": 14, "spending_cap": { "amount": 50000, "credit_type_id": "{usd_cents}" } } }"#)
    .missing("the customer")
    .conflict(
        "The customer is already on a plan in this time, or another one has the value of a custom field that has to be \
         unique.",
    );

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AddBody {
    plan_id: Uuid,
    #[serde(deserialize_with = "timestamp::deserialize")]
    starting_on: DateTime<Utc>,
    #[serde(default, deserialize_with = "timestamp::deserialize_optional")]
    ending_before: Option<DateTime<Utc>>,
    net_payment_terms_days: Option<i64>,
    #[serde(default)]
    price_adjustments: Vec<PriceAdjustment>,
    /// Must be empty: plans have no overage rates.
    #[serde(default)]
    overage_rate_adjustments: Vec<serde_json::Value>,
    trial_spec: Option<TrialSpec>,
    /// Inlay's own: until when the invoices of periods that are over wait, instead of for the grace period from now on; at
    /// most 90 days ahead. A time that has passed is now.
    #[serde(default, deserialize_with = "timestamp::deserialize_optional")]
    finalize_after: Option<DateTime<Utc>>,
    #[serde(default)]
    custom_fields: BTreeMap<String, String>,
}

/// A trial at the start of the plan: its usage is free, or as much of it as the spending cap says.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TrialSpec {
    /// From 1 to 3650.
    length_in_days: i64,
    spending_cap: Option<SpendingCap>,
}

/// The most that a trial waives: usage beyond it is charged.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SpendingCap {
    /// Above 0, in the credit type: cents for USD. At most 18 digits before and after the point.
    amount: Decimal,
    /// That of the plan's charges.
    credit_type_id: Uuid,
}

impl TrialSpec {
    fn ending_before(&self, starting_on: DateTime<Utc>) -> Result<DateTime<Utc>> {
        if !(1..=3_650).contains(&self.length_in_days) {
            let problem = format!("must be from 1 to 3650, not {}", self.length_in_days);
            return Err(Error::field("trial_spec.length_in_days", problem));
        }
        Ok(starting_on + Duration::days(self.length_in_days))
    }
}

async fn add(
    operator: Operator,
    State(state): State<AppState>,
    Path(customer_id): Path<Uuid>,
    Body(body): Body<AddBody>,
) -> Result<Json<Data<Id>>> {
    if !body.overage_rate_adjustments.is_empty() {
        return Err(Error::field(
            "overage_rate_adjustments",
            "is not supported: plans have no overage rates, custom units are billed in themselves",
        ));
    }
    let trial = body.trial_spec;
    let trial_ending_before =
        trial.as_ref().map(|trial| trial.ending_before(body.starting_on)).transpose()?;
    let cap = trial.and_then(|trial| trial.spending_cap);
    let new = NewCustomerPlan {
        access: operator.access(customer_id),
        plan_id: body.plan_id,
        starting_on: body.starting_on,
        ending_before: body.ending_before,
        net_payment_terms_days: body.net_payment_terms_days,
        price_adjustments: body.price_adjustments,
        trial_ending_before,
        trial_spending_cap: cap
            .map(|cap| NewSpendingCap { amount: cap.amount, credit_type_id: cap.credit_type_id }),
        finalize_after: body.finalize_after,
        custom_fields: body.custom_fields,
    };
    let id = db::write(async move {
        db::customer_plan::add(&state.pool, new, clock::now(), state.settings.grace_period).await
    })
    .await?;
    Ok(Id::json(id))
}

const PRICE_ADJUSTMENTS: Call =
    Call::new("customers.plans.listPriceAdjustments", "List the price adjustments of a customer's plan")
        .order("By the plan's charges, then by `start_period`.", &["position", "start_period"])
        .query("limit=10")
        .missing("the customer plan");

async fn price_adjustments(
    operator: Operator,
    State(state): State<AppState>,
    Path((customer_id, customer_plan_id)): Path<(Uuid, Uuid)>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ListedPriceAdjustment>>> {
    let PageQuery { limit, next_page } = query;
    let next_page = next_page.as_deref();
    let access = operator.access(customer_id);
    db::customer_plan::price_adjustments(&state.pool, access, customer_plan_id, limit, next_page)
        .await
        .map(Json)
}

const END: Call = Call::new("customers.plans.end", "End a customer's plan")
    .about(
        "`ending_before` is at midnight UTC; without one, an end that was set is taken back. The period in which it \
         lies is billed to that day. Periods that are over and that this changes are finalized when the grace period has \
         passed since the call.\n\n\
         Finalized invoices stay as they are. An end before that of their periods is refused with their numbers and ids, \
         unless `void_invoices` says to void them; what is left of the first of them is billed anew. `warnings` names \
         each that was voided, and the day since which usage is on no plan, where that is before today: such usage is \
         billed to nobody, and [listed](#usage.listUnmatched) as `no_plan`.",
    )
    .body(r#"{ "ending_before": "{next_month}" }"#)
    .missing("the customer plan")
    .conflict("Another plan of the customer is in the way, or a trial with a spending cap would begin anew.");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EndBody {
    #[serde(default, deserialize_with = "timestamp::deserialize_optional")]
    ending_before: Option<DateTime<Utc>>,
    #[serde(default)]
    void_invoices: bool,
    /// Nothing is sent to Stripe, so there is nothing to void there.
    #[serde(default, rename = "void_stripe_invoices")]
    _void_stripe_invoices: bool,
}

/// How a plan was ended.
#[derive(JsonSchema, Serialize)]
struct EndAnswer {
    /// Inlay's own: which invoices were voided, and since when usage is on no plan, a sentence each; empty when neither.
    warnings: Vec<String>,
}

async fn end(
    operator: Operator,
    State(state): State<AppState>,
    Path((customer_id, customer_plan_id)): Path<(Uuid, Uuid)>,
    Body(body): Body<EndBody>,
) -> Result<Json<EndAnswer>> {
    let access = operator.access(customer_id);
    let ended = db::write(async move {
        let EndBody { ending_before, void_invoices, .. } = body;
        let (now, grace, pool) = (clock::now(), state.settings.grace_period, &state.pool);
        db::customer_plan::end(pool, access, customer_plan_id, ending_before, void_invoices, now, grace).await
    })
    .await?;
    Ok(Json(EndAnswer { warnings: warnings(&ended) }))
}

fn warnings(ended: &PlanEndEffects) -> Vec<String> {
    let day = |at: DateTime<Utc>| at.format("%Y-%m-%d");
    let voided = ended.voided.iter().map(|(name, period)| {
        format!(
            "the finalized invoice {} ({}) of {} to {} was voided",
            name.invoice_number,
            name.id,
            day(period.start),
            day(period.end)
        )
    });
    let gap = ended.without_plan_since.map(|since| {
        format!(
            "the plan ended before today and no other begins on {}: usage from that day on is billed to nobody, see \
             GET /v1/events/unmatched",
            day(since)
        )
    });
    voided.chain(gap).collect()
}
