//! The figures of the usage dashboard as JSON: what its page is drawn from.

use super::{Data, invoices_dashboard::searched};
use crate::{
    AppState, Error, Result,
    auth::{Caller, no_such_customer},
    clock,
    dashboards::usage::{self, ReportQuery},
    extract::{Path, Query},
    limits,
    openapi::{Call, Calls},
    viewer::Viewer,
};
use app::usage::{
    GroupValues, UsageReport, Window,
    query::{read_group_key, read_group_values, write_group_key},
};
use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

/// `/v1/customers/{customer_id}/dashboards/usage`.
pub(super) fn calls() -> Calls {
    Calls::new("Dashboards", "").get("/v1/customers/{customer_id}/dashboards/usage", retrieve, RETRIEVE)
}

const RETRIEVE: Call = Call::new("dashboards.usage.retrieve", "Retrieve the usage dashboard")
    .about(
        "What the usage dashboard is drawn from, for charts of your own: the days of every metric as exact \
         numbers, and every figure as the text that the dashboard shows, for all windows at once: of 30, 60 and 90 days \
         and, where there are `period_days`, of the running billing period.\n\n\
         A column holds one whole number a day, oldest first, the last one of `last_day` (UTC), which is counted in days \
         since 1970-01-01; its numbers are divided by 10 to the power of `scale`. With a `group_key`, its names joined by \
         commas, the nine largest groups of the `window` are listed and the others together; `group_values`, joined the \
         same way, names one that is listed in any case. A key that no metric of the answer can be grouped by is \
         refused. In both, `~0` stands for `~` and `~1` for a comma, and a value of `~` alone for events without the \
         property. `find` also lists the first 50 groups of all metrics whose name or values hold it in any case, largest \
         first; `find=` lists them from the beginning. `of` says how many there are.\n\n\
         A [session token](#embedding) of a usage dashboard gets the names of its `bm_group_key_overrides`, and no \
         more than its `hide_amounts`, `metrics` and `filters` show; to one of another dashboard, the customer does not \
         exist.",
    )
    .query("window=30")
    .missing("the customer");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RetrieveQuery {
    /// By which days groups are ranked: 30, 60 or 90, or `period` for those of the running billing period up to today,
    /// which are 30 where there is none of at most 90 days.
    #[schemars(extend("default" = "30"))]
    window: Option<String>,
    /// The group key to split by.
    group_key: Option<String>,
    /// A group that is listed in any case.
    group_values: Option<String>,
    /// List in `found` the groups whose name holds this; empty for all.
    find: Option<String>,
}

impl TryFrom<RetrieveQuery> for ReportQuery {
    type Error = Error;

    fn try_from(query: RetrieveQuery) -> Result<Self> {
        let window = match query.window {
            None => Window::default(),
            Some(window) => Window::read(&window).ok_or_else(|| {
                Error::field("window", format!("\"{window}\" is not one of 30, 60, 90, period"))
            })?,
        };
        let group_key = query.group_key.as_deref().map(group_key).transpose()?;
        let find = query.find.map(|find| searched("find", Some(find))).transpose()?;
        if find.is_some() && group_key.is_none() {
            return Err(Error::field("find", "needs a group_key, whose groups are listed"));
        }
        let Some(group_values) = query.group_values else {
            return Ok(Self { window, group_key, kept: None, find });
        };
        let names = group_key
            .as_ref()
            .ok_or_else(|| Error::field("group_values", "needs a group_key, whose values these are"))?;
        let kept: GroupValues = read_group_values(&group_values);
        if kept.len() != names.len() {
            let problem = format!(
                "must have a value for each of the {} names of the group_key, and has {}",
                names.len(),
                kept.len()
            );
            return Err(Error::field("group_values", problem));
        }
        for value in kept.iter().flatten() {
            limits::check_text(value, limits::GROUP_VALUE)
                .map_err(|problem| Error::field("group_values", problem))?;
        }
        Ok(Self { window, group_key, kept: Some(kept), find })
    }
}

fn group_key(text: &str) -> Result<Vec<String>> {
    let wrong = |problem: String| Error::field("group_key", problem);
    let names = read_group_key(text).filter(|names| names.iter().all(|name| !name.is_empty()));
    let names = names
        .ok_or_else(|| wrong(format!("must be names of properties, joined by commas, not \"{text}\"")))?;
    limits::check_count(names.len(), limits::GROUP_KEY_NAMES).map_err(wrong)?;
    for name in &names {
        limits::check_text(name, limits::WORD).map_err(wrong)?;
    }
    Ok(names)
}

async fn retrieve(
    caller: Caller,
    State(state): State<AppState>,
    Path(customer_id): Path<Uuid>,
    Query(query): Query<RetrieveQuery>,
) -> Result<Json<Data<UsageReport>>> {
    let viewer = Viewer::new(&caller, customer_id)?;
    let scope = viewer.usage()?;
    let asked = query.try_into()?;
    let pool = viewer.read_pool(&state).await?;
    let report = usage::report(&pool, &scope, &viewer.group_keys(), &asked, clock::now()).await?;
    let report = report.ok_or_else(no_such_customer)?;
    check_known(&asked, &report)?;
    Ok(Data::json(report))
}

/// Refuses a group key that no metric of the report has: its groups would be missing without a word. Where there are no
/// metrics yet, none is known to be wrong.
fn check_known(asked: &ReportQuery, report: &UsageReport) -> Result<()> {
    let Some(group_key) = asked.group_key.as_deref().filter(|_| !report.metrics.is_empty()) else {
        return Ok(());
    };
    let known = || report.group_keys.iter().map(|one| one.group_key.as_slice());
    if known().any(|one| one == group_key) {
        return Ok(());
    }
    let quoted: Vec<String> = known().map(|one| format!("{:?}", write_group_key(one))).collect();
    let known = match quoted.as_slice() {
        [] => "they have none".to_owned(),
        quoted => format!("known are {}", quoted.join(", ")),
    };
    let problem =
        format!("{:?} is not a group key of the metrics shown; {known}", write_group_key(group_key));
    Err(Error::field("group_key", problem))
}
