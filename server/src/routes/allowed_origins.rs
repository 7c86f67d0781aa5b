//! The origins whose pages may frame the dashboards.

use super::{Data, PageQuery};
use crate::{
    AppState, Error, Result, audit,
    auth::Operator,
    clock, db,
    extract::{Body, Query},
    openapi::{Call, Calls},
    origins::origin,
};
use app::{
    billing::Page,
    embed::{AllowedOrigin, RefusedEmbed},
};
use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `/v1/dashboards/origins`.
pub(super) fn calls() -> Calls {
    Calls::new("Dashboards", "")
        .get("/v1/dashboards/origins", list, LIST)
        .post("/v1/dashboards/origins/add", add, ADD)
        .post("/v1/dashboards/origins/remove", remove, REMOVE)
        .get("/v1/dashboards/origins/refused", refused, REFUSED)
}

const LIST: Call = Call::new("dashboards.origins.list", "List allowed origins")
    .about(
        "The pages of these origins may frame the dashboards, beside those that `INLAY_ALLOWED_ORIGINS` names, which are \
         not listed: browsers are told so with each page, and a dashboard exchanges messages with no others. A URL may \
         [narrow them](#dashboards.getEmbeddableURL).",
    )
    .order("By origin.", &["origin"]);

async fn list(
    _: Operator,
    State(state): State<AppState>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<AllowedOrigin>>> {
    db::allowed_origin::list(&state.pool, query.limit, query.next_page.as_deref()).await.map(Json)
}

const ADD: Call = Call::new("dashboards.origins.add", "Allow an origin")
    .about(
        "An exact origin, with its port where that is not the scheme's own, or `https://*.example.com` for every host below \
         `example.com`, but not `example.com` itself. A wildcard below a public suffix or a platform that others share, \
         such as `https://*.co.uk` or `https://*.vercel.app`, is refused. Every server knows it within two seconds. Adding \
         one again changes nothing.",
    )
    .body(r#"{ "origin": "https://app.example.com" }"#);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OriginBody {
    origin: String,
}

#[derive(JsonSchema, Serialize)]
struct Origin {
    /// As browsers write it.
    origin: String,
}

impl OriginBody {
    fn read(&self) -> Result<String> {
        origin(&self.origin).map_err(|problem| Error::field("origin", problem))
    }
}

async fn add(
    operator: Operator,
    State(state): State<AppState>,
    Body(body): Body<OriginBody>,
) -> Result<Json<Data<Origin>>> {
    let origin = body.read()?;
    change(&state, &operator, origin, true).await
}

const REMOVE: Call = Call::new("dashboards.origins.remove", "Allow an origin no more")
    .about(
        "Pages of it that are open go on until they load anew: [revoke their sessions](#dashboards.revoke) to end them. \
         Every server knows it within two seconds.",
    )
    .body(r#"{ "origin": "https://old.example.com" }"#)
    .missing("the origin");

async fn remove(
    operator: Operator,
    State(state): State<AppState>,
    Body(body): Body<OriginBody>,
) -> Result<Json<Data<Origin>>> {
    let origin = body.read()?;
    change(&state, &operator, origin, false).await
}

/// Adds or removes an origin; this server knows it at once.
async fn change(
    state: &AppState,
    operator: &Operator,
    origin: String,
    is_added: bool,
) -> Result<Json<Data<Origin>>> {
    let (pool, changed, actor) = (state.pool.clone(), origin.clone(), audit::operator(operator));
    db::write(async move {
        match is_added {
            true => db::allowed_origin::add(&pool, &changed, actor, clock::now()).await,
            false => db::allowed_origin::remove(&pool, &changed, actor).await,
        }
    })
    .await?;
    state.origins.set(db::allowed_origin::all(&state.pool).await?);
    Ok(Data::json(Origin { origin }))
}

const REFUSED: Call = Call::new("dashboards.origins.refused", "List refused frames")
    .about(
        "Pages of other origins that framed a dashboard in the last 90 days, which browsers did not show, with the `entry` \
         that would admit them: [add it](#dashboards.origins.add), or name it in the `allowed_origins` of the URL where \
         `refused_by` is `url`. Known by the `Referer` of the frame, so not where the page sends none \
         (`referrerpolicy=\"no-referrer\"`), and only where the URL was good.",
    )
    .order("Newest first.", &["-last_refused_at", "-origin"]);

async fn refused(
    _: Operator,
    State(state): State<AppState>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<RefusedEmbed>>> {
    let (limit, next_page) = (query.limit, query.next_page.as_deref());
    db::allowed_origin::refused(&state.pool, limit, next_page, clock::now()).await.map(Json)
}
