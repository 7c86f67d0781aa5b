//! What may be seen of a customer's usage.

use crate::auth::CustomerAccess;
use app::embed::ViewerScope;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What may be seen of one customer's usage. Whatever reads usage for somebody takes one, so that page and JSON leave out
/// the same.
#[derive(Clone, Debug)]
pub struct UsageScope {
    access: CustomerAccess,
    /// Only these metrics; `None` for all.
    metrics: Option<BTreeSet<Uuid>>,
    /// Only usage with one of these values in each of these properties.
    filters: BTreeMap<String, BTreeSet<String>>,
    hides_amounts: bool,
}

impl UsageScope {
    /// All of it: what an operator sees.
    pub fn all(access: CustomerAccess) -> Self {
        Self { access, metrics: None, filters: BTreeMap::new(), hides_amounts: false }
    }

    /// What this viewer of a usage dashboard sees.
    pub fn shown(access: CustomerAccess, viewer: &ViewerScope) -> Self {
        let ViewerScope { id: _, name: _, hide_amounts, metrics, filters } = viewer;
        Self { access, metrics: metrics.clone(), filters: filters.clone(), hides_amounts: *hide_amounts }
    }

    /// Access to the customer whose usage this is.
    pub fn access(&self) -> CustomerAccess {
        self.access
    }

    /// Whether money is left out.
    pub fn hides_amounts(&self) -> bool {
        self.hides_amounts
    }

    /// Whether less than the usage of all metrics may be seen.
    pub fn is_narrowed(&self) -> bool {
        self.metrics.is_some() || self.is_filtered()
    }

    /// Whether only some of the usage of each metric may be seen.
    pub fn is_filtered(&self) -> bool {
        !self.filters.is_empty()
    }

    /// Whether a metric may be seen: it is one of those named, and one of its group keys tells apart what may be seen of it.
    pub fn admits(&self, metric: Uuid, group_keys: &[Vec<String>]) -> bool {
        let is_named = self.metrics.as_ref().is_none_or(|metrics| metrics.contains(&metric));
        is_named && (!self.is_filtered() || group_keys.iter().any(|key| self.tells_apart(key)))
    }

    /// Whether usage by this group key shows which of it may be seen: the key has all filtered properties.
    pub fn tells_apart(&self, group_key: &[String]) -> bool {
        self.filters.keys().all(|name| group_key.contains(name))
    }

    /// The values that may be seen of a group key that tells them apart, as `usage_admitted` of the database reads them:
    /// for each place of the key, counted from 1, a list. `None` for all.
    pub fn admitted(&self, group_key: &[String]) -> Option<String> {
        if !self.is_filtered() {
            return None;
        }
        let of_place = |(place, name): (usize, &String)| {
            let values: Value = self.filters.get(name)?.iter().map(String::as_str).collect();
            Some(format!("\"{place}\":{values}"))
        };
        let places: Vec<String> = (1..).zip(group_key).filter_map(of_place).collect();
        Some(format!("{{{}}}", places.join(",")))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::auth::Operator;

    fn scope(viewer: &str) -> UsageScope {
        let operator = Operator { token_id: String::new(), can_write: false };
        UsageScope::shown(operator.access(Uuid::nil()), &serde_json::from_str(viewer).unwrap())
    }

    fn key(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn whoever_has_no_scope_sees_all() {
        let all = scope("{}");
        assert!(all.admits(Uuid::nil(), &[]) && all.tells_apart(&key(&["region"])));
        assert!(!all.is_narrowed() && !all.hides_amounts());
        assert_eq!(all.admitted(&key(&["region"])), None);
    }

    #[test]
    fn a_metric_that_is_not_named_is_not_seen() {
        let named = scope(r#"{"m":["00000000-0000-0000-0000-000000000000"]}"#);
        assert!(named.admits(Uuid::nil(), &[]) && !named.admits(Uuid::max(), &[]));
        assert!(named.is_narrowed() && !named.is_filtered());
    }

    #[test]
    fn a_filter_needs_a_group_key_with_all_of_its_names() {
        let filtered = scope(r#"{"f":{"team":["blue"],"region":["eu","us"]}}"#);
        let both = key(&["model", "region", "team"]);
        assert!(filtered.tells_apart(&both) && !filtered.tells_apart(&key(&["team"])));
        assert!(filtered.admits(Uuid::nil(), &[key(&["team"]), both.clone()]));
        assert!(!filtered.admits(Uuid::nil(), &[key(&["team"]), key(&["region"])]));
        assert!(!filtered.admits(Uuid::nil(), &[]));
        assert_eq!(filtered.admitted(&both).unwrap(), r#"{"2":["eu","us"],"3":["blue"]}"#);
    }
}
