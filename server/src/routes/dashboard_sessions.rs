//! The sessions of dashboards: which are live, and how they are ended.

use super::Data;
use crate::{
    AppState, Error, Result, audit,
    auth::Operator,
    clock,
    db::{
        self,
        dashboard_session::{Lifetime, Revocation, SessionFilter},
    },
    embed_url::{SESSION_LIFE, SESSION_TTL, viewer_key},
    extract::{Body, Query},
    limits,
    openapi::{Call, Calls},
};
use app::{billing::Page, embed::DashboardSession};
use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long sessions last.
const LIFETIME: Lifetime = Lifetime { at_most: SESSION_LIFE, unused: SESSION_TTL };

/// `/v1/dashboards/sessions` and `/v1/dashboards/revoke`.
pub(super) fn calls() -> Calls {
    Calls::new("Dashboards", "").get("/v1/dashboards/sessions", list, LIST).post(
        "/v1/dashboards/revoke",
        revoke,
        REVOKE,
    )
}

const LIST: Call = Call::new("dashboards.sessions.list", "List live sessions")
    .about(
        "A session begins when an [embeddable URL](#dashboards.getEmbeddableURL) is opened, each time another one, and \
         goes on while its page is open: it ends half an hour after it was last used, after 12 hours, when it is revoked, \
         and when the customer is archived. Those that have ended are not listed.",
    )
    .order("Newest first.", &["-opened_at", "-id"])
    .query("customer_id={customer_id}");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// Only those of this customer.
    customer_id: Option<Uuid>,
    /// Only those of this viewer, by the `viewer.id` of their URLs.
    viewer_id: Option<String>,
    /// Rows a page.
    limit: Option<i64>,
    /// The `next_page` that the last page gave.
    next_page: Option<String>,
}

async fn list(
    _: Operator,
    State(state): State<AppState>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<DashboardSession>>> {
    let filter = SessionFilter {
        customer_id: query.customer_id,
        viewer_key: query.viewer_id.as_deref().map(viewer_key),
        limit: query.limit,
        next_page: query.next_page,
    };
    db::dashboard_session::list(&state.pool, &filter, LIFETIME, clock::now()).await.map(Json)
}

const REVOKE: Call = Call::new("dashboards.revoke", "Revoke sessions")
    .about(
        "Ends sessions, and the URLs that were made before: of one `session_id`, of a `viewer_id`, of a `customer_id`, of \
         a viewer of one customer where both are given, or `everything`. From the answer on, no server answers them any \
         more: pages say that the link has expired, calls answer 401. URLs that are made later open. The answer counts the \
         live sessions that it ended.",
    )
    .body(r#"{ "customer_id": "{customer_id}" }"#)
    .missing("the session or the customer");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RevokeBody {
    /// This session, and nothing else: its URL can still be opened, unless it opens once.
    session_id: Option<Uuid>,
    /// What is of this viewer, by the `viewer.id` of the URLs.
    viewer_id: Option<String>,
    /// What is of this customer.
    customer_id: Option<Uuid>,
    /// All of all customers.
    #[serde(default)]
    everything: bool,
}

#[derive(JsonSchema, Serialize)]
struct Revoked {
    /// How many live sessions it ended.
    revoked_sessions: i64,
}

async fn revoke(
    operator: Operator,
    State(state): State<AppState>,
    Body(body): Body<RevokeBody>,
) -> Result<Json<Data<Revoked>>> {
    let (revocation, actor) = (body.read()?, audit::operator(&operator));
    let revoked_sessions = db::write(async move {
        db::dashboard_session::revoke(&state.pool, &revocation, LIFETIME, actor, clock::now()).await
    })
    .await?;
    Ok(Data::json(Revoked { revoked_sessions }))
}

impl RevokeBody {
    /// What is to be revoked: one of the ways to say it, so that none is read as more than was meant.
    fn read(self) -> Result<Revocation> {
        let Self { session_id, viewer_id, customer_id, everything } = self;
        let ways = [session_id.is_some(), viewer_id.is_some() || customer_id.is_some(), everything];
        if ways.into_iter().filter(|is_said| *is_said).count() != 1 {
            return Err(Error::BadRequest(
                "say what to revoke by one of: session_id; viewer_id, customer_id or both; everything"
                    .to_owned(),
            ));
        }
        if let Some(viewer_id) = &viewer_id {
            limits::check_required_text(viewer_id, limits::WORD)
                .map_err(|problem| Error::field("viewer_id", problem))?;
            if viewer_id.chars().any(char::is_control) {
                return Err(Error::field("viewer_id", "holds a control character"));
            }
        }
        let viewer = viewer_id.map(|id| {
            let key = viewer_key(&id);
            (id, key)
        });
        Ok(Revocation { session_id, customer_id, viewer })
    }
}
