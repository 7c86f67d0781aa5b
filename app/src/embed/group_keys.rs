//! Names for people in place of group keys and their values.

use super::Invalid;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What `bm_group_key_overrides` may hold in all, in bytes: the URL carries it.
const MAX_BYTES: usize = 4_096;

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
    /// From a request's `bm_group_key_overrides`.
    ///
    /// # Errors
    /// An empty key, one that is given twice, and more names than a URL can carry.
    pub fn new(overrides: Vec<GroupKeyOverride>) -> Result<Self, Invalid> {
        let mut bytes = 0;
        let mut names = BTreeSet::new();
        for (index, entry) in overrides.iter().enumerate() {
            let path = format!("bm_group_key_overrides[{index}].group_key_name");
            if entry.group_key_name.is_empty() {
                return Err(Invalid::new(path, "is empty"));
            }
            if !names.insert(&entry.group_key_name) {
                return Err(Invalid::new(path, format!("\"{}\" is given twice", entry.group_key_name)));
            }
            bytes += entry.group_key_name.len() + entry.display_name.as_ref().map_or(0, String::len);
            bytes +=
                entry.value_display_names.iter().map(|(value, name)| value.len() + name.len()).sum::<usize>();
        }
        if bytes > MAX_BYTES {
            let problem = format!("holds {bytes} bytes of names; the URL can carry {MAX_BYTES}");
            return Err(Invalid::new("bm_group_key_overrides", problem));
        }
        Ok(Self(overrides))
    }

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
