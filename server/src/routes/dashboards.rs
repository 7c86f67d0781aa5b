//! Embeddable URLs.

use super::Data;
use crate::{
    AppState, Error, Result,
    auth::{Operator, no_such_customer},
    clock, db,
    embed_url::Grant,
    extract::Body,
};
use app::embed::EmbedRequest;
use axum::{Json, Router, extract::State, routing::post};
use chrono::{DateTime, Duration, Utc};
use serde::Serialize;

/// The call that makes embeddable URLs.
pub(super) fn router() -> Router<AppState> {
    Router::new().route("/v1/dashboards/getEmbeddableUrl", post(create_embeddable_url))
}

#[derive(Serialize)]
struct EmbeddableUrl {
    url: String,
    expires_at: DateTime<Utc>,
}

async fn create_embeddable_url(
    State(state): State<AppState>,
    operator: Operator,
    Body(request): Body<EmbedRequest>,
) -> Result<Json<Data<EmbeddableUrl>>> {
    let customer = db::customer::find(&state.pool, operator.access(request.customer_id)).await?;
    if customer.archived_at.is_some() {
        return Err(no_such_customer());
    }
    let ttl =
        request.expires_in.map_or(state.settings.embed_ttl, |seconds| Duration::seconds(seconds.into()));
    let path = request.display.dashboard.as_str();
    let grant = Grant { customer_id: request.customer_id, display: request.display };
    let signed = state
        .keys
        .sign_embed(&grant, ttl, clock::now())
        .map_err(|error| Error::Internal(format!("an embed token could not be signed: {error}")))?;
    let url = format!("{}/embed/{path}?token={}", state.settings.public_url, signed.token);
    Ok(Json(Data { data: EmbeddableUrl { url, expires_at: signed.expires_at } }))
}
