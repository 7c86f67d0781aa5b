//! Plans. `POST /v1/plans/create` is ours; the rest is Metronome's.

use super::{Data, Id, PageQuery};
use crate::{
    AppState, Error, Result,
    auth::Operator,
    clock,
    db::{self, plan::PlanCustomerFilter},
    extract::{Body, Path, Query},
    openapi::{Call, Calls},
};
use app::billing::{Charge, NewPlan, Page, Plan, PlanCustomer, PlanDetails};
use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

/// `/v1/plans` and `/v1/planDetails`.
pub(super) fn calls() -> Calls {
    Calls::new("Plans", "What is sold, and how it is priced.")
        .get("/v1/plans", list, LIST)
        .post("/v1/plans/create", create, CREATE)
        .get("/v1/planDetails/{plan_id}", details, DETAILS)
        .get("/v1/planDetails/{plan_id}/charges", charges, CHARGES)
        .get("/v1/planDetails/{plan_id}/customers", customers, CUSTOMERS)
}

const CREATE: Call = Call::new("plans.create", "Create a plan")
    .about(
        "Metronome makes plans in its user interface; this call is Inlay's own. A plan is a list of charges, each \
         belonging to a product: products are the lines of the invoice, charges their parts.\n\n\
         - A `usage` charge prices a billable metric: it needs `billable_metric_id`, and refuses `quantity`. A `fixed` \
         one prices a `quantity` every billing period: it needs that, and refuses `billable_metric_id`. Both need \
         `prices`.\n\
         - `prices` is one price, or a tier each; the first starts at 0. `tier_mode` `graduated`, the default, prices \
         each unit by its own tier, `volume` all units by the highest tier reached. A price may be 0 or below 0: then \
         the units lower the invoice.\n\
         - `tier_scope` says whose usage the tiers of a product with a `group_key` count. With `PER_GROUP`, the default, \
         each group value has tiers of its own: four carriers have their own first 100 labels each. With \
         `ACROSS_GROUPS` all of them move through the tiers together, and each line has its share by quantity.\n\
         - `unit_conversion` divides the quantity of each billing period before it is priced, and rounds it if asked \
         to.\n\
         - `start_period` makes a ramp: a charge applies from this billing period on, counted from 0, the one in which \
         the customer's plan starts or its trial ends, in the place of charges of the same product and name that \
         started before.\n\
         - `tier_reset_frequency` lets tiers count over so many billing periods, from the first; the usage of the \
         periods before, since the reset, has moved through the tiers already.\n\
         - `minimums`: where the lines sum to less, an invoice adjustment adds the rest. One holds at a time, the one \
         with the latest `start_period` that has come.\n\
         - Fixed quantities and minimums are prorated by days in a period that the plan's start, its end or the end \
         of a trial cuts; usage never is.\n\
         - Within a line amounts are exact; each line is rounded once, half away from zero, to the smallest unit: \
         whole cents of USD, 2 digits of most currencies, none of JPY and 3 of KWD; custom units are not rounded. \
         The subtotal is the sum of the rounded lines, the total that and the adjustments.\n\
         - Amounts in `USD (cents)` are cents; other currencies are in whole units.",
    )
    .body(
        r#"{
  "name": "Pro",
  "billing_frequency": "MONTHLY",
  "charges": [
    {
      "product_id": "{product_id}",
      "name": "Tokens",
      "charge_type": "usage",
      "billable_metric_id": "{billable_metric_id}",
      "credit_type_id": "{usd_cents}",
      "prices": [{ "tier": 0, "value": 0.02 }, { "tier": 1000000, "value": 0.015 }],
      "tier_reset_frequency": 3
    }
  ],
  "minimums": [{ "name": "Minimum", "credit_type_id": "{usd_cents}", "value": 5000 }]
}"#,
    )
    .conflict("Another one has the value of a custom field that has to be unique.");

async fn create(
    _: Operator,
    State(state): State<AppState>,
    Body(plan): Body<NewPlan>,
) -> Result<Json<Data<Id>>> {
    let id = db::write(async move { db::plan::create_plan(&state.pool, plan, clock::now()).await }).await?;
    Ok(Id::json(id))
}

const LIST: Call =
    Call::new("plans.list", "List plans").order("Oldest first.", &["created_at", "id"]).query("limit=10");

async fn list(
    _: Operator,
    State(state): State<AppState>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Plan>>> {
    db::plan::list(&state.pool, query.limit, query.next_page.as_deref()).await.map(Json)
}

const DETAILS: Call = Call::new("plans.getDetails", "Retrieve a plan").missing("the plan");

async fn details(
    _: Operator,
    State(state): State<AppState>,
    Path(plan_id): Path<Uuid>,
) -> Result<Json<Data<PlanDetails>>> {
    db::plan::details(&state.pool, plan_id).await.map(Data::json)
}

const CHARGES: Call = Call::new("plans.listCharges", "List the charges of a plan")
    .order("In the order in which the plan was made of them.", &["position"])
    .query("limit=10")
    .missing("the plan");

async fn charges(
    _: Operator,
    State(state): State<AppState>,
    Path(plan_id): Path<Uuid>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Charge>>> {
    db::plan::charges(&state.pool, plan_id, query.limit, query.next_page.as_deref()).await.map(Json)
}

const CUSTOMERS: Call = Call::new("plans.listCustomers", "List the customers on a plan")
    .about("`status` is `all`, or one or more of `active`, `ended` and `upcoming`, comma-joined.")
    .order(
        "By when they came on the plan, oldest first.",
        &["plan_details.starting_on", "plan_details.customer_plan_id"],
    )
    .query("status=active")
    .missing("the plan");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CustomersQuery {
    /// Rows a page.
    limit: Option<i64>,
    next_page: Option<String>,
    #[schemars(extend("default" = "active"))]
    status: Option<String>,
}

async fn customers(
    _: Operator,
    State(state): State<AppState>,
    Path(plan_id): Path<Uuid>,
    Query(query): Query<CustomersQuery>,
) -> Result<Json<Page<PlanCustomer>>> {
    let filter = filter(query.status.as_deref().unwrap_or("active"))?;
    let next_page = query.next_page.as_deref();
    db::plan::customers(&state.pool, plan_id, filter, query.limit, next_page, clock::now()).await.map(Json)
}

/// `all`, or one or more of the others, comma-joined.
fn filter(text: &str) -> Result<PlanCustomerFilter> {
    let mut filter = PlanCustomerFilter::default();
    for word in text.split(',') {
        match word.trim().to_ascii_lowercase().as_str() {
            "all" => filter = PlanCustomerFilter { active: true, ended: true, upcoming: true },
            "active" => filter.active = true,
            "ended" => filter.ended = true,
            "upcoming" => filter.upcoming = true,
            _ => {
                return Err(Error::field(
                    "status",
                    format!("\"{word}\" is not one of all, active, ended, upcoming"),
                ));
            }
        }
    }
    Ok(filter)
}
