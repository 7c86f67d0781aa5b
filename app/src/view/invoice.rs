//! An invoice as a row of the list.

use super::{document::Document, format, words};
use crate::{
    billing::{Invoice, InvoiceStatus},
    embed::GroupKeyNames,
};
use chrono::Datelike;

/// One invoice of the list, with its document.
#[derive(Clone, Debug, PartialEq)]
pub struct InvoiceView {
    /// Its id, for the DOM.
    pub id: String,
    /// The year in which its period begins.
    pub year: i32,
    /// `Nov 1 – Nov 30, 2026`.
    pub period: String,
    /// `INV-0042`, or a dash.
    pub number: String,
    /// Its badge's state.
    pub status: InvoiceStatus,
    /// `Nov 1, 2026`, or a dash on a draft.
    pub issued: String,
    /// `$4,218.07`.
    pub total: String,
    /// The inside.
    pub document: Document,
}

impl InvoiceView {
    /// The invoice; lines without usage are left out unless asked for.
    pub fn new(invoice: &Invoice, show_zero_usage_line_items: bool, names: &GroupKeyNames) -> Self {
        let document = Document::new(invoice, show_zero_usage_line_items, names);
        Self {
            id: document.id.clone(),
            year: invoice.start_timestamp.year(),
            period: document.period.clone(),
            number: invoice.invoice_number.clone().unwrap_or_else(|| format::NONE.to_owned()),
            status: invoice.status,
            issued: match invoice.status {
                InvoiceStatus::Draft => format::NONE.to_owned(),
                InvoiceStatus::Finalized | InvoiceStatus::Void => {
                    format::date(invoice.issued_at.date_naive())
                }
            },
            total: document.total_text.clone(),
            document,
        }
    }

    /// `INV-0042 · Nov 2, 2026`: the second line where the row is narrow.
    pub fn under_period(&self) -> String {
        let known = [&self.number, &self.issued].into_iter().filter(|text| *text != format::NONE);
        known.cloned().collect::<Vec<_>>().join(" · ")
    }

    /// The badge's word.
    pub fn status_word(&self) -> &'static str {
        words::status(self.status)
    }
}
