//! Finalized and voided invoices: frozen documents.

mod damaged;
mod header;
mod read;
mod regenerate;
mod write;

pub use damaged::{Damage, damaged};
pub use header::{Header, Relative, finalized_during, relatives};
pub use read::{InvoiceQuery, InvoiceSearch, find, find_with_previous, list};
pub use regenerate::{RegenerationCandidate, for_regeneration, overlapping};
pub use write::{insert, void};

use crate::{Error, Result};
use app::billing::InvoiceStatus;

fn read_status(text: &str) -> Result<InvoiceStatus> {
    text.parse().map_err(Error::Internal)
}

pub(super) fn invoice_number(number: i64) -> String {
    format!("INV-{number:04}")
}
