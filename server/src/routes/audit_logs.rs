//! The audit log: what was done about access to customers' data.

use super::invoices::sort;
use crate::{
    AppState, Error, Result,
    auth::Operator,
    db::audit_log::{self, AuditQuery},
    extract::Query,
    invoicing::Sort,
    limits,
    openapi::{Call, Calls},
    timestamp,
};
use app::billing::{AuditLog, Page};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Deserialize;

/// `/v1/auditLogs`.
pub(super) fn calls() -> Calls {
    Calls::new("Audit log", "Who was given access to customers' data, and who took what.").get(
        "/v1/auditLogs",
        list,
        LIST,
    )
}

const LIST: Call = Call::new("auditLogs.list", "List the audit log")
    .about(
        "A row for every embeddable URL made, page opened by one, session renewed, page or renewal refused to a token of \
         this server, sessions revoked, allowed origin added or removed, PDF and CSV taken, and API token made or revoked; \
         `inlay audit` prints the same. Nobody can change or remove a row. `resource_type` and `resource_id` go together: of a `customer` also what is about its invoices is listed.\n\n\
         To follow the log, keep the last `next_page` and send it again, with the filters that it came with. Unless `sort` \
         says `date_desc`, every page with rows has one, which answers what was added since, and misses nothing; where \
         there is nothing new, `data` is empty.",
    )
    .order("Oldest first unless `sort` says `date_desc`.", &["timestamp", "id"])
    .query("limit=2");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// From this on.
    #[serde(default, deserialize_with = "timestamp::deserialize_optional")]
    starting_on: Option<DateTime<Utc>>,
    /// Before this.
    #[serde(default, deserialize_with = "timestamp::deserialize_optional")]
    ending_before: Option<DateTime<Utc>>,
    /// `customer`, `invoice`, `revocation`, `allowed_origin` or `api_token`.
    resource_type: Option<String>,
    /// The id of the one that is meant.
    resource_id: Option<String>,
    /// `date_asc` or `date_desc`.
    #[schemars(extend("default" = "date_asc"))]
    sort: Option<String>,
    /// Rows a page.
    limit: Option<i64>,
    next_page: Option<String>,
}

async fn list(
    _: Operator,
    State(state): State<AppState>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<AuditLog>>> {
    let resource = match (query.resource_type, query.resource_id) {
        (None, None) => None,
        (Some(kind), Some(id)) => {
            limits::check_text(&kind, limits::WORD)
                .map_err(|problem| Error::field("resource_type", problem))?;
            limits::check_text(&id, limits::WORD).map_err(|problem| Error::field("resource_id", problem))?;
            Some((kind, id))
        }
        (Some(_), None) => {
            return Err(Error::field("resource_id", "is required where resource_type is given"));
        }
        (None, Some(_)) => {
            return Err(Error::field("resource_type", "is required where resource_id is given"));
        }
    };
    let asked = AuditQuery {
        starting_on: query.starting_on,
        ending_before: query.ending_before,
        resource,
        descending: query.sort.as_deref().map(sort).transpose()?.unwrap_or_default() == Sort::DateDesc,
        limit: query.limit,
        next_page: query.next_page,
    };
    audit_log::list(&state.pool, &asked).await.map(Json)
}
