//! An invoice as a file: the rows of its document, for paper and for spreadsheets.

mod cancel;
mod csv;
mod fallback;
mod file;
mod font;
mod gate;
mod lines;
mod pdf;
mod shape;
mod sheet;

pub use cancel::Cancel;
pub use csv::csv;
pub(crate) use csv::{text as csv_text, write as csv_record};
pub use file::{ExportOptions, Format, file};
pub use pdf::pdf;

use app::view::document::Document;

/// The name of a file: `INV-0042.pdf`, `draft-2026-11-01.csv`.
fn file_name(document: &Document, extension: &str) -> String {
    let plain: String = document
        .title
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '-' })
        .collect();
    format!("{plain}.{extension}")
}
