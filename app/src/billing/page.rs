//! One page of a keyset-paginated list.

use serde::{Deserialize, Serialize};

/// A page of `T`, and the opaque cursor of the next one: `null` on the last page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "{T}Page"))]
pub struct Page<T> {
    /// The rows of this page.
    pub data: Vec<T>,
    /// Where the next page starts, to be sent back as it is.
    pub next_page: Option<String>,
}
