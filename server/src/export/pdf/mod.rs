//! An invoice for paper: A4 pages with a repeated table header, laid out here, written by krilla.

mod fitted;
mod masthead;
mod structure;

use super::{
    Cancel,
    lines::lines,
    sheet::{self, HEIGHT, Ink, Mark, Sheet, Style, WIDTH},
};
use crate::{Result, config::Company};
use app::{
    billing::InvoiceStatus,
    view::{
        document::{Document, Row, RowKind},
        words,
    },
};
use fitted::FittedText;
use krilla::metadata::Metadata;
use structure::structure;

/// Rows of a file at most, but for the sums: of a longer invoice it shows the largest. Sixty pages are no reading.
const MOST_ROWS: usize = 2_000;

const MARGIN: f32 = 48.0;
const RIGHT: f32 = WIDTH - MARGIN;
/// Where rows end: below is the footer.
const BOTTOM: f32 = HEIGHT - 72.0;
/// Right edges of the columns of figures.
const QUANTITY: f32 = 356.0;
const UNIT_PRICE: f32 = 446.0;
/// Between two columns.
const GAP: f32 = 10.0;
/// What a quantity may take of the width that names have.
const QUANTITY_ROOM: f32 = 120.0;

const BODY: Style = Style { size: 9.0, bold: false, ink: Ink::Dark, struck: false };
const QUIET: Style = Style { ink: Ink::Gray, ..BODY };
const STRONG: Style = Style { bold: true, ..BODY };
const SMALL: Style = Style { size: 7.5, ..QUIET };
const HEADING: Style = Style { size: 18.0, ..STRONG };

/// The parts of the structure before the rows: heading, total, facts, notes, and four cells of the table header.
const TITLE: usize = 0;
const FACTS: usize = 1;
const NOTES: usize = 2;
const HEADER: usize = 3;
const ROWS: usize = HEADER + 4;

/// The file. `company` bills, `bill_to` is the customer's name. Of an invoice with more than 2,000 rows it shows the
/// largest. Without amounts it has neither their columns nor the rows that are amounts alone.
///
/// # Errors
/// 500 when it could not be written, or nobody waits for it any more.
pub fn pdf(
    document: &Document,
    company: &Company,
    bill_to: &str,
    hides_amounts: bool,
    cancel: &Cancel,
) -> Result<Vec<u8>> {
    let summary = document.summary(MOST_ROWS);
    let shown = |row: &Row| if hides_amounts { row.without_amounts() } else { Some(row.clone()) };
    let rows: Vec<Row> = summary.rows.iter().filter_map(|row| shown(row)).collect();
    let mut layout = Layout { sheets: vec![Sheet::new()], y: 0.0, hides_amounts };
    layout.masthead(document, company, bill_to);
    layout.header(true);
    let is_void = document.status == InvoiceStatus::Void;
    let mut lines = rows.first().map(|row| Lines::new(row, is_void));
    for (at, row) in rows.iter().enumerate() {
        cancel.check()?;
        let next = rows.get(at + 1).map(|row| Lines::new(row, is_void));
        let Some(own) = std::mem::replace(&mut lines, next) else { break };
        // A product is not left alone at the foot of a page.
        let below = lines.as_ref().filter(|_| row.kind == RowKind::Product).map_or(0.0, Lines::height);
        if layout.y + own.height() + below > BOTTOM {
            layout.turn();
        }
        layout.row(row, &own, ROWS + at * 4);
    }
    layout.notes(summary.note.iter().chain(&document.notes));
    layout.footers(document);
    let metadata = Metadata::new()
        .title(format!("{} {}", document.title, document.period))
        .language("en".to_owned())
        .creator("Inlay".to_owned());
    let parts = ROWS + rows.len() * 4;
    sheet::write(&layout.sheets, metadata, parts, cancel, |drawn| structure(drawn, rows.len()))
}

/// What a row takes.
struct Lines {
    name: Vec<String>,
    detail: Vec<String>,
    figures: [(f32, FittedText); 3],
    indent: f32,
    style: Style,
}

impl Lines {
    /// Those of a row; of a void invoice with a line through them.
    fn new(row: &Row, is_void: bool) -> Self {
        let (indent, style) = match row.kind {
            RowKind::Product => (0.0, STRONG),
            RowKind::Group | RowKind::Charge => (12.0, QUIET),
            RowKind::Adjustment | RowKind::Subtotal => (0.0, BODY),
            RowKind::Total => (0.0, Style { size: 11.0, ..STRONG }),
        };
        let style = Style { struck: is_void, ..style };
        let plain = Style { bold: false, ..style };
        let figures = [
            (QUANTITY, FittedText::new(&row.quantity.text, plain, QUANTITY_ROOM)),
            (UNIT_PRICE, FittedText::new(&row.unit_price.text, plain, UNIT_PRICE - QUANTITY - GAP)),
            (RIGHT, FittedText::new(&row.amount.text, style, RIGHT - UNIT_PRICE - GAP)),
        ];
        let quantity = sheet::width(&row.quantity.text, BODY).min(QUANTITY_ROOM);
        let room = QUANTITY - MARGIN - indent - GAP - quantity;
        Self {
            name: lines(&row.name, style, room, 3),
            detail: lines(&row.below(), SMALL, UNIT_PRICE - MARGIN - indent, 6),
            figures,
            indent,
            style,
        }
    }

    /// Where the detail begins: below the name, and below the figures above which it reaches.
    fn head(&self) -> f32 {
        let above = self.figures.iter().take(2).map(|(_, figure)| 13.0 + figure.below());
        let name = self.name.len().max(1) as f32 * 13.0;
        if self.detail.is_empty() { name } else { above.fold(name, f32::max) }
    }

    fn height(&self) -> f32 {
        let texts = self.head() + self.detail.len() as f32 * 10.0;
        let figures = self.figures.iter().map(|(_, figure)| 13.0 + figure.below());
        figures.fold(texts, f32::max) + 3.0
    }
}

/// Pages filled from top to bottom.
struct Layout {
    sheets: Vec<Sheet>,
    y: f32,
    /// The columns of prices and amounts are left out.
    hides_amounts: bool,
}

impl Layout {
    fn put(&mut self, mark: Mark, part: Option<usize>) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.push((mark, part));
        }
    }

    fn text(&mut self, x: f32, y: f32, text: &str, style: Style, part: Option<usize>) {
        self.put(Mark::Text { x, y, text: text.to_owned(), style, to_right: false }, part);
    }

    /// A figure whose lines end at `x`, the first of them at `y`.
    fn figure(&mut self, x: f32, y: f32, figure: &FittedText, part: Option<usize>) {
        for (at, line) in figure.lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
            let y = y + at as f32 * figure.leading();
            let text = line.clone();
            self.put(Mark::Text { x, y, text, style: figure.style, to_right: true }, part);
        }
    }

    fn rule(&mut self) {
        let y = self.y;
        self.put(Mark::Rule { from: MARGIN, to: RIGHT, y }, None);
    }

    /// The table's header; on later pages it is a repetition, which a screen reader need not hear.
    fn header(&mut self, is_first: bool) {
        let part = |at: usize| is_first.then_some(HEADER + at);
        self.text(MARGIN, self.y, words::ITEM, SMALL, part(0));
        let columns = [(QUANTITY, words::QUANTITY), (UNIT_PRICE, words::UNIT_PRICE), (RIGHT, words::AMOUNT)];
        let shown = if self.hides_amounts { 1 } else { columns.len() };
        for (at, (x, word)) in columns.into_iter().enumerate().take(shown) {
            self.figure(x, self.y, &FittedText::new(word, SMALL, 80.0), part(at + 1));
        }
        self.y += 6.0;
        self.rule();
        self.y += 4.0;
    }

    fn turn(&mut self) {
        self.sheets.push(Sheet::new());
        self.y = MARGIN + 6.0;
        self.header(false);
    }

    fn row(&mut self, row: &Row, lines: &Lines, part: usize) {
        if matches!(row.kind, RowKind::Product | RowKind::Subtotal) || row.kind == RowKind::Total {
            self.y += 3.0;
            if row.kind != RowKind::Product {
                self.rule();
                self.y += 2.0;
            }
        }
        let x = MARGIN + lines.indent;
        let baseline = self.y + 10.0;
        let (head, foot) = (self.y + lines.head(), self.y + lines.height());
        for line in &lines.name {
            self.y += 13.0;
            self.text(x, self.y - 3.0, line, lines.style, Some(part));
        }
        self.y = head;
        for line in &lines.detail {
            self.y += 10.0;
            self.text(x, self.y - 3.0, line, SMALL, Some(part));
        }
        for (at, (x, figure)) in lines.figures.iter().enumerate() {
            self.figure(*x, baseline, figure, Some(part + at + 1));
        }
        self.y = foot;
    }

    fn notes<'a>(&mut self, notes: impl Iterator<Item = &'a String>) {
        self.y += 18.0;
        for note in notes {
            for line in lines(note, SMALL, RIGHT - MARGIN, 4) {
                if self.y > BOTTOM {
                    self.turn();
                }
                self.text(MARGIN, self.y, &line, SMALL, Some(NOTES));
                self.y += 11.0;
            }
        }
    }

    fn footers(&mut self, document: &Document) {
        let count = self.sheets.len();
        let name = format!("{} · {}", document.title, document.period);
        let y = HEIGHT - 40.0;
        for (at, sheet) in self.sheets.iter_mut().enumerate() {
            let page = words::page_of(at + 1, count);
            for (x, text, to_right) in [(MARGIN, name.clone(), false), (RIGHT, page, true)] {
                sheet.push((Mark::Text { x, y, text, style: SMALL, to_right }, None));
            }
        }
    }
}
