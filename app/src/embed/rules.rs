//! Where an embeddable URL may be shown, and how often.

use serde::{Deserialize, Serialize};

/// Where an embeddable URL may be shown, and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UrlRules {
    /// Of the origins that the server allows, those whose pages may frame it; all of them where it is empty.
    #[serde(rename = "o", default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_origins: Vec<String>,
    /// Whether it opens once.
    #[serde(rename = "1", default, skip_serializing_if = "std::ops::Not::not")]
    pub single_use: bool,
}
