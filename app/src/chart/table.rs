//! The table that says the same as a chart: a row a day, the newest first. It is markup in one piece, as hundreds of
//! elements that nobody changes one by one would cost more to take over than to draw.

use crate::{
    day,
    markup::{Markup, adjacent, all, tag, text},
};

/// The head: what the first column is, and the names of the others.
pub fn head<'a>(columns: impl Iterator<Item = &'a str>) -> Markup {
    let cells: Vec<Markup> = columns.map(|column| tag("th", &[("scope", "col")], text(column))).collect();
    tag("thead", &[], tag("tr", &[], adjacent(&cells)))
}

/// A day's row: the day, since 1970-01-01, with what is to be known of it, and its values.
pub fn day_row<'a>(
    day: i32,
    notes: impl Iterator<Item = &'a str>,
    values: impl Iterator<Item = &'a str>,
) -> Markup {
    let mut said = vec![text(&day::date(day))];
    said.extend(notes.map(|note| tag("small", &[], text(note))));
    let mut cells = vec![tag("th", &[("scope", "row")], all(&said))];
    cells.extend(values.map(|value| tag("td", &[], text(value))));
    tag("tr", &[], adjacent(&cells))
}
