//! The reports of a viewer from whom money is hidden: quantities and shares alone. Pure.
//!
//! Every field of what holds an amount is named here, so that a new one is thought of.

use app::{
    invoices::report::{
        CurrentPeriod, Document, InvoiceReport, InvoiceRow, InvoicesReport, Line, PeriodPart, Section,
    },
    view::format,
};

/// The list without any amount.
pub(super) fn list_without_amounts(report: InvoicesReport) -> InvoicesReport {
    let InvoicesReport { current, rows, next_page, statuses, ended } = report;
    InvoicesReport {
        current: current.into_iter().map(current_period).collect(),
        rows: rows.into_iter().map(|row| InvoiceRow { total: format::NONE.to_owned(), ..row }).collect(),
        next_page,
        statuses,
        ended,
    }
}

/// An invoice without any amount: its lines, and the days of one that count a quantity.
pub(super) fn without_amounts(report: InvoiceReport) -> InvoiceReport {
    let InvoiceReport { document: whole, comparison: _, daily_cost: _, line_by_day } = report;
    InvoiceReport { document: document(whole), comparison: None, daily_cost: None, line_by_day }
}

fn current_period(period: CurrentPeriod) -> CurrentPeriod {
    let CurrentPeriod { document: whole, plan_name, parts, is_drawn, day, of, left, estimate: _, prices: _ } =
        period;
    CurrentPeriod {
        document: document(whole),
        plan_name,
        parts: parts.into_iter().map(|one| part(one, is_drawn)).collect(),
        is_drawn,
        day,
        of,
        left,
        estimate: None,
        prices: Vec::new(),
    }
}

/// A part by its share, in whole percents; where parts are no shares of a whole, by its name alone.
fn part(part: PeriodPart, is_share: bool) -> PeriodPart {
    let PeriodPart { name, amount: _, length, slot } = part;
    let share = if is_share { format!("{}%", (length + 5) / 10) } else { format::NONE.to_owned() };
    PeriodPart { name, amount: share, length, slot }
}

fn document(document: Document) -> Document {
    let Document {
        id,
        title,
        status,
        total: _,
        unit: _,
        period,
        facts,
        sections,
        sums: _,
        notes,
        related,
        is_searchable,
        is_damaged,
    } = document;
    Document {
        id,
        title,
        status,
        total: format::NONE.to_owned(),
        unit: String::new(),
        period,
        facts,
        sections: sections.into_iter().map(section).collect(),
        sums: Vec::new(),
        notes,
        related,
        is_searchable,
        is_damaged,
    }
}

fn section(section: Section) -> Section {
    let Section { head, group_key, lines, note, of } = section;
    Section { head: line(head), group_key, lines: lines.into_iter().map(line).collect(), note, of }
}

/// Its tiers in words name prices, so they are left out too.
fn line(line: Line) -> Line {
    let Line { is_group, name, detail: _, quantity, exact, unit_price: _, amount: _, days } = line;
    Line {
        is_group,
        name,
        detail: String::new(),
        quantity,
        exact,
        unit_price: String::new(),
        amount: String::new(),
        days,
    }
}
