//! The rows of dashboards.

use super::Asked;

pub(super) const ASKED: &[Asked] =
    &[Asked { id: "dashboards.invoices.list", query: "status=FINALIZED", body: "" }];
