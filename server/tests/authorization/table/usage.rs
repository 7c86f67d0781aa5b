//! Who may call what of events and usage.

use super::{
    OpenTo::{Operators, Writers},
    Row,
};

pub(super) const ROUTES: &[Row] = &[
    ("POST", "/v1/events/search", Operators),
    ("GET", "/v1/events/unmatched", Operators),
    ("POST", "/v1/ingest", Writers),
    ("POST", "/v1/usage", Operators),
    ("POST", "/v1/usage/groups", Operators),
];
