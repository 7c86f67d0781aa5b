//! Names for people in place of group keys and their values.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One entry of `bm_group_key_overrides`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupKeyOverride {
    /// The group key as events spell it.
    pub group_key_name: String,
    /// What to call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What to call its values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub value_display_names: BTreeMap<String, String>,
}

/// All overrides of a dashboard.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupKeyNames(pub Vec<GroupKeyOverride>);

impl GroupKeyNames {
    /// The name of a key for people: as overridden, else as it is.
    pub fn key<'a>(&'a self, key: &'a str) -> &'a str {
        self.find(key).and_then(|found| found.display_name.as_deref()).unwrap_or(key)
    }

    /// The name of a value of a key for people: as overridden, else as it is.
    pub fn value<'a>(&'a self, key: &str, value: &'a str) -> &'a str {
        self.find(key).and_then(|found| found.value_display_names.get(value)).map_or(value, String::as_str)
    }

    fn find(&self, key: &str) -> Option<&GroupKeyOverride> {
        self.0.iter().find(|entry| entry.group_key_name == key)
    }
}
