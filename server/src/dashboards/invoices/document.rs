//! The document of an invoice as a report shows it: its facts, sections, lines and sums.

use super::collapse::{collapse, is_long};
use app::{
    invoices::report::{Document, Fact, Line, Section, Sum},
    view::{
        document::{self as written, Row, RowKind},
        format,
    },
};

/// A document, searched or shown whole.
pub(super) fn document(whole: &written::Document, find: &str, show_all: bool) -> Document {
    let facts = whole.facts.iter().filter(|(_, value)| value != format::NONE);
    Document {
        id: whole.id.clone(),
        title: whole.title.clone(),
        status: whole.status,
        total: whole.total_text.clone(),
        unit: whole.unit.clone(),
        period: whole.period.clone(),
        facts: facts
            .map(|(label, value)| Fact { label: (*label).to_owned(), value: value.clone() })
            .collect(),
        sections: whole.sections.iter().map(|one| section(one, find, show_all)).collect(),
        sums: whole.sums().map(sum).collect(),
        notes: whole.notes.clone(),
        related: Vec::new(),
        is_searchable: whole.sections.iter().any(is_long),
        is_damaged: whole.is_damaged,
    }
}

fn section(section: &written::Section, find: &str, show_all: bool) -> Section {
    let collapsed = collapse(section, show_all, find);
    Section {
        head: line(&section.head),
        group_key: section.group_key.clone(),
        lines: collapsed.rows.iter().chain(&collapsed.rest).map(line).collect(),
        note: collapsed.note,
        of: u32::try_from(collapsed.of).unwrap_or(u32::MAX),
    }
}

fn line(row: &Row) -> Line {
    let quantity = &row.quantity;
    Line {
        exact: (quantity.readable != quantity.text).then(|| quantity.text.clone()),
        is_group: row.kind == RowKind::Group,
        name: row.name.clone(),
        detail: row.below(),
        quantity: quantity.readable.clone(),
        unit_price: row.unit_price.text.clone(),
        amount: row.amount.text.clone(),
        days: Vec::new(),
    }
}

fn sum(row: &Row) -> Sum {
    Sum { name: row.name.clone(), amount: row.amount.text.clone(), is_total: row.kind == RowKind::Total }
}
