//! An invoice's growth, day by day or hour by hour.

use super::Invoice;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// What an invoice grew by in one window of time: its lines, subtotal and total are those of the window alone, all
/// else is the invoice's.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvoiceBreakdown {
    /// The invoice, reduced to the window.
    #[serde(flatten)]
    pub invoice: Invoice,
    /// Start of the window, inclusive, UTC.
    pub breakdown_start_timestamp: DateTime<Utc>,
    /// End of the window, exclusive, UTC.
    pub breakdown_end_timestamp: DateTime<Utc>,
}
