//! Who may call what of the audit log.

use super::{OpenTo::Operators, Row};

pub(super) const ROUTES: &[Row] = &[("GET", "/v1/auditLogs", Operators)];
