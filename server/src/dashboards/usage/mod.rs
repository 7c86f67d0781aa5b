//! What the usage dashboard shows: `data` is read by queries, `report` makes of it what page and JSON show, purely.

mod amounts;
mod colors;
mod compare;
mod cost;
mod csv;
mod data;
mod find;
mod measure;
mod page;
mod report;
mod shown;
#[cfg(test)]
mod tests;
mod text;
mod total;

pub use csv::csv;
pub(super) use measure::columns;
pub(super) use page::usage;
pub(super) use text::ended;
use total::FixedCharge;

use crate::{Result, db::terms::PlanEnd, usage_scope::UsageScope};
use app::{
    billing::{DayMark, UsageSeries, UsageWindow},
    embed::GroupKeyNames,
    usage::{
        GroupSelection, GroupValues, UsageQuery, UsageReport, Window,
        report::{GroupMatches, Grouping},
    },
};
use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// Days whose cost must be known for any to be shown: the longest window.
const SHOWN: usize = 90;

/// What of a customer's usage is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportQuery {
    /// The days by which groups are ranked.
    pub window: Window,
    /// What metrics are split by.
    pub group_key: Option<Vec<String>>,
    /// A group that is listed also when it is not among the largest.
    pub kept: Option<GroupValues>,
    /// What the names of the groups hold that are listed to choose from; `None` lists none.
    pub find: Option<String>,
}

impl ReportQuery {
    /// What a page needs that shows this.
    fn of(query: &UsageQuery) -> Self {
        let (kept, find) = match &query.only {
            Some(GroupSelection::One(values)) => (Some(values.clone()), None),
            Some(GroupSelection::Rest) => (None, Some(query.find.clone())),
            None => (None, None),
        };
        Self { window: query.window, group_key: query.group_key.clone(), kept, find }
    }

    /// The window of a customer whose running billing period has so many days: where it is none, the first one.
    fn window(&self, period_days: Option<u32>) -> UsageWindow {
        match self.window {
            Window::Days(days) => UsageWindow::from_days(days).unwrap_or_default(),
            Window::Period => period_days.map(UsageWindow::Period).unwrap_or_default(),
        }
    }

    fn grouping(&self, period_days: Option<u32>) -> Option<Grouping> {
        let window = self.window(period_days).days();
        self.group_key.clone().map(|group_key| Grouping { group_key, window })
    }
}

/// The metrics of a customer and what is around them.
#[derive(Clone, Debug, Default)]
pub(crate) struct UsageData {
    /// True for a customer with a current plan.
    pub(crate) has_plan: bool,
    /// The end of the latest plan, where there is no current one.
    pub(crate) ended: Option<PlanEnd>,
    /// Days of the running billing period, today included, where they are a window.
    pub(crate) period_days: Option<u32>,
    /// Each metric of the plans of the longest window by name; what could not be loaded fails alone.
    pub(crate) metrics: Vec<(String, Option<UsageSeries>)>,
    /// What the plans that run now charge without usage.
    pub(crate) fixed: Vec<FixedCharge>,
    /// What the metrics can be grouped by.
    pub(crate) group_keys: Vec<Vec<String>>,
    /// The groups to choose from, where they are asked for.
    pub(crate) found: Option<GroupMatches>,
    /// Billing periods and plans.
    pub(crate) marks: Vec<DayMark>,
}

/// The dashboard's figures, as far as they may be seen; `None` for an archived customer.
///
/// # Errors
/// 404 for an unknown customer, 401 for a reader who is revoked, else when the database refuses.
pub async fn report(
    pool: &PgPool,
    scope: &UsageScope,
    names: &GroupKeyNames,
    asked: &ReportQuery,
    now: DateTime<Utc>,
) -> Result<Option<UsageReport>> {
    let data = data::read(pool, scope, names, asked, now).await?;
    Ok(data.map(|data| {
        let grouping = asked.grouping(data.period_days);
        let mut report = data.report(names, grouping, now);
        if scope.is_narrowed() && report.nothing.is_some() {
            report.nothing = Some(text::NARROWED.to_owned());
        }
        if scope.hides_amounts() { amounts::without_amounts(report) } else { report }
    }))
}
