//! An invoice for spreadsheets: RFC 4180, every row that the document shows, amounts as plain decimals, dates as ISO 8601.
//!
//! An amount stands in one of two columns: `Amount` where no other row breaks it down, so that the column adds up to the
//! total, however it is filtered or pivoted; `Sum` where it adds up rows of the same file.

use app::{
    billing::{Invoice, InvoiceStatus},
    view::{
        document::{self, Document, Row, RowKind},
        text as names, words,
    },
};
use chrono::{Duration, NaiveDate};

/// A column for each cell of a record.
type Record = [String; words::CSV_COLUMNS.len()];

/// The file: a header, then one record a row, in the order of the document. `bill_to` is the customer's name. Without
/// amounts it has neither their columns nor the rows that are amounts alone.
pub fn csv(document: &Document, invoice: &Invoice, bill_to: &str, hides_amounts: bool) -> String {
    let mut file = String::new();
    let is_shown =
        words::CSV_COLUMNS.map(|name| !hides_amounts || !words::CSV_AMOUNT_COLUMNS.contains(&name));
    let record = |file: &mut String, cells: &Record| {
        let shown = cells.iter().zip(is_shown).filter(|(_, is_shown)| *is_shown);
        write(file, shown.map(|(cell, _)| cell));
    };
    record(&mut file, &words::CSV_COLUMNS.map(str::to_owned));
    let all = About::new(document, invoice, bill_to);
    for section in &document.sections {
        let of = Place { product: &section.head.name, group_key: "", group: "" };
        record(&mut file, &all.record(&section.head, of, section.rows.is_empty()));
        let mut of = Place { group_key: section.group_key.as_deref().unwrap_or_default(), ..of };
        for (at, row) in section.rows.iter().enumerate() {
            let mut is_lowest = true;
            if row.kind == RowKind::Group {
                of.group = &row.name;
                is_lowest = section.rows.get(at + 1).is_none_or(|next| next.kind == RowKind::Group);
            }
            record(&mut file, &all.record(row, of, is_lowest));
        }
    }
    for row in document.sums().filter(|_| !hides_amounts) {
        let of = Place { product: "", group_key: "", group: "" };
        record(&mut file, &all.record(row, of, row.kind == RowKind::Adjustment));
    }
    file
}

/// Where a row belongs; empty where it does not.
#[derive(Clone, Copy)]
struct Place<'a> {
    product: &'a str,
    group_key: &'a str,
    group: &'a str,
}

/// What every row says alike: the cells before and after its own.
struct About {
    invoice: [String; 9],
}

impl About {
    fn new(document: &Document, invoice: &Invoice, bill_to: &str) -> Self {
        let issued = (invoice.status != InvoiceStatus::Draft).then_some(invoice.issued_at);
        // The last moment of the period is on its last day.
        let last = invoice.end_timestamp.map(|end| end - Duration::nanoseconds(1));
        let date = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        Self {
            invoice: [
                text(&document.title),
                words::status(document.status).to_owned(),
                text(bill_to),
                date(invoice.start_timestamp.map(|start| start.date_naive())),
                date(last.map(|last| last.date_naive())),
                date(issued.map(|at| at.date_naive())),
                date(document::due(invoice)),
                text(&document.unit),
                text(invoice.plan_name.as_deref().unwrap_or_default()),
            ],
        }
    }

    /// A row. Where others break it down, it is a sum.
    fn record(&self, row: &Row, of: Place<'_>, is_lowest: bool) -> Record {
        let kind = match row.kind {
            RowKind::Product => "product",
            RowKind::Group => "group",
            RowKind::Charge => "charge",
            RowKind::Adjustment => "adjustment",
            RowKind::Subtotal => "subtotal",
            RowKind::Total => "total",
        };
        let amount = row.amount.plain.clone();
        let (amount, sum) = if is_lowest { (amount, String::new()) } else { (String::new(), amount) };
        let [number, status, bill_to, start, end, issued, due, unit, plan] = self.invoice.clone();
        [
            number,
            status,
            bill_to,
            plan,
            start,
            end,
            issued,
            due,
            kind.to_owned(),
            text(of.product),
            text(of.group_key),
            text(of.group),
            text(&row.name),
            row.quantity.plain.clone(),
            row.unit_price.plain.clone(),
            amount,
            sum,
            unit,
            text(&row.detail),
        ]
    }
}

/// A text that no spreadsheet takes for a formula, and that turns nothing round.
pub(crate) fn text(value: &str) -> String {
    let value = names::plain(value);
    match value.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n') => format!("'{value}"),
        _ => value.into_owned(),
    }
}

/// A record of these cells.
pub(crate) fn write<'a>(file: &mut String, cells: impl Iterator<Item = &'a String>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            file.push(',');
        }
        if cell.contains([',', '"', '\r', '\n']) {
            file.push('"');
            file.push_str(&cell.replace('"', "\"\""));
            file.push('"');
        } else {
            file.push_str(cell);
        }
    }
    file.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_no_formula_and_a_number_stays_one() {
        for (given, expected) in [
            ("=1+1", "'=1+1"),
            ("@a", "'@a"),
            ("-5", "'-5"),
            ("\u{202e}=1", "'=1"),
            ("eu-west-1", "eu-west-1"),
            ("", ""),
        ] {
            assert_eq!(text(given), expected);
        }
    }

    #[test]
    fn separators_and_quotes_are_quoted() {
        let mut file = String::new();
        let mut cells = Record::default();
        cells[0] = "a, \"b\"\nc".to_owned();
        write(&mut file, cells.iter());
        assert_eq!(file.trim_end_matches([',', '\r', '\n']), "\"a, \"\"b\"\"\nc\"");
    }
}
