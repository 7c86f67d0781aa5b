//! Who may call what of customers.

use super::{
    OpenTo::{Operators, ReadersOfUsage, Writers},
    Row,
};

pub(super) const ROUTES: &[Row] = &[
    ("GET", "/v1/customers", Operators),
    ("POST", "/v1/customers", Writers),
    ("GET", "/v1/customers/{customer_id}", Operators),
    ("GET", "/v1/customers/{customer_id}/billable-metrics", ReadersOfUsage),
    ("GET", "/v1/customers/{customer_id}/costs", Operators),
    ("POST", "/v1/customers/{customer_id}/previewEvents", Operators),
    ("POST", "/v1/customers/{customer_id}/setIngestAliases", Writers),
    ("POST", "/v1/customers/{customer_id}/setName", Writers),
    ("POST", "/v1/customers/{customer_id}/updateConfig", Writers),
    ("POST", "/v1/customers/archive", Writers),
];
