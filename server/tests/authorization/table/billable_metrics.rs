//! Who may call what of billable metrics.

use super::{
    OpenTo::{Operators, Writers},
    Row,
};

pub(super) const ROUTES: &[Row] = &[
    ("GET", "/v1/billable-metrics", Operators),
    ("GET", "/v1/billable-metrics/{billable_metric_id}", Operators),
    ("PUT", "/v1/billable-metrics/{billable_metric_id}", Writers),
    ("POST", "/v1/billable-metrics/archive", Writers),
    ("POST", "/v1/billable-metrics/create", Writers),
];
