//! Who may call what of the server itself.

use super::{OpenTo::All, Row};

pub(super) const ROUTES: &[Row] = &[
    ("GET", "/docs", All),
    ("GET", "/healthz", All),
    ("GET", "/openapi.json", All),
    ("GET", "/readyz", All),
];
