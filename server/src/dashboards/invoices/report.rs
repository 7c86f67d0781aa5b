//! Invoices as the reports that page and JSON calls show: pure, every string final.

use super::{comparison, current, daily_cost, document::document, line_by_day::line_by_day, prices, text};
use crate::{
    dashboards::usage,
    invoicing::{ChargeUsage, InvoiceDetail, InvoiceListPage, Successions},
};
use app::{
    billing::{Invoice, InvoiceStatus, Succession},
    embed::GroupKeyNames,
    invoices::report::{CurrentPeriod, Document, Fact, InvoiceReport, InvoiceRow, InvoicesReport},
    view::{
        document::{self, Row},
        format, money,
    },
};
use chrono::{DateTime, Datelike as _, Utc};

/// How invoices are shown.
#[derive(Clone, Debug, Default)]
pub struct InvoiceDisplay {
    /// Lines without usage are shown.
    pub with_zero_lines: bool,
    /// The statuses that are shown at all.
    pub statuses: Vec<InvoiceStatus>,
    /// Names for group keys and their values.
    pub group_keys: GroupKeyNames,
    /// Which invoices replace which.
    pub successions: Successions,
}

impl InvoiceDisplay {
    fn document(&self, invoice: &Invoice) -> document::Document {
        document::Document::new(invoice, self.with_zero_lines, &self.group_keys)
            .with_succession(&self.successions.of(invoice.id))
    }
}

/// The report of a page of the list. Periods that run now stand apart where the list is `plain`: neither narrowed nor
/// begun further down.
pub fn list(
    found: InvoiceListPage,
    look: &InvoiceDisplay,
    is_plain: bool,
    now: DateTime<Utc>,
) -> InvoicesReport {
    let InvoiceListPage { invoices, projected_totals, prices: price_lists, ended } = found;
    let (running, rows): (Vec<Invoice>, Vec<Invoice>) =
        invoices.data.into_iter().partition(|invoice| is_plain && current::is_current(invoice, now));
    let current = |invoice: &Invoice| {
        let prices = price_lists.get(&invoice.id).map(|list| prices::prices(list, &look.group_keys));
        CurrentPeriod {
            prices: prices.unwrap_or_default(),
            ..current::current(invoice, &look.document(invoice), projected_totals.get(&invoice.id), now)
        }
    };
    InvoicesReport {
        current: running.iter().map(current).collect(),
        rows: rows.iter().map(|invoice| row(invoice, &look.successions.of(invoice.id))).collect(),
        next_page: invoices.next_page,
        statuses: look.statuses.clone(),
        ended: ended.as_ref().map(usage::ended),
    }
}

/// The report of one invoice, searched or shown whole.
pub fn one(
    detail: &InvoiceDetail,
    look: &InvoiceDisplay,
    find: &str,
    show_all: bool,
    now: DateTime<Utc>,
) -> InvoiceReport {
    let InvoiceDetail { invoice, previous, so_far, days, usage, line } = detail;
    let names = &look.group_keys;
    let comparison = match (so_far, previous) {
        (Some(so_far), _) => comparison::so_far(so_far, names),
        (None, Some(before)) => comparison::comparison(before, invoice, names),
        (None, None) => None,
    };
    let today = now.date_naive();
    // What is not owed has no days that cost something.
    let days = days.as_ref().filter(|_| invoice.status != InvoiceStatus::Void);
    let whole = look.document(invoice);
    let mut document =
        Document { related: related(&look.successions.of(invoice.id)), ..document(&whole, find, show_all) };
    let line_days = |usage: &ChargeUsage| days.and_then(|days| line_by_day(usage, days, today));
    // A day alone is nothing to compare: no line leads to it.
    if days.is_some_and(|days| days.metered.len() > 1) {
        lead_to_days(&mut document, &whole, usage);
    }
    InvoiceReport {
        document,
        comparison,
        daily_cost: days.and_then(|days| daily_cost::daily_cost(invoice, days, today)),
        line_by_day: line.as_ref().and_then(line_days),
    }
}

/// Charges of a product by whose days its group values lead to at most.
const MOST_CHARGES: usize = 20;

/// Says of each line which days are known: its own, or where a product's lines are group values, those of its charges over
/// all values.
fn lead_to_days(document: &mut Document, whole: &document::Document, usage: &[ChargeUsage]) {
    let days_of = |row: &Row| {
        let found = usage.iter().find(|one| Some(one.charge_id) == row.charge_id)?;
        let label = text::by_day(&found.name, found.measure.aggregation_type);
        Some(Fact { label, value: found.charge_id.to_string() })
    };
    for (section, all) in document.sections.iter_mut().zip(&whole.sections) {
        section.head.days = days_of(&all.head).into_iter().collect();
        if section.group_key.is_none() {
            for (line, row) in section.lines.iter_mut().zip(&all.rows) {
                line.days = days_of(row).into_iter().collect();
            }
            continue;
        }
        for days in all.rows.iter().filter_map(days_of) {
            if section.head.days.len() < MOST_CHARGES && !section.head.days.contains(&days) {
                section.head.days.push(days);
            }
        }
    }
}

/// Links to the invoices that one replaces, or that replace it.
fn related(succession: &Succession) -> Vec<Fact> {
    let named = [&succession.replaces, &succession.replaced_by].into_iter().flatten();
    named.map(|one| Fact { label: text::open(&one.invoice_number), value: one.id.to_string() }).collect()
}

fn row(invoice: &Invoice, succession: &Succession) -> InvoiceRow {
    let issued = format::date(invoice.issued_at.date_naive());
    InvoiceRow {
        id: invoice.id.to_string(),
        year: invoice.at().year(),
        period: document::period(invoice),
        number: invoice.invoice_number.clone(),
        status: invoice.status,
        issued: (invoice.status != InvoiceStatus::Draft).then_some(issued),
        due: document::due(invoice).map(|day| text::due(&format::date(day))),
        total: match invoice.is_damaged {
            true => format::NONE.to_owned(),
            false => money::money(&invoice.total, &invoice.credit_type),
        },
        succession: match (&succession.replaced_by, &succession.replaces) {
            (Some(other), _) => Some(text::replaced_by(&other.invoice_number)),
            (None, Some(other)) => Some(text::replaces(&other.invoice_number)),
            (None, None) => None,
        },
    }
}
