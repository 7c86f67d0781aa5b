//! `POST /v1/usage`: usage of many customers and metrics.
//!
//! A customer and a metric that the request both names have a row for every window of the range, `null` where no event
//! matched. Where it leaves customers or metrics open, only those pairs that have usage in the range are listed, each
//! again with all its windows. Rows come by customer, metric and time.

use super::{Fields, Filters, GroupBy, Windows, find_group_key};
use crate::{
    AppState, Error, Result,
    auth::Operator,
    db::{
        cursor,
        usage::{self, BucketQuery},
    },
    extract::{Body, Query},
    limits,
    routes::shape::CursorQuery,
    timestamp,
};
use app::billing::{BillableMetric, Decimal, Page, UsageRow, WindowSize};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Rows a page; this call has no `limit`.
const ROWS: i64 = 1_000;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    #[serde(deserialize_with = "timestamp::deserialize")]
    starting_on: DateTime<Utc>,
    #[serde(deserialize_with = "timestamp::deserialize")]
    ending_before: DateTime<Utc>,
    window_size: WindowSize,
    #[serde(default)]
    billable_metrics: Option<Vec<MetricFilter>>,
    #[serde(default)]
    customer_ids: Option<Vec<Uuid>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MetricFilter {
    id: Uuid,
    #[serde(default)]
    group_by: Option<GroupBy>,
}

/// The first row of the next page.
#[derive(Debug, Serialize, Deserialize)]
struct Next {
    customer_id: Uuid,
    billable_metric_id: Uuid,
    window: i64,
}

/// A metric that is asked for, and by which of its groups.
struct MetricSelection {
    metric: BillableMetric,
    group: Option<(i16, Vec<Option<Vec<String>>>)>,
}

pub(super) async fn list(
    State(state): State<AppState>,
    operator: Operator,
    Query(query): Query<CursorQuery>,
    Body(request): Body<Request>,
) -> Result<Json<Page<UsageRow>>> {
    let windows = Windows::new(request.starting_on, request.ending_before, request.window_size)?;
    let from: Option<Next> = cursor::decode(query.next_page.as_deref())?;
    let metrics = wanted(&state, request.billable_metrics.as_deref()).await?;
    check_customers(&state, request.customer_ids.as_deref()).await?;
    let asked = usage::PairQuery {
        customer_ids: request.customer_ids.as_deref(),
        metric_ids: &metrics.keys().copied().collect::<Vec<_>>(),
        with_unused: request.customer_ids.is_some() && request.billable_metrics.is_some(),
        start: windows.start,
        end: windows.end,
    };
    let start = from.as_ref().map(|from| (from.customer_id, from.billable_metric_id));
    // as many as a page can hold, and one more
    let pairs = usage::pairs(&state.pool, &asked, start, ROWS / windows.count() + 2).await?;

    // Which windows of which customers and metrics make up this page.
    let mut room = ROWS;
    let mut next_page = None;
    let mut parts = Vec::new();
    for (customer_id, billable_metric_id) in pairs {
        let Some(one) = metrics.get(&billable_metric_id) else { continue };
        let first = match &from {
            Some(from)
                if (customer_id, billable_metric_id) == (from.customer_id, from.billable_metric_id) =>
            {
                from.window.clamp(0, windows.count())
            }
            _ => 0,
        };
        let last = windows.count().min(first + room);
        if first < last {
            parts.push((customer_id, one, first, last));
            room -= last - first;
        }
        if last < windows.count() {
            next_page = Some(cursor::encode(&Next { customer_id, billable_metric_id, window: last }));
            break;
        }
    }

    let measured = parts.iter().flat_map(|(customer_id, one, first, last)| {
        let total = BucketQuery {
            access: operator.access(*customer_id),
            billable_metric_id: one.metric.id,
            aggregation_type: one.metric.aggregation_type,
            group_index: 0,
            group_filter: Vec::new(),
            start: windows.start_of(*first),
            end: windows.start_of(*last),
        };
        let by_group = one.group.clone().map(|(group_index, group_filter)| BucketQuery {
            group_index,
            group_filter,
            ..total.clone()
        });
        std::iter::once(total).chain(by_group)
    });
    let mut buckets =
        usage::buckets(&state.pool, &measured.collect::<Vec<_>>(), windows.size).await?.into_iter();

    let mut data = Vec::new();
    for (customer_id, one, first, last) in parts {
        let totals: BTreeMap<_, _> =
            buckets.next().into_iter().flatten().map(|bucket| (bucket.start, bucket.value)).collect();
        let mut groups: BTreeMap<DateTime<Utc>, BTreeMap<String, Option<Decimal>>> = BTreeMap::new();
        if one.group.is_some() {
            for bucket in buckets.next().into_iter().flatten() {
                let of_window = groups.entry(bucket.start).or_default();
                // events without the property are in the total only
                if let Some(Some(value)) = bucket.group_values.into_iter().next() {
                    of_window.insert(value, Some(bucket.value));
                }
            }
        }
        for window in first..last {
            let start = windows.start_of(window);
            data.push(UsageRow {
                billable_metric_id: one.metric.id,
                billable_metric_name: one.metric.name.clone(),
                customer_id,
                start_timestamp: start,
                end_timestamp: windows.end_of(start),
                value: totals.get(&start).cloned(),
                groups: one.group.as_ref().map(|(_, filter)| {
                    let mut of_window = groups.remove(&start).unwrap_or_default();
                    for value in filter.iter().flatten().flatten() {
                        of_window.entry(value.clone()).or_insert(None);
                    }
                    of_window
                }),
            });
        }
    }
    Ok(Json(Page { data, next_page }))
}

/// The metrics by id, each checked against its group key.
async fn wanted(
    state: &AppState,
    filters: Option<&[MetricFilter]>,
) -> Result<BTreeMap<Uuid, MetricSelection>> {
    let ids: Option<Vec<Uuid>> = filters.map(|filters| filters.iter().map(|filter| filter.id).collect());
    let metrics = usage::definitions(&state.pool, ids.as_deref()).await?;
    let mut wanted: BTreeMap<_, _> =
        metrics.into_iter().map(|metric| (metric.id, MetricSelection { metric, group: None })).collect();
    let mut seen = BTreeSet::new();
    for (index, filter) in filters.into_iter().flatten().enumerate() {
        let path = format!("billable_metrics[{index}]");
        if !seen.insert(filter.id) {
            return Err(Error::field(format!("{path}.id"), "is given twice"));
        }
        let Some(one) = wanted.get_mut(&filter.id) else {
            return Err(Error::field(
                format!("{path}.id"),
                "is not a billable metric: see GET /v1/billable-metrics",
            ));
        };
        let Some(group_by) = &filter.group_by else { continue };
        let names = [group_by.key.clone()];
        let filters = Filters::from([(group_by.key.clone(), group_by.values.clone().unwrap_or_default())]);
        let fields =
            Fields { key: format!("{path}.group_by.key"), filters: format!("{path}.group_by.values") };
        one.group = Some(find_group_key(&one.metric, &names, &filters, &fields)?);
    }
    Ok(wanted)
}

async fn check_customers(state: &AppState, ids: Option<&[Uuid]>) -> Result<()> {
    let Some(ids) = ids else { return Ok(()) };
    limits::check_count(ids.len(), limits::CUSTOMER_IDS)
        .map_err(|problem| Error::field("customer_ids", problem))?;
    let known: BTreeSet<_> = usage::known_customers(&state.pool, ids).await?.into_iter().collect();
    match ids.iter().position(|id| !known.contains(id)) {
        Some(index) => {
            Err(Error::field(format!("customer_ids[{index}]"), "is not a customer: see GET /v1/customers"))
        }
        None => Ok(()),
    }
}
