//! The head of an invoice: its title and total, who is billed, and its facts.

use super::{BODY, FACTS, FittedText, HEADING, Layout, MARGIN, QUIET, RIGHT, SMALL, STRONG, TITLE};
use crate::export::{
    lines::lines,
    sheet::{self, Style},
};
use app::{
    billing::InvoiceStatus,
    view::{document::Document, text::name, words},
};

impl Layout {
    pub(super) fn masthead(&mut self, document: &Document, bill_to: &str) {
        self.y = 72.0;
        let status = words::status(document.status);
        self.text(MARGIN, self.y, &document.title, HEADING, Some(TITLE));
        let after = MARGIN + sheet::width(&document.title, HEADING) + 8.0;
        self.text(after, self.y, status, QUIET, Some(TITLE));
        self.figure(RIGHT, self.y - 20.0, &FittedText::new(words::TOTAL, SMALL, 200.0), Some(FACTS));
        let struck = document.status == InvoiceStatus::Void;
        let total = FittedText::new(&document.total_text, Style { size: 20.0, struck, ..STRONG }, 240.0);
        self.figure(RIGHT, self.y, &total, Some(FACTS));
        self.y += 26.0 + total.below();
        let bill_to = (words::BILL_TO, name(bill_to));
        for (label, value) in std::iter::once(&bill_to).chain(&document.facts) {
            self.text(MARGIN, self.y, label, QUIET, Some(FACTS));
            for line in lines(value, BODY, RIGHT - MARGIN - 84.0, 3) {
                self.text(MARGIN + 84.0, self.y, &line, BODY, Some(FACTS));
                self.y += 14.0;
            }
        }
        self.y += 16.0;
    }
}
