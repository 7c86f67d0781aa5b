//! Who may call what of credit types.

use super::{
    OpenTo::{Operators, Writers},
    Row,
};

pub(super) const ROUTES: &[Row] = &[
    ("POST", "/v1/credit-types/archive", Writers),
    ("POST", "/v1/credit-types/create", Writers),
    ("GET", "/v1/credit-types/list", Operators),
];
