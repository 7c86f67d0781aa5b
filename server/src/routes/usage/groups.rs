//! `POST /v1/usage/groups`: usage of one customer and metric, by group. Groups without usage are absent; without a
//! grouping every window of the range is there, `null` without usage.

use super::{Fields, Filters, GroupBy, Windows, find_group_key};
use crate::{
    AppState, Error, Result,
    auth::Operator,
    clock,
    db::{
        self, cursor,
        usage::{self, BucketQuery},
    },
    extract::{Body, Query},
    routes::PageQuery,
    timestamp,
};
use app::billing::{Page, UsageGroup, WindowSize};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    billable_metric_id: Uuid,
    customer_id: Uuid,
    window_size: WindowSize,
    #[serde(default, deserialize_with = "timestamp::deserialize_optional")]
    starting_on: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "timestamp::deserialize_optional")]
    ending_before: Option<DateTime<Utc>>,
    #[serde(default)]
    #[schemars(extend("default" = false))]
    current_period: Option<bool>,
    #[serde(default)]
    group_by: Option<GroupBy>,
    #[serde(default)]
    group_key: Option<Vec<String>>,
    #[serde(default)]
    group_filters: Option<BTreeMap<String, Vec<String>>>,
}

/// The last row of a page: its window's start, and its group.
type Key = (DateTime<Utc>, Vec<Option<String>>);

pub(super) async fn list(
    State(state): State<AppState>,
    operator: Operator,
    Query(query): Query<PageQuery>,
    Body(request): Body<Request>,
) -> Result<Json<Page<UsageGroup>>> {
    let access = operator.access(request.customer_id);
    db::customer::find(&state.pool, access).await?;
    let limit = cursor::limit(query.limit)?;
    let after: Option<Key> = cursor::decode(query.next_page.as_deref())?;
    // a text in a cursor reaches the database like any other
    let holds_nul = |(_, values): &Key| values.iter().flatten().any(|value| value.contains('\0'));
    if after.as_ref().is_some_and(holds_nul) {
        return Err(cursor::not_of_this_list());
    }
    let metric = usage::definitions(&state.pool, Some(&[request.billable_metric_id])).await?.pop();
    let metric = metric.ok_or(Error::NotFound("billable_metric_id: the billable metric"))?;
    let windows = range(&state, &operator, &request).await?;
    let (names, filters) = grouping(&request)?;
    let measured = BucketQuery {
        access,
        billable_metric_id: metric.id,
        aggregation_type: metric.aggregation_type,
        group_index: 0,
        group_filter: Vec::new(),
        start: windows.start,
        end: windows.end,
    };
    if names.is_empty() {
        return ungrouped(&state, windows, measured, after, limit).await.map(Json);
    }
    let (key, values) = if request.group_by.is_some() {
        ("group_by.key", "group_by.values")
    } else {
        ("group_key", "group_filters")
    };
    let fields = Fields { key: key.to_owned(), filters: values.to_owned() };
    let (group_index, group_filter) = find_group_key(&metric, &names, &filters, &fields)?;
    let key = usize::try_from(group_index - 1).ok().and_then(|at| metric.group_keys.get(at)).cloned();
    let key = key.unwrap_or_default();
    let measured = BucketQuery { group_index, group_filter, ..measured };
    let buckets = usage::buckets_after(&state.pool, measured, windows.size, after, limit + 1).await?;
    let page = cursor::page(buckets, limit, |bucket| (bucket.start, bucket.group_values.clone()));
    let data = page.data.into_iter().map(|bucket| {
        let is_simple = key.len() == 1;
        UsageGroup {
            starting_on: bucket.start,
            ending_before: windows.end_of(bucket.start),
            group_key: key.first().filter(|_| is_simple).cloned(),
            group_value: bucket.group_values.first().filter(|_| is_simple).cloned().flatten(),
            value: Some(bucket.value),
            group: Some(key.iter().cloned().zip(bucket.group_values).collect()),
        }
    });
    Ok(Json(Page { data: data.collect(), next_page: page.next_page }))
}

/// A page of windows without a grouping.
async fn ungrouped(
    state: &AppState,
    windows: Windows,
    measured: BucketQuery,
    after: Option<Key>,
    limit: i64,
) -> Result<Page<UsageGroup>> {
    let starts: Vec<_> = (0..windows.count())
        .map(|window| windows.start_of(window))
        .filter(|start| after.as_ref().is_none_or(|(last, _)| start > last))
        .take(usize::try_from(limit + 1).unwrap_or_default())
        .collect();
    let page = cursor::page(starts, limit, |start| (*start, Vec::<Option<String>>::new()));
    let (Some(first), Some(last)) = (page.data.first(), page.data.last()) else {
        return Ok(Page { data: Vec::new(), next_page: None });
    };
    let measured = BucketQuery { start: *first, end: windows.end_of(*last), ..measured };
    let buckets = usage::buckets(&state.pool, &[measured], windows.size).await?;
    let values: BTreeMap<_, _> =
        buckets.into_iter().flatten().map(|bucket| (bucket.start, bucket.value)).collect();
    let data = page.data.into_iter().map(|start| UsageGroup {
        starting_on: start,
        ending_before: windows.end_of(start),
        group_key: None,
        group_value: None,
        value: values.get(&start).cloned(),
        group: None,
    });
    Ok(Page { data: data.collect(), next_page: page.next_page })
}

/// The range that is asked for: two dates, or the customer's current billing period.
async fn range(state: &AppState, operator: &Operator, request: &Request) -> Result<Windows> {
    if request.current_period == Some(true) {
        if request.starting_on.is_some() || request.ending_before.is_some() {
            return Err(Error::field(
                "current_period",
                "cannot be combined with starting_on and ending_before",
            ));
        }
        let now = clock::now();
        let schedule =
            usage::current_schedule(&state.pool, operator.access(request.customer_id), now).await?;
        let period = schedule.and_then(|schedule| schedule.period_at(now)).ok_or_else(|| {
            Error::field("current_period", "is true, but the customer is on no plan now: send dates")
        })?;
        return Windows::new(period.start, period.end, request.window_size);
    }
    let needed = |name: &str| Error::field(name, "is required, unless current_period is true");
    let start = request.starting_on.ok_or_else(|| needed("starting_on"))?;
    let end = request.ending_before.ok_or_else(|| needed("ending_before"))?;
    Windows::new(start, end, request.window_size)
}

/// The names of the group key, and which values are wanted.
fn grouping(request: &Request) -> Result<(Vec<String>, Filters)> {
    let filters = request.group_filters.clone().unwrap_or_default();
    if request.group_key.as_ref().is_some_and(Vec::is_empty) {
        return Err(Error::field("group_key", "is empty: name at least one key, or leave it out"));
    }
    let names = request.group_key.clone().unwrap_or_default();
    match &request.group_by {
        Some(_) if !names.is_empty() || !filters.is_empty() => {
            Err(Error::field("group_by", "cannot be combined with group_key and group_filters"))
        }
        Some(by) => {
            let values = by.values.clone().unwrap_or_default();
            Ok((vec![by.key.clone()], Filters::from([(by.key.clone(), values)])))
        }
        None if names.is_empty() && !filters.is_empty() => {
            Err(Error::field("group_filters", "needs a group_key with these names"))
        }
        None => Ok((names, filters)),
    }
}
