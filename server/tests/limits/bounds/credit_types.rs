//! Bounds of credit types.

use super::{Bound, bound, unique};
use serde_json::json;
use server::limits;

pub(super) fn bounds() -> Vec<Bound> {
    vec![bound("/v1/credit-types/create", "name: ", limits::NAME, |n| json!({ "name": unique(n) }))]
}
