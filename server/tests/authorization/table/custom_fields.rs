//! Who may call what of custom fields.

use super::{
    OpenTo::{Operators, Writers},
    Row,
};

pub(super) const ROUTES: &[Row] = &[
    ("POST", "/v1/customFields/addKey", Writers),
    ("POST", "/v1/customFields/deleteValues", Writers),
    ("POST", "/v1/customFields/listKeys", Operators),
    ("POST", "/v1/customFields/removeKey", Writers),
    ("POST", "/v1/customFields/setValues", Writers),
];
