//! Products: what plans sell. Metronome makes them in its user interface; the call is ours.

use super::{Data, Id};
use crate::{AppState, Result, auth::Operator, clock, db, extract::Body};
use app::billing::NewProduct;
use axum::{Json, Router, extract::State, routing::post};

/// `POST /v1/products/create`.
pub(super) fn router() -> Router<AppState> {
    Router::new().route("/v1/products/create", post(create))
}

async fn create(
    _: Operator,
    State(state): State<AppState>,
    Body(product): Body<NewProduct>,
) -> Result<Json<Data<Id>>> {
    let id = db::write(async move {
        db::plan::create_product(&state.pool, &product.name, product.group_key.as_deref(), clock::now()).await
    })
    .await?;
    Ok(Id::json(id))
}
