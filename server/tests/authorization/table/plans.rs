//! Who may call what of plans and products.

use super::{
    OpenTo::{Operators, Writers},
    Row,
};

pub(super) const ROUTES: &[Row] = &[
    ("GET", "/v1/planDetails/{plan_id}", Operators),
    ("GET", "/v1/planDetails/{plan_id}/charges", Operators),
    ("GET", "/v1/planDetails/{plan_id}/customers", Operators),
    ("GET", "/v1/plans", Operators),
    ("POST", "/v1/plans/create", Writers),
    ("POST", "/v1/products/create", Writers),
];
