//! `GET /v1/events/unmatched`: events that are billed to nobody, by reason.

use super::usage::check_range;
use crate::{
    AppState, Error, Result,
    auth::Operator,
    clock,
    db::{cursor, usage},
    extract::Query,
    limits::EVENT_DAYS,
    metering::Reason,
    openapi::{Call, Calls},
    rating::Period,
    timestamp,
};
use app::billing::Page;
use axum::{Json, extract::State};
use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The call of this file.
pub(super) fn calls() -> Calls {
    Calls::new("Usage", "").get("/v1/events/unmatched", list, LIST)
}

const LIST: Call = Call::new("usage.listUnmatched", "List events that are billed to nobody")
    .about(
        "Events that were taken and that no invoice has, by `reason`, each with what to do. Where several reasons hold \
         for an event, the first of this list is given:\n\n\
         - `unknown_customer`: no customer has the id or alias that it names; it waits.\n\
         - `archived_customer`: its customer is archived.\n\
         - `no_billable_metric`: no billable metric takes its type and properties.\n\
         - `value_not_a_number`: a metric takes it, and its value is none: `\"12,5\"`.\n\
         - `value_missing`: a metric takes it, and it lacks the `aggregation_key`.\n\
         - `no_plan`: its customer was on no plan at its time.\n\
         - `not_priced`: the plan has no charge for a metric that counts it.\n\
         - `period_finalized`: it came after the invoice of its period was finalized.\n\
         - `invoice_voided`: the invoice of its period is void and was not regenerated.\n\n\
         The window is from `starting_on` to before `ending_before`, both at midnight UTC, the last 34 days unless \
         given. A page looks at whole days, the last first, of about 300,000 events together, or at the last hours of a \
         day that has more; `next_page` goes on with what was before, and counts of pages add up. `examples` are up to \
         ten, one for each customer and type of event, those of which there are most first; \
         [look them up](#usage.search) for details.",
    )
    .order("By `reason`, as in the list below.", &["reason"])
    .query("starting_on={week_ago}&ending_before={tomorrow}");

/// The query.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    #[serde(default, deserialize_with = "timestamp::deserialize_optional")]
    starting_on: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "timestamp::deserialize_optional")]
    ending_before: Option<DateTime<Utc>>,
    /// One of the reasons, in any case.
    reason: Option<String>,
    next_page: Option<String>,
}

/// The events that one reason keeps from being billed.
#[derive(Debug, Serialize, JsonSchema)]
struct UnmatchedEvents {
    reason: Reason,
    /// How many there are.
    count: i64,
    /// When the first of them was.
    first_timestamp: DateTime<Utc>,
    /// When the last of them was.
    last_timestamp: DateTime<Utc>,
    /// What whoever sent them can do.
    what_to_do: &'static str,
    /// Up to ten.
    examples: Vec<UnmatchedEvent>,
}

/// An event that is billed to nobody.
#[derive(Debug, Serialize, JsonSchema)]
struct UnmatchedEvent {
    transaction_id: String,
    /// As it was sent: an id or an alias.
    customer_id: String,
    event_type: String,
    timestamp: DateTime<Utc>,
}

async fn list(
    _: Operator,
    State(state): State<AppState>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<UnmatchedEvents>>> {
    let asked = window(query.starting_on, query.ending_before, clock::now())?;
    let reason = query.reason.as_deref().map(str::parse::<Reason>).transpose();
    let reason = reason.map_err(|problem| Error::field("reason", problem))?;
    let next: Option<DateTime<Utc>> = cursor::decode(query.next_page.as_deref())?;
    let end = next.map_or(asked.end, |next| next.clamp(asked.start, asked.end));
    let looked = usage::unmatched(&state.pool, Period { end, ..asked }, reason, usage::LOOK).await?;
    let next_page = (looked.starting_on > asked.start).then(|| cursor::encode(&looked.starting_on));
    Ok(Json(Page { data: looked.uncounted.into_iter().map(UnmatchedEvents::from).collect(), next_page }))
}

/// The window that is asked for: unless given, from as far back to as far ahead as events may lie, in whole days.
fn window(start: Option<DateTime<Utc>>, end: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<Period> {
    let midnight = now.date_naive().and_time(NaiveTime::MIN).and_utc();
    let end = end.unwrap_or(midnight + TimeDelta::days(2));
    let start = match start {
        Some(start) => start,
        None => end.min(midnight).checked_sub_days(Days::new(EVENT_DAYS.into())).unwrap_or(midnight),
    };
    check_range(start, end)?;
    Ok(Period { start, end })
}

impl From<usage::UncountedEvents> for UnmatchedEvents {
    fn from(found: usage::UncountedEvents) -> Self {
        let example = |(timestamp, transaction_id, customer_id, event_type)| UnmatchedEvent {
            transaction_id,
            customer_id,
            event_type,
            timestamp,
        };
        Self {
            reason: found.reason,
            count: found.count,
            first_timestamp: found.first,
            last_timestamp: found.last,
            what_to_do: found.reason.what_to_do(),
            examples: found.examples.into_iter().map(example).collect(),
        }
    }
}
