//! The head of an invoice: its title and total, who bills whom, and its facts.

use super::{BODY, FACTS, FittedText, HEADING, Layout, MARGIN, QUIET, RIGHT, SMALL, STRONG, TITLE};
use crate::{
    config::Company,
    export::{
        lines::lines,
        sheet::{self, Style},
    },
};
use app::{
    billing::InvoiceStatus,
    view::{document::Document, text::name, words},
};

impl Layout {
    pub(super) fn masthead(&mut self, document: &Document, company: &Company, bill_to: &str) {
        self.y = 72.0;
        let status = words::status(document.status);
        self.text(MARGIN, self.y, &document.title, HEADING, Some(TITLE));
        let after = MARGIN + sheet::width(&document.title, HEADING) + 8.0;
        self.text(after, self.y, status, QUIET, Some(TITLE));
        let below = if self.hides_amounts { 0.0 } else { self.total(document) };
        self.y += 26.0 + below;
        let facts = document.facts.iter().map(|(label, value)| (*label, vec![value.clone()]));
        for (label, values) in parties(company, bill_to).into_iter().chain(facts) {
            self.text(MARGIN, self.y, label, QUIET, Some(FACTS));
            for line in values.iter().flat_map(|value| lines(value, BODY, RIGHT - MARGIN - 84.0, 3)) {
                self.text(MARGIN + 84.0, self.y, &line, BODY, Some(FACTS));
                self.y += 14.0;
            }
        }
        self.y += 16.0;
    }

    /// What is owed, beside the title. How far it reaches below it.
    fn total(&mut self, document: &Document) -> f32 {
        self.figure(RIGHT, self.y - 20.0, &FittedText::new(words::TOTAL, SMALL, 200.0), Some(FACTS));
        let struck = document.status == InvoiceStatus::Void;
        let total = FittedText::new(&document.total_text, Style { size: 20.0, struck, ..STRONG }, 240.0);
        self.figure(RIGHT, self.y, &total, Some(FACTS));
        total.below()
    }
}

/// Who bills, as far as it is said, and who is billed: a label, and the lines beside it.
fn parties(company: &Company, bill_to: &str) -> Vec<(&'static str, Vec<String>)> {
    let from: Vec<String> = company.name.iter().chain(&company.address).map(|line| name(line)).collect();
    let tax_id: Vec<String> = company.tax_id.iter().map(|id| name(id)).collect();
    let mut parties = vec![(words::FROM, from), (words::TAX_ID, tax_id)];
    parties.retain(|(_, texts)| !texts.is_empty());
    parties.push((words::BILL_TO, vec![name(bill_to)]));
    parties
}
