//! Credit types: the currencies and custom units that plans are counted in.

use super::{Data, Id, PageQuery};
use crate::{
    AppState, Result,
    auth::Operator,
    clock, db,
    extract::{Body, Query},
    openapi::{Call, Calls},
};
use app::billing::{ListedCreditType, Page};
use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

/// `/v1/credit-types`.
pub(super) fn calls() -> Calls {
    Calls::new("Credit types", "What amounts are counted in: currencies, and units of your own.")
        .get("/v1/credit-types/list", list, LIST)
        .post("/v1/credit-types/create", create, CREATE)
        .post("/v1/credit-types/archive", archive, ARCHIVE)
}

const LIST: Call = Call::new("pricingUnits.list", "List credit types")
    .about(
        "Those that are not archived. `USD (cents)` has the same id everywhere, and its amounts are cents; \
         other currencies are in whole units.",
    )
    .order("By name.", &["name"])
    .query("limit=10");

async fn list(
    _: Operator,
    State(state): State<AppState>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ListedCreditType>>> {
    db::credit_type::list(&state.pool, query.limit, query.next_page.as_deref()).await.map(Json)
}

const CREATE: Call = Call::new("pricingUnits.create", "Create a custom credit type")
    .about(
        "A unit of your own, such as credits or tokens. Its amounts are plain numbers and are not rounded.",
    )
    .body(r#"{ "name": "Compute credits" }"#)
    .conflict("The name is taken, by a currency or by another unit, archived or not.");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CreateBody {
    name: String,
}

async fn create(
    _: Operator,
    State(state): State<AppState>,
    Body(CreateBody { name }): Body<CreateBody>,
) -> Result<Json<Data<Id>>> {
    let id =
        db::write(async move { db::credit_type::create(&state.pool, &name, clock::now()).await }).await?;
    Ok(Id::json(id))
}

const ARCHIVE: Call = Call::new("pricingUnits.archive", "Archive a custom credit type")
    .about("Plans that use it go on; new ones cannot use it. Currencies cannot be archived.")
    .body(r#"{ "id": "{custom_credit_type_id}" }"#)
    .missing("the credit type");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ArchiveBody {
    id: Uuid,
}

async fn archive(
    _: Operator,
    State(state): State<AppState>,
    Body(ArchiveBody { id }): Body<ArchiveBody>,
) -> Result<Json<Data<Id>>> {
    db::write(async move { db::credit_type::archive(&state.pool, id, clock::now()).await }).await?;
    Ok(Id::json(id))
}
