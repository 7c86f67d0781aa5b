//! The figures of the usage dashboard as JSON: what its page is drawn from.

use super::{Data, invoices_dashboard::searched};
use crate::{
    AppState, Error, Result, audit,
    auth::{Caller, no_such_customer},
    clock,
    dashboards::usage::{self, ReportQuery},
    extract::{Path, Query},
    limits,
    openapi::{Call, Calls},
    viewer::Viewer,
};
use app::usage::{
    GroupSelection, GroupValues, UsageQuery, UsageReport, Window,
    query::{read_group_key, read_group_values, write_group_key},
};
use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

/// `/v1/customers/{customer_id}/dashboards/usage`.
pub(super) fn calls() -> Calls {
    Calls::new("Dashboards", "").get("/v1/customers/{customer_id}/dashboards/usage", retrieve, RETRIEVE).get(
        "/v1/customers/{customer_id}/dashboards/usage/csv",
        csv,
        CSV,
    )
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

const CSV: Call = Call::new("dashboards.usage.retrieveCsv", "Retrieve the usage dashboard as CSV")
    .about(
        "What the charts of the dashboard show, by RFC 4180 in UTF-8: a record for each day of each metric, or of each of \
         its groups, the nine largest and the others together. Numbers hold every digit; amounts are in whole units \
         (dollars, not cents), and days are UTC. A day before a plan began or after it ended has no record, nor one without \
         events of a MAX or LATEST metric; days of a MAX, LATEST or UNIQUE metric do not add up. A metric that cannot be \
         shown as asked has one record, whose `Note` says why. Parameters and refusals are those of \
         [the dashboard](#dashboards.usage.retrieve). A [session token](#embedding) gets what its dashboard shows; one with \
         `hide_amounts` gets no cost.",
    )
    .query("window=30&group_key=region")
    .media_type("text/csv")
    .missing("the customer");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CsvQuery {
    /// Which days: 30, 60 or 90, or `period` for those of the running billing period up to today.
    #[schemars(extend("default" = "30"))]
    window: Option<String>,
    /// The group key to split by.
    group_key: Option<String>,
    /// The only group to answer.
    group_values: Option<String>,
    /// `quantity` or `cost`.
    #[schemars(extend("default" = "quantity"))]
    measure: Option<String>,
    /// `daily`, or `cumulative` for each day with all before it.
    #[schemars(extend("default" = "daily"))]
    view: Option<String>,
}

impl CsvQuery {
    /// What is asked of the report, and what is shown of it.
    fn read(self) -> Result<(ReportQuery, UsageQuery)> {
        let is_second = |name: &'static str, text: Option<String>, words: [&str; 2]| match text.as_deref() {
            None => Ok(false),
            Some(text) if text == words[0] => Ok(false),
            Some(text) if text == words[1] => Ok(true),
            Some(text) => {
                Err(Error::field(name, format!("\"{text}\" is not one of {}, {}", words[0], words[1])))
            }
        };
        let is_cost = is_second("measure", self.measure, ["quantity", "cost"])?;
        let is_cumulative = is_second("view", self.view, ["daily", "cumulative"])?;
        let (window, group_key, group_values) = (self.window, self.group_key, self.group_values);
        let asked: ReportQuery = RetrieveQuery { window, group_key, group_values, find: None }.try_into()?;
        let shown = UsageQuery {
            window: asked.window,
            is_cumulative,
            is_cost,
            group_key: asked.group_key.clone(),
            only: asked.kept.clone().map(GroupSelection::One),
            find: String::new(),
        };
        Ok((asked, shown))
    }
}

async fn csv(
    caller: Caller,
    State(state): State<AppState>,
    Path(customer_id): Path<Uuid>,
    Query(query): Query<CsvQuery>,
) -> Result<Response> {
    let viewer = Viewer::new(&caller, customer_id)?;
    let scope = viewer.usage()?;
    let (asked, shown) = query.read()?;
    let pool = viewer.read_pool(&state).await?;
    let now = clock::now();
    let report = usage::report(&pool, &scope, &viewer.group_keys(), &asked, now).await?;
    // All is read: the turn is for others.
    drop(pool);
    let report = report.ok_or_else(no_such_customer)?;
    check_known(&asked, &report)?;
    let text = usage::csv(&report, &shown);
    audit::usage_taken(&state, viewer.actor(), viewer.customer()).await?;
    let name = format!("attachment; filename=\"usage-{}.csv\"", now.date_naive());
    Ok((
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)],
        text,
    )
        .into_response())
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
