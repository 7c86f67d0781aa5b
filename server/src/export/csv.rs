//! An invoice for spreadsheets: RFC 4180, every row that the document shows, amounts as plain decimals.

use app::view::{
    document::{Document, Row, RowKind},
    text as names, words,
};

/// The file: a header, then one record a row, in the order of the document.
pub fn csv(document: &Document) -> String {
    let mut file = String::new();
    record(&mut file, words::CSV_COLUMNS.map(str::to_owned));
    let mut product = "";
    for row in document.rows() {
        if row.kind == RowKind::Product {
            product = &row.name;
        }
        record(&mut file, cells(document, row, product));
    }
    file
}

fn cells(document: &Document, row: &Row, product: &str) -> [String; 10] {
    let (kind, is_of_product) = match row.kind {
        RowKind::Product => ("product", true),
        RowKind::Group => ("group", true),
        RowKind::Charge => ("charge", true),
        RowKind::Adjustment => ("adjustment", false),
        RowKind::Subtotal => ("subtotal", false),
        RowKind::Total => ("total", false),
    };
    [
        text(&document.title),
        text(&document.period),
        kind.to_owned(),
        text(if is_of_product { product } else { "" }),
        text(&row.name),
        row.quantity.plain.clone(),
        row.unit_price.plain.clone(),
        row.amount.plain.clone(),
        text(&document.unit),
        text(&row.detail),
    ]
}

/// A text that no spreadsheet takes for a formula, and that turns nothing round.
fn text(value: &str) -> String {
    let value = names::plain(value);
    match value.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n') => format!("'{value}"),
        _ => value.into_owned(),
    }
}

fn record(file: &mut String, cells: [String; 10]) {
    for (at, cell) in cells.iter().enumerate() {
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
        let mut cells: [String; 10] = Default::default();
        cells[0] = "a, \"b\"\nc".to_owned();
        record(&mut file, cells);
        assert_eq!(file, "\"a, \"\"b\"\"\nc\",,,,,,,,,\r\n");
    }
}
