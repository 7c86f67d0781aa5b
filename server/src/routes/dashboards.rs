//! `POST /v1/dashboards/getEmbeddableUrl`: signed URLs of the dashboards.

use super::{Data, viewer_scope};
use crate::{
    AppState, Error, Result, audit,
    auth::{Operator, archived_customer},
    clock, db,
    embed_url::Grant,
    extract::Body,
    limits,
    openapi::{Call, Calls},
    origins::{origin, uncovered},
};
use app::embed::{EmbedRequest, GroupKeyNames, contrast, group_keys::GroupKeyOverride};
use axum::{Json, extract::State};
use chrono::{DateTime, Duration, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

/// The call that makes embeddable URLs.
pub(super) fn calls() -> Calls {
    Calls::new("Dashboards", "Pages that your customers see inside your own product.").post(
        "/v1/dashboards/getEmbeddableUrl",
        create_embeddable_url,
        GET_EMBEDDABLE_URL,
    )
}

const GET_EMBEDDABLE_URL: Call = Call::new("dashboards.getEmbeddableURL", "Make an embeddable URL")
    .about(
        "The URL goes into the `src` of an iframe and shows one dashboard of one customer, without signing in. It can be \
         opened for 15 minutes unless `expires_in` (seconds, 60 to 86,400) or the server says otherwise; a page that is \
         open goes on working. Ask for a new one each time you draw the page around it, and keep its token out of your \
         proxy's log: see [the tokens](#embedding).\n\n\
         `color_overrides` replaces colors by name, over those of the `color_scheme`: in light and dark alike, or with its \
         `scheme` in one of them. `bm_group_key_overrides` gives group keys and their values names for people. \
         `warnings` says what has no effect, and where text would have less contrast than 4.5 with what is behind it, or a \
         line or mark that means something less than 3, in a scheme that the URL can show.\n\n\
         `allowed_origins` narrows the [origins](#dashboards.origins.list) that the server allows, for this URL: they are \
         the only ones whose pages may frame it, and the only ones that it exchanges messages with. With `single_use` it \
         opens once. What was opened by it is [listed](#dashboards.sessions.list) with its `url_id`, and \
         [can be revoked](#dashboards.revoke), as can the URL.\n\n\
         `hide_amounts`, `metrics` and `filters` say what of the dashboard [a viewer may see](#embedding), and `viewer` \
         who it is, for the [audit log](#auditLogs.list) and to [revoke](#dashboards.revoke) what they opened.\n\n\
         Pages are read by connections of their own: three answers of one customer at a time, and three seconds for a \
         query, after which its part of the page says that it could not be loaded. A request that waits for its turn \
         longer than two seconds is a 503 with `retry-after`. The same holds for calls with a session token.",
    )
    .body(
        r##"{
  "customer_id": "{customer_id}",
  "dashboard": "usage",
  "color_overrides": [{ "name": "UsageLine_0", "value": "#1F6FEB" }]
}"##,
    )
    .missing("the customer")
    .reads();

#[derive(JsonSchema, Serialize)]
struct EmbeddableUrl {
    /// For the `src` of an iframe.
    url: String,
    /// Until when it can be opened.
    expires_at: DateTime<Utc>,
    /// The id by which sessions say which URL opened them.
    url_id: Uuid,
    /// What was asked for and has no effect, and which colors a reader could not tell apart, a sentence each; empty when
    /// all is well.
    warnings: Vec<String>,
}

async fn create_embeddable_url(
    State(state): State<AppState>,
    operator: Operator,
    Body(mut request): Body<EmbedRequest>,
) -> Result<Json<Data<EmbeddableUrl>>> {
    let own = origins(&request.config.rules.allowed_origins)?;
    // What is revoked from here on ends this URL too.
    let seen = db::dashboard_session::last_revocation(&state.pool).await?;
    let customer = db::customer::find(&state.pool, operator.access(request.customer_id)).await?;
    if customer.archived_at.is_some() {
        return Err(archived_customer());
    }
    viewer_scope::check_known(&state, &request.config.viewer).await?;
    let mut warnings = request.warnings;
    warnings.extend(without_effect(&own, &state.origins.beside(&state.settings.allowed_origins)));
    request.config.rules.allowed_origins = own;
    warnings.extend(unknown_group_keys(&state, &request.config.group_keys).await?);
    warnings.extend(contrast::warnings(&request.config));
    let ttl =
        request.expires_in.map_or(state.settings.embed_ttl, |seconds| Duration::seconds(seconds.into()));
    let path = request.config.dashboard.as_str();
    let grant = Grant { customer_id: request.customer_id, config: request.config };
    let signed = state
        .keys
        .sign_embed(&grant, Some(seen), ttl, clock::now())
        .map_err(|error| Error::Internal(format!("an embed token could not be signed: {error}")))?;
    audit::url_made(&state, audit::operator(&operator), &grant, &signed).await?;
    let url = format!("{}/embed/{path}?token={}", state.settings.public_url, signed.token);
    let data = EmbeddableUrl { url, expires_at: signed.expires_at, url_id: signed.id, warnings };
    Ok(Json(Data { data }))
}

/// The `allowed_origins` of a URL, each once, in the form of browsers.
fn origins(given: &[String]) -> Result<Vec<String>> {
    limits::check_count(given.len(), limits::URL_ORIGINS)
        .map_err(|problem| Error::field("allowed_origins", problem))?;
    let mut origins: Vec<String> = Vec::new();
    for (index, text) in given.iter().enumerate() {
        let origin =
            origin(text).map_err(|problem| Error::field(format!("allowed_origins[{index}]"), problem))?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(origins)
}

/// A warning for each origin of a URL that the server does not allow.
fn without_effect(own: &[String], server: &[String]) -> Vec<String> {
    let warning = |(index, origin): (usize, &str)| {
        format!(
            "allowed_origins[{index}]: the server does not allow \"{origin}\", so its pages cannot frame the dashboard; add \
             it by POST /v1/dashboards/origins/add, or by inlay origin add"
        )
    };
    uncovered(own, server).into_iter().map(warning).collect()
}

/// A warning for each group key that is given a name and that no billable metric has.
async fn unknown_group_keys(state: &AppState, names: &GroupKeyNames) -> Result<Vec<String>> {
    if names.0.is_empty() {
        return Ok(Vec::new());
    }
    let known = db::billable_metric::group_key_names(&state.pool).await?;
    let unknown = (0..).zip(&names.0).filter(|(_, one)| !known.contains(&one.group_key_name));
    let warning = |(index, one): (usize, &GroupKeyOverride)| {
        let known =
            if known.is_empty() { "none is".to_owned() } else { format!("known are {}", known.join(", ")) };
        format!(
            "bm_group_key_overrides[{index}].group_key_name: no billable metric is grouped by \"{}\", so nothing is \
             renamed; {known}",
            one.group_key_name
        )
    };
    Ok(unknown.map(warning).collect())
}
