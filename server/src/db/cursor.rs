//! Keyset cursors: the sort key of a page's last row, opaque to callers.

use crate::{Error, Result};
use app::billing::Page;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

/// Rows a page unless asked.
pub const ROWS: i64 = 25;
/// The most rows a page.
pub const MOST_ROWS: i64 = 100;

/// The `next_page` of a page that ends with the row of this key.
pub fn encode<K: Serialize>(key: &K) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

/// The key in a `next_page` that came back; `None` when the parameter is absent or empty.
///
/// # Errors
/// 400 when it is not one of ours.
pub fn decode<K: DeserializeOwned>(next_page: Option<&str>) -> Result<Option<K>> {
    let Some(text) = next_page.filter(|text| !text.is_empty()) else { return Ok(None) };
    URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .map(Some)
        .ok_or_else(not_of_this_list)
}

/// A 400 for a `next_page` that this list cannot have given.
pub fn not_of_this_list() -> Error {
    Error::field("next_page", "is not a cursor of this list: send the value that the last page gave")
}

/// Rows a page: 1 to [`MOST_ROWS`], as asked; [`ROWS`] unless asked.
///
/// # Errors
/// 400 for any other number.
pub fn limit(asked: Option<i64>) -> Result<i64> {
    match asked {
        None => Ok(ROWS),
        Some(rows) if (1..=MOST_ROWS).contains(&rows) => Ok(rows),
        Some(rows) => {
            Err(Error::field("limit", format!("must be a whole number from 1 to {MOST_ROWS}, not {rows}")))
        }
    }
}

/// A page of at most `limit` rows out of `limit + 1` that were asked for; `key` gives the sort key of a row.
pub fn page<T, K: Serialize>(mut data: Vec<T>, limit: i64, key: impl Fn(&T) -> K) -> Page<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = data.len() > limit;
    data.truncate(limit);
    let next_page = if more { data.last().map(|last| encode(&key(last))) } else { None };
    Page { data, next_page }
}
