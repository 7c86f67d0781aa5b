//! Products: what plans sell. Metronome makes them in its user interface; the call is ours.

use super::{Data, Id};
use crate::{
    AppState, Result,
    auth::Operator,
    clock, db,
    extract::Body,
    openapi::{Call, Calls},
};
use app::billing::NewProduct;
use axum::{Json, extract::State};

/// `POST /v1/products/create`.
pub(super) fn calls() -> Calls {
    Calls::new("Plans", "").post("/v1/products/create", create, CREATE)
}

const CREATE: Call = Call::new("products.create", "Create a product")
    .about(
        "A product is a line of the invoice. With `group_key` it is a line for each value of that property of the \
         events; tiers count each value apart, unless the charge's `tier_scope` is `ACROSS_GROUPS`. Metronome makes the \
         products of plans in its user interface; this call is Inlay's own.",
    )
    .body(r#"{ "name": "Tokens" }"#)
    .conflict("Another one has the value of a custom field that has to be unique.");

async fn create(
    _: Operator,
    State(state): State<AppState>,
    Body(product): Body<NewProduct>,
) -> Result<Json<Data<Id>>> {
    let id =
        db::write(async move { db::plan::create_product(&state.pool, product, clock::now()).await }).await?;
    Ok(Id::json(id))
}
