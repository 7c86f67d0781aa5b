//! Which invoice took the place of which.

use serde::Serialize;
use uuid::Uuid;

/// An invoice by its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvoiceName {
    /// The id of the invoice.
    pub id: Uuid,
    /// Its number for people, `INV-0042`.
    pub invoice_number: String,
}

/// The invoices before and after one that was voided and regenerated. Not in the vendor's JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Succession {
    /// The voided invoice whose place it takes; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<InvoiceName>,
    /// A voided invoice: the one that takes its place; absent where there is none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<InvoiceName>,
}
