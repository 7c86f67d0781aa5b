//! Whether what a viewer may see is there at all: a scope that is misspelled would show nothing, without a word.

use crate::{AppState, Error, Result, db};
use app::{billing::BillableMetric, embed::ViewerScope};

/// Refuses a scope that names a metric that does not exist, or a group key that no metric has, or that leaves no metric.
///
/// # Errors
/// 400 with what is known in its place.
pub(super) async fn check_known(state: &AppState, viewer: &ViewerScope) -> Result<()> {
    let ViewerScope { metrics, filters, .. } = viewer;
    if metrics.is_none() && filters.is_empty() {
        return Ok(());
    }
    let all = db::billable_metric::all(&state.pool).await?;
    if let Some(unknown) = metrics.iter().flatten().find(|id| all.iter().all(|metric| metric.id != **id)) {
        return Err(Error::field("metrics", format!("\"{unknown}\" is not the id of a billable metric")));
    }
    let keys = || all.iter().flat_map(|metric| &metric.group_keys);
    if let Some(unknown) = filters.keys().find(|name| keys().all(|key| !key.contains(*name))) {
        let mut known: Vec<&str> = keys().flatten().map(String::as_str).collect();
        known.sort_unstable();
        known.dedup();
        let known =
            if known.is_empty() { "none is".to_owned() } else { format!("known are {}", known.join(", ")) };
        let problem = format!("no billable metric is grouped by \"{unknown}\"; {known}");
        return Err(Error::field("filters", problem));
    }
    let tells_apart = |key: &Vec<String>| filters.keys().all(|name| key.contains(name));
    let is_shown = |metric: &BillableMetric| {
        let is_named = metrics.as_ref().is_none_or(|metrics| metrics.contains(&metric.id));
        is_named && (filters.is_empty() || metric.group_keys.iter().any(tells_apart))
    };
    if !all.iter().any(is_shown) {
        let problem = "leave nothing to show: none of the metrics has one group key with all of these names";
        return Err(Error::field("filters", problem));
    }
    Ok(())
}
