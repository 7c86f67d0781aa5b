//! Customers.

use super::{Data, Id};
use crate::{
    AppState, Error, Result,
    auth::Operator,
    clock, db,
    db::customer::{CustomerFilter, NewCustomer},
    extract::{Body, Path, Query},
    limits,
    openapi::{Call, Calls},
};
use app::billing::{AN_ID, Customer, CustomerDetail, Page};
use axum::{Json, extract::State, http::StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::IgnoredAny};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The calls about customers.
pub(super) fn calls() -> Calls {
    Calls::new("Customers", "Who is billed.")
        .get("/v1/customers", list, LIST)
        .post("/v1/customers", create, CREATE)
        .get("/v1/customers/{customer_id}", retrieve, RETRIEVE)
        .post("/v1/customers/{customer_id}/setName", set_name, SET_NAME)
        .post("/v1/customers/{customer_id}/setIngestAliases", set_ingest_aliases, SET_INGEST_ALIASES)
        .post("/v1/customers/{customer_id}/updateConfig", update_config, UPDATE_CONFIG)
        .post("/v1/customers/archive", archive, ARCHIVE)
}

const CREATE: Call = Call::new("customers.create", "Create a customer")
    .about(
        "An ingest alias is your own id of the customer: events may carry it in place of the customer id, even before \
         the customer exists. Names are cut at 160 characters.",
    )
    .body(r#"{ "name": "Acme", "ingest_aliases": ["acme-production"] }"#)
    .conflict(
        "Another customer, archived ones included, has one of the ingest aliases, or the value of a custom field that \
         has to be unique.",
    );

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Create {
    name: String,
    #[serde(default)]
    ingest_aliases: Vec<String>,
    /// Deprecated at the vendor: one more alias, the first.
    external_id: Option<String>,
    #[serde(default)]
    custom_fields: BTreeMap<String, String>,
    /// Settings of the vendor's payment integrations, none of which is part of Inlay.
    #[serde(default, rename = "billing_config")]
    #[schemars(with = "Option<serde_json::Value>")]
    _billing_config: IgnoredAny,
    #[serde(default, rename = "customer_billing_provider_configurations")]
    #[schemars(with = "Option<serde_json::Value>")]
    _customer_billing_provider_configurations: IgnoredAny,
    #[serde(default, rename = "customer_revenue_system_configurations")]
    #[schemars(with = "Option<serde_json::Value>")]
    _customer_revenue_system_configurations: IgnoredAny,
}

async fn create(
    State(state): State<AppState>,
    _: Operator,
    Body(body): Body<Create>,
) -> Result<Json<Data<Customer>>> {
    let now = clock::now();
    let external_id = body.external_id.filter(|alias| !alias.is_empty());
    let (aliases, offset) = match external_id {
        Some(alias) => (std::iter::once(alias).chain(body.ingest_aliases).collect(), 1),
        None => (body.ingest_aliases, 0),
    };
    let new = NewCustomer {
        id: db::new_id(now),
        name: name(&body.name)?,
        ingest_aliases: distinct(aliases, |index| match index.checked_sub(offset) {
            Some(index) => format!("ingest_aliases[{index}]"),
            None => "external_id".to_owned(),
        })?,
        custom_fields: checked_custom_fields(body.custom_fields)?,
    };
    Ok(Json(Data { data: db::customer::create(&state.pool, new, now).await? }))
}

const LIST: Call = Call::new("customers.list", "List customers")
    .about("`customer_ids` is a comma-joined list.")
    .order("Oldest first.", &["created_at", "id"])
    .query("limit=10");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct List {
    customer_ids: Option<String>,
    ingest_alias: Option<String>,
    /// The archived ones instead of the others.
    #[schemars(extend("default" = false))]
    only_archived: Option<bool>,
    /// Comma-joined.
    salesforce_account_ids: Option<String>,
    /// Rows a page.
    limit: Option<i64>,
    next_page: Option<String>,
}

async fn list(
    State(state): State<AppState>,
    _: Operator,
    Query(query): Query<List>,
) -> Result<Json<Page<CustomerDetail>>> {
    let salesforce = query.salesforce_account_ids.filter(|ids| !ids.is_empty());
    let filter = CustomerFilter {
        customer_ids: query.customer_ids.as_deref().map(uuids).transpose()?,
        ingest_alias: query.ingest_alias,
        salesforce_account_ids: salesforce.map(|ids| ids.split(',').map(|id| id.trim().to_owned()).collect()),
        only_archived: query.only_archived.unwrap_or(false),
        limit: query.limit,
        next_page: query.next_page,
    };
    Ok(Json(db::customer::list(&state.pool, &filter).await?))
}

const RETRIEVE: Call = Call::new("customers.retrieve", "Retrieve a customer").missing("the customer");

async fn retrieve(
    State(state): State<AppState>,
    operator: Operator,
    Path(customer_id): Path<Uuid>,
) -> Result<Json<Data<CustomerDetail>>> {
    // Not for readers: custom fields and aliases are the integrator's own.
    let access = operator.access(customer_id);
    Ok(Json(Data { data: db::customer::find(&state.pool, access).await? }))
}

const SET_NAME: Call = Call::new("customers.setName", "Rename a customer")
    .body(r#"{ "name": "Acme Corporation" }"#)
    .missing("the customer");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SetName {
    name: String,
}

async fn set_name(
    State(state): State<AppState>,
    operator: Operator,
    Path(customer_id): Path<Uuid>,
    Body(body): Body<SetName>,
) -> Result<Json<Data<Customer>>> {
    let access = operator.access(customer_id);
    let data = db::customer::set_name(&state.pool, access, name(&body.name)?, clock::now()).await?;
    Ok(Json(Data { data }))
}

const SET_INGEST_ALIASES: Call =
    Call::new("customers.setIngestAliases", "Replace a customer's ingest aliases")
        .about("The list replaces the one before. The body of the answer is empty.")
        .body(r#"{ "ingest_aliases": ["acme-production", "acme-staging"] }"#)
        .missing("the customer")
        .conflict(
            "Another customer, archived ones included, has one of the aliases: take it from that one first.",
        );

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SetIngestAliases {
    ingest_aliases: Vec<String>,
}

async fn set_ingest_aliases(
    State(state): State<AppState>,
    operator: Operator,
    Path(customer_id): Path<Uuid>,
    Body(body): Body<SetIngestAliases>,
) -> Result<StatusCode> {
    let access = operator.access(customer_id);
    let aliases = distinct(body.ingest_aliases, |index| format!("ingest_aliases[{index}]"))?;
    db::customer::set_ingest_aliases(&state.pool, access, aliases, clock::now()).await?;
    Ok(StatusCode::OK)
}

const UPDATE_CONFIG: Call = Call::new("customers.updateConfig", "Set what a customer is called elsewhere")
    .about(
        "`salesforce_account_id` is kept and can be listed by; `null` removes it, and without it nothing changes. \
         `leave_stripe_invoices_in_draft` is taken and has no effect: nothing is sent to Stripe. The body of the \
         answer is empty.",
    )
    .body(r#"{ "salesforce_account_id": "0015500001WO1ZiAAL" }"#)
    .missing("the customer");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct UpdateConfig {
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<String>")]
    salesforce_account_id: Option<Option<String>>,
    #[serde(default, rename = "leave_stripe_invoices_in_draft")]
    _leave_stripe_invoices_in_draft: Option<bool>,
}

/// Tells `null` from a field that is not there.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

async fn update_config(
    State(state): State<AppState>,
    operator: Operator,
    Path(customer_id): Path<Uuid>,
    Body(body): Body<UpdateConfig>,
) -> Result<StatusCode> {
    let access = operator.access(customer_id);
    if let Some(id) = body.salesforce_account_id.iter().flatten().next() {
        limits::check_text(id, limits::WORD)
            .map_err(|problem| Error::field("salesforce_account_id", problem))?;
    }
    match body.salesforce_account_id {
        Some(id) => db::customer::set_salesforce_account_id(&state.pool, access, id, clock::now()).await?,
        // Answers 404 for a customer that does not exist.
        None => drop(db::customer::find(&state.pool, access).await?),
    }
    Ok(StatusCode::OK)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ById {
    pub(super) id: Uuid,
}

const ARCHIVE: Call = Call::new("customers.archive", "Archive a customer")
    .about(
        "Its plans end with the day, UTC, its finalized invoices are voided and it has no more drafts, all at once. \
         It is no longer listed, but can be read, as can its invoices. Its ingest aliases stay taken. It cannot be \
         taken back.",
    )
    .body(r#"{ "id": "{customer_id}" }"#)
    .missing("the customer");

async fn archive(
    State(state): State<AppState>,
    operator: Operator,
    Body(body): Body<ById>,
) -> Result<Json<Data<Id>>> {
    db::customer::archive(&state.pool, operator.access(body.id), clock::now()).await?;
    Ok(Id::json(body.id))
}

/// A name without the blanks around it, cut at 160 characters, as at the vendor.
fn name(text: &str) -> Result<String> {
    let name: String = text.trim().chars().take(limits::NAME).collect();
    if name.is_empty() { Err(Error::field("name", "is empty")) } else { Ok(name) }
}

/// Aliases without repetitions, in their order.
fn distinct(aliases: Vec<String>, path: impl Fn(usize) -> String) -> Result<Vec<String>> {
    limits::check_count(aliases.len(), limits::INGEST_ALIASES)
        .map_err(|problem| Error::field("ingest_aliases", problem))?;
    let mut distinct: Vec<String> = Vec::new();
    for (index, alias) in aliases.into_iter().enumerate() {
        if alias.is_empty() || limits::check_text(&alias, limits::WORD).is_err() {
            return Err(Error::field(path(index), format!("must have 1 to {} characters", limits::WORD)));
        }
        if !distinct.contains(&alias) {
            distinct.push(alias);
        }
    }
    Ok(distinct)
}

/// Custom fields, within their bounds.
pub(super) fn checked_custom_fields(fields: BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
    limits::check_custom_fields(&fields).map_err(|(path, problem)| Error::field(path, problem))?;
    Ok(fields)
}

/// A comma-joined list of ids.
fn uuids(list: &str) -> Result<Vec<Uuid>> {
    let ids = list.split(',').filter(|id| !id.is_empty()).enumerate();
    ids.map(|(index, id)| {
        id.trim()
            .parse()
            .map_err(|_| Error::field(format!("customer_ids[{index}]"), format!("\"{id}\" is not {AN_ID}")))
    })
    .collect()
}
