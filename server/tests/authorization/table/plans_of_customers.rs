//! Who may call what of plans of customers.

use super::{
    OpenTo::{Operators, Writers},
    Row,
};

pub(super) const ROUTES: &[Row] = &[
    ("GET", "/v1/customers/{customer_id}/plans", Operators),
    ("POST", "/v1/customers/{customer_id}/plans/add", Writers),
    ("POST", "/v1/customers/{customer_id}/plans/{customer_plan_id}/end", Writers),
    ("GET", "/v1/customers/{customer_id}/plans/{customer_plan_id}/priceAdjustments", Operators),
];
