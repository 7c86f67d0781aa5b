//! An invoice as a document: the one set of rows that page, PDF and CSV show.

mod rows;

pub use rows::{FormattedNumber, Row, RowKind, Section};

use super::{format, money, text, words};
use crate::{
    billing::{Decimal, Invoice, InvoiceAdjustment, InvoiceStatus, LineItem, Succession},
    embed::GroupKeyNames,
};
use chrono::{Duration, NaiveDate};
use uuid::Uuid;

/// An invoice, every string final.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The id of the invoice.
    pub id: String,
    /// `INV-0042`, or "Draft invoice".
    pub title: String,
    /// `DRAFT`, `FINALIZED` or `VOID`.
    pub status: InvoiceStatus,
    /// `$4,218.07`.
    pub total_text: String,
    /// What amounts are in: `USD`.
    pub unit: String,
    /// `Nov 1 – Nov 30, 2026`; where it has no period, its date.
    pub period: String,
    /// Label and value: billing period, issued, due unless it is void, plan, which invoices it replaces or is replaced by.
    pub facts: Vec<(&'static str, String)>,
    /// One a product.
    pub sections: Vec<Section>,
    /// Minimums, credits and discounts.
    pub adjustments: Vec<Row>,
    /// The sum of the lines; `None` of a contract's, whose total it is.
    pub subtotal: Option<Row>,
    /// With the adjustments.
    pub total: Row,
    /// What a reader should know: voided, not over, lines left out.
    pub notes: Vec<String>,
    /// Its stored document cannot be read: no line and no amount is known.
    pub is_damaged: bool,
}

impl Document {
    /// The document of an invoice. Lines without usage are left out unless asked for.
    pub fn new(invoice: &Invoice, show_zero_usage_line_items: bool, names: &GroupKeyNames) -> Self {
        let lines: Vec<&LineItem> =
            invoice.line_items.iter().filter(|line| show_zero_usage_line_items || is_shown(line)).collect();
        let mut products: Vec<(Option<Uuid>, &str, Vec<&LineItem>)> = Vec::new();
        for line in &lines {
            let found =
                products.iter_mut().find(|(id, name, _)| *id == line.product_id && *name == line.name);
            match found {
                Some((_, _, members)) => members.push(line),
                None => products.push((line.product_id, &line.name, vec![line])),
            }
        }
        let sections = products
            .iter()
            .map(|(_, name, members)| Section::new(name, members, show_zero_usage_line_items, names))
            .collect();
        let credit_type = &invoice.credit_type;
        let adjustment =
            |one: &InvoiceAdjustment| Row::sum(RowKind::Adjustment, &one.name, &one.total, &one.credit_type);
        let subtotal = |sum: &Decimal| Row::sum(RowKind::Subtotal, words::SUBTOTAL, sum, credit_type);
        let mut document = Self {
            id: invoice.id.to_string(),
            title: invoice.invoice_number.clone().unwrap_or_else(|| words::DRAFT_INVOICE.to_owned()),
            status: invoice.status,
            total_text: money::money(&invoice.total, credit_type),
            unit: money::unit(credit_type),
            period: period(invoice),
            facts: facts(invoice),
            sections,
            adjustments: invoice.adjustments().iter().map(adjustment).collect(),
            subtotal: invoice.subtotal.as_ref().map(subtotal),
            total: Row::sum(RowKind::Total, words::TOTAL, &invoice.total, credit_type),
            notes: notes(invoice, invoice.line_items.len() - lines.len()),
            is_damaged: invoice.is_damaged,
        };
        if invoice.is_damaged {
            format::NONE.clone_into(&mut document.total_text);
            for row in document.subtotal.iter_mut().chain([&mut document.total]) {
                row.amount = FormattedNumber::written(format::NONE.to_owned(), String::new());
            }
        }
        document
    }

    /// The same with the numbers of the invoices that it replaces, and that replace it.
    pub fn with_succession(mut self, succession: &Succession) -> Self {
        let named = [(words::REPLACES, &succession.replaces), (words::REPLACED_BY, &succession.replaced_by)];
        let facts =
            named.into_iter().filter_map(|(label, one)| Some((label, one.as_ref()?.invoice_number.clone())));
        self.facts.extend(facts);
        self
    }

    /// All rows from top to bottom.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.sections
            .iter()
            .flat_map(|section| std::iter::once(&section.head).chain(&section.rows))
            .chain(self.sums())
    }

    /// The rows below the lines. The subtotal is left out when nothing stands between it and the total.
    pub fn sums(&self) -> impl Iterator<Item = &Row> {
        let subtotal = self.subtotal.as_ref().filter(|_| !self.adjustments.is_empty());
        subtotal.into_iter().chain(&self.adjustments).chain(std::iter::once(&self.total))
    }
}

fn is_shown(line: &LineItem) -> bool {
    !line.total.is_zero() || line.sub_line_items.iter().any(rows::is_used)
}

/// When an invoice is due: a finalized one whose plan has payment terms, if it comes to something.
pub fn due(invoice: &Invoice) -> Option<NaiveDate> {
    let is_owed = invoice.status == InvoiceStatus::Finalized && invoice.total > Decimal::zero();
    let terms = invoice.net_payment_terms_days.filter(|_| is_owed)?;
    Some((invoice.issued_at + Duration::try_days(terms)?).date_naive())
}

/// The billing period of an invoice, or where it has none, its date.
pub fn period(invoice: &Invoice) -> String {
    match (invoice.start_timestamp, invoice.end_timestamp) {
        (Some(start), Some(end)) => format::period(start, end),
        _ => format::date(invoice.at().date_naive()),
    }
}

fn facts(invoice: &Invoice) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if invoice.start_timestamp.is_some() {
        let days = (invoice.until() - invoice.at()).num_days();
        let period = format!("{} ({})", period(invoice), words::time_zone(days));
        facts.push((words::BILLING_PERIOD, period));
    }
    if invoice.status != InvoiceStatus::Draft {
        facts.push((words::ISSUED, format::date(invoice.issued_at.date_naive())));
        if let Some(due) = due(invoice) {
            facts.push((words::DUE, format::date(due)));
        }
    }
    facts.extend(invoice.plan_name.as_ref().map(|plan| (words::PLAN, text::name(plan))));
    facts
}

fn notes(invoice: &Invoice, hidden: usize) -> Vec<String> {
    let about_status = match invoice.status {
        InvoiceStatus::Draft => Some(words::draft(&format::date(invoice.issued_at.date_naive()))),
        InvoiceStatus::Void => Some(words::VOIDED.to_owned()),
        InvoiceStatus::Finalized => None,
    };
    let damaged = invoice.is_damaged.then(|| words::DAMAGED.to_owned());
    let sentences = damaged.into_iter().chain(about_status);
    sentences.chain(words::hidden_lines(hidden)).collect()
}
