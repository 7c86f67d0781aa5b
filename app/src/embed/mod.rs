//! What an embed request may say, validated when it is parsed.

pub mod dashboard;
pub mod group_keys;
pub mod theme;

pub use dashboard::{Dashboard, DashboardOptions};

use serde::{Deserialize, Serialize};
use std::fmt;

/// What an embedded dashboard shows and how: the part of the request that its token carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Display {
    /// Which dashboard.
    #[serde(rename = "d")]
    pub dashboard: Dashboard,
    /// Its options.
    #[serde(rename = "o", default)]
    pub options: DashboardOptions,
}

impl Display {
    /// A dashboard with nothing changed about it.
    pub fn new(dashboard: Dashboard) -> Self {
        Self { dashboard, options: DashboardOptions::default() }
    }
}

/// What is wrong with a request, and where: `color_overrides[2].value: "#12" is not a hex color`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The JSON path of the field.
    pub path: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Invalid {
    /// A problem with the field of this path.
    pub fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { path: path.into(), problem: problem.into() }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.problem)
    }
}
