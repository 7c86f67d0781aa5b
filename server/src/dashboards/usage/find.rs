//! The groups to choose one from, named as the page names them.

use super::{ReportQuery, text};
use crate::{
    auth::CustomerAccess,
    db::{
        self,
        usage::{GroupSearch, SplitMetric},
    },
    error::chain,
};
use app::{
    billing::UsageWindow,
    embed::GroupKeyNames,
    usage::report::{GroupMatch, GroupMatches},
};
use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// The groups of these metrics that are asked for. `None` where they cannot be loaded: the
/// charts are shown without them.
pub(super) async fn groups(
    pool: &PgPool,
    access: CustomerAccess,
    names: &GroupKeyNames,
    asked: &ReportQuery,
    split: &[SplitMetric],
    window: UsageWindow,
    now: DateTime<Utc>,
) -> Option<GroupMatches> {
    let (find, key) = asked.find.as_deref().zip(asked.group_key.as_ref())?;
    let called = |name: &String| {
        let entry = names.0.iter().find(|entry| entry.group_key_name == *name);
        entry.map(|entry| entry.value_display_names.clone()).unwrap_or_default()
    };
    let missing = |name: &String| text::group_values(std::slice::from_ref(name), &vec![None], names);
    let sought = GroupSearch {
        find,
        called: key.iter().map(called).collect(),
        missing: key.iter().map(missing).collect(),
    };
    match db::usage::find_groups(pool, access, split, sought, window, now).await {
        Ok(found) => Some(GroupMatches {
            find: find.to_owned(),
            groups: found
                .groups
                .into_iter()
                .map(|group_values| GroupMatch {
                    name: text::group_values(key, &group_values, names),
                    group_values,
                })
                .collect(),
            of: found.of,
        }),
        Err(error) => {
            tracing::error!(error = %chain(&error), "the groups to choose from could not be loaded");
            None
        }
    }
}
