//! The status of an invoice, with one name in JSON, in addresses and in the database.

use std::str::FromStr;

/// The status of an invoice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum InvoiceStatus {
    /// Computed from usage each time it is asked for.
    #[default]
    #[cfg_attr(any(feature = "ssr", feature = "hydrate"), serde(rename = "DRAFT"))]
    Draft,
    /// A frozen document.
    #[cfg_attr(any(feature = "ssr", feature = "hydrate"), serde(rename = "FINALIZED"))]
    Finalized,
    /// Frozen, and no longer owed.
    #[cfg_attr(any(feature = "ssr", feature = "hydrate"), serde(rename = "VOID"))]
    Void,
}

impl InvoiceStatus {
    /// The upper-case name, as in JSON, in addresses and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Finalized => "FINALIZED",
            Self::Void => "VOID",
        }
    }
}

impl FromStr for InvoiceStatus {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Draft, Self::Finalized, Self::Void]
            .into_iter()
            .find(|one| one.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| format!("\"{text}\" is not one of DRAFT, FINALIZED, VOID"))
    }
}
