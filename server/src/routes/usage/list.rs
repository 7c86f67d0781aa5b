//! `POST /v1/usage`: usage of many customers and metrics; every window of the range is there, `null` without usage.

use super::{GroupBy, Windows, find_group_key};
use crate::{
    AppState, Error, Result,
    auth::Operator,
    db::{
        cursor,
        usage::{self, Measured},
    },
    extract::{Body, Query},
    timestamp,
};
use app::billing::{BillableMetric, Decimal, Page, UsageRow, WindowSize};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Rows a page; this call has no `limit`.
const ROWS: i64 = 1_000;

/// The query.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Cursor {
    next_page: Option<String>,
}

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
struct Wanted {
    metric: BillableMetric,
    group: Option<(i16, Vec<Option<Vec<String>>>)>,
}

pub(super) async fn list(
    State(state): State<AppState>,
    operator: Operator,
    Query(query): Query<Cursor>,
    Body(request): Body<Request>,
) -> Result<Json<Page<UsageRow>>> {
    let windows = Windows::new(request.starting_on, request.ending_before, request.window_size)?;
    let from: Option<Next> = cursor::decode(query.next_page.as_deref())?;
    let metrics = wanted(&state, request.billable_metrics.as_deref()).await?;
    let customers =
        customers(&state, &request, from.as_ref(), windows.count() * metrics.len() as i64).await?;

    // Which windows of which customers and metrics make up this page.
    let mut room = ROWS;
    let mut next_page = None;
    let mut parts = Vec::new();
    'page: for customer_id in customers {
        for one in &metrics {
            let first = match &from {
                Some(from) if (customer_id, one.metric.id) < (from.customer_id, from.billable_metric_id) => {
                    continue;
                }
                Some(from) if (customer_id, one.metric.id) == (from.customer_id, from.billable_metric_id) => {
                    from.window
                }
                _ => 0,
            };
            let last = windows.count().min(first + room);
            if first < last {
                parts.push((customer_id, one, first, last));
                room -= last - first;
            }
            if last < windows.count() {
                let next = Next { customer_id, billable_metric_id: one.metric.id, window: last };
                next_page = Some(cursor::encode(&next));
                break 'page;
            }
        }
    }

    let measured = parts.iter().flat_map(|(customer_id, one, first, last)| {
        let total = Measured {
            access: operator.access(*customer_id),
            billable_metric_id: one.metric.id,
            aggregation_type: one.metric.aggregation_type,
            group_index: 0,
            group_filter: Vec::new(),
            start: windows.start_of(*first),
            end: windows.start_of(*last),
        };
        let by_group = one.group.clone().map(|(group_index, group_filter)| Measured {
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
                if let Some(Some(value)) = bucket.group_values.into_iter().next()
                    && of_window.len() < super::MOST_VALUES
                {
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
async fn wanted(state: &AppState, filters: Option<&[MetricFilter]>) -> Result<Vec<Wanted>> {
    let ids: Option<Vec<Uuid>> = filters.map(|filters| filters.iter().map(|filter| filter.id).collect());
    let metrics = usage::definitions(&state.pool, ids.as_deref()).await?;
    for (index, id) in ids.iter().flatten().enumerate() {
        if !metrics.iter().any(|metric| metric.id == *id) {
            return Err(Error::field(
                format!("billable_metrics[{index}].id"),
                "there is no billable metric of this id",
            ));
        }
    }
    metrics
        .into_iter()
        .map(|metric| {
            let asked = filters.into_iter().flatten().enumerate().find(|(_, filter)| filter.id == metric.id);
            let group = match asked.and_then(|(index, filter)| Some((index, filter.group_by.as_ref()?))) {
                None => None,
                Some((index, group_by)) => {
                    let names = [group_by.key.clone()];
                    let values = group_by.values.clone().unwrap_or_default();
                    let filters = BTreeMap::from([(group_by.key.clone(), values)]);
                    let field = format!("billable_metrics[{index}].group_by.key");
                    Some(find_group_key(&metric, &names, &filters, &field)?)
                }
            };
            Ok(Wanted { metric, group })
        })
        .collect()
}

/// As many customers as a page can need, from the cursor's on.
async fn customers(
    state: &AppState,
    request: &Request,
    from: Option<&Next>,
    rows_each: i64,
) -> Result<Vec<Uuid>> {
    let limit = ROWS / rows_each.max(1) + 2;
    let from = from.map(|from| from.customer_id);
    let ids = request.customer_ids.as_deref();
    let found = usage::customer_ids(&state.pool, ids, from, limit).await?;
    if let (Some(ids), None) = (ids, from) {
        let all = usage::customer_ids(&state.pool, Some(ids), None, ids.len() as i64).await?;
        if let Some(index) = ids.iter().position(|id| !all.contains(id)) {
            return Err(Error::field(format!("customer_ids[{index}]"), "there is no customer of this id"));
        }
    }
    Ok(found)
}
