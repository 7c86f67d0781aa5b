//! A document of thousands of rows, cut to its largest rows for the PDF.

use super::{
    document::{Document, Row, RowKind, Section},
    words,
};
use crate::billing::{CreditType, Decimal};
use std::{borrow::Cow, cmp::Reverse};

/// The rows of a document that are shown. They add up as all of them do.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary<'a> {
    /// From top to bottom.
    pub rows: Vec<Cow<'a, Row>>,
    /// How many lines are shown of how many, where that is not all.
    pub note: Option<String>,
}

/// A line of a product: a group value with its charges, or a charge.
struct Line<'a> {
    /// Which product it belongs to.
    section: usize,
    rows: &'a [Row],
    is_shown: bool,
}

impl Document {
    /// All rows when there are no more than `most`. Else the largest lines by amount, each product's others as one row
    /// with their sum; of many products the largest, a quarter of `most` of them, and the others as one row too.
    pub fn summary(&self, most: usize) -> Summary<'_> {
        if self.rows().nth(most).is_none() {
            return Summary { rows: self.rows().map(Cow::Borrowed).collect(), note: None };
        }
        let mut by_size: Vec<usize> = (0..self.sections.len()).collect();
        by_size.sort_by_cached_key(|at| Reverse(size(&self.sections[*at].head)));
        let mut is_shown = vec![false; self.sections.len()];
        by_size.iter().take(most / 4).for_each(|at| is_shown[*at] = true);

        let mut lines: Vec<Line<'_>> = Vec::new();
        for (section, of) in self.sections.iter().enumerate() {
            lines.extend(of.lines().into_iter().map(|rows| Line { section, rows, is_shown: false }));
        }
        lines.sort_by_cached_key(|line| Reverse(size(&line.rows[0])));
        // A product takes its own row and one for the lines that are left out.
        let mut left = most.saturating_sub(2 * is_shown.iter().filter(|shown| **shown).count());
        for line in lines.iter_mut().filter(|line| is_shown[line.section]) {
            line.is_shown = line.rows.len() <= left;
            left -= if line.is_shown { line.rows.len() } else { 0 };
        }

        let mut of_section: Vec<Vec<Line<'_>>> = self.sections.iter().map(|_| Vec::new()).collect();
        for line in lines {
            of_section[line.section].push(line);
        }
        let (mut shown, mut all) = (0, 0);
        let mut rows: Vec<Cow<'_, Row>> = Vec::new();
        let mut others: Vec<(&CreditType, Vec<&Row>)> = Vec::new();
        for ((section, lines), is_shown) in self.sections.iter().zip(&of_section).zip(is_shown) {
            // A product without lines is its own.
            all += lines.len().max(1);
            if is_shown {
                rows.push(Cow::Borrowed(&section.head));
                let kept = lines.iter().filter(|line| line.is_shown);
                rows.extend(kept.clone().flat_map(|line| line.rows).map(Cow::Borrowed));
                shown += if lines.is_empty() { 1 } else { kept.count() };
                let rest: Vec<&Row> =
                    lines.iter().filter(|line| !line.is_shown).map(|line| &line.rows[0]).collect();
                if !rest.is_empty() {
                    let kind = if section.group_key.is_some() { RowKind::Group } else { RowKind::Charge };
                    rows.push(sum(kind, &words::more_lines(rest.len()), &rest, &section.credit_type));
                }
            } else if let Some((_, heads)) =
                others.iter_mut().find(|(credit_type, _)| **credit_type == section.credit_type)
            {
                heads.push(&section.head);
            } else {
                others.push((&section.credit_type, vec![&section.head]));
            }
        }
        rows.extend(others.into_iter().map(|(credit_type, heads)| {
            sum(RowKind::Product, &words::more_products(heads.len()), &heads, credit_type)
        }));
        rows.extend(self.sums().map(Cow::Borrowed));
        Summary { rows, note: Some(words::largest_of(shown, all)) }
    }
}

impl Section {
    /// Its group values with their charges, or its charges.
    fn lines(&self) -> Vec<&[Row]> {
        if self.group_key.is_some() { self.groups() } else { self.rows.chunks(1).collect() }
    }
}

fn size(row: &Row) -> Decimal {
    if row.value.is_negative() { -&row.value } else { row.value.clone() }
}

fn sum(kind: RowKind, name: &str, rows: &[&Row], credit_type: &CreditType) -> Cow<'static, Row> {
    let value: Decimal = rows.iter().map(|row| &row.value).sum();
    Cow::Owned(Row::sum(kind, name, &value, credit_type))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{billing::Invoice, embed::GroupKeyNames};
    use serde_json::json;
    use uuid::Uuid;

    /// An invoice of so many products with so many group values each; every second line is a credit.
    fn invoice(products: u128, values: i64) -> Invoice {
        let usd = CreditType::usd_cents();
        let lines = (0..products).flat_map(|product| {
            let usd = usd.clone();
            (0..values).map(move |value| {
                let total = (value + 1) * if value % 2 == 0 { 100 } else { -1 };
                json!({
                    "name": format!("Product {product}"), "type": "usage", "total": total,
                    "product_id": Uuid::from_u128(product), "credit_type": usd,
                    "group_key": "region", "group_value": format!("region-{value}"),
                    "sub_line_items": [{ "name": "Seconds", "quantity": value, "subtotal": total, "price": 100 }],
                })
            })
        });
        let invoice = json!({
            "id": Uuid::nil(), "customer_id": Uuid::nil(), "status": "FINALIZED", "credit_type": usd,
            "type": "PLAN_ARREARS", "start_timestamp": "2026-11-01T00:00:00Z",
            "end_timestamp": "2026-12-01T00:00:00Z", "issued_at": "2026-12-02T00:00:00Z",
            "invoice_adjustments": [], "subtotal": 0, "total": 0, "plan_id": Uuid::nil(), "plan_name": "Scale",
            "line_items": lines.collect::<Vec<_>>(),
        });
        serde_json::from_value(invoice).expect("an invoice")
    }

    fn total<'a>(rows: impl Iterator<Item = &'a Row>, kinds: &[RowKind]) -> Decimal {
        rows.filter(|row| kinds.contains(&row.kind)).map(|row| &row.value).sum()
    }

    #[test]
    fn rows_that_are_shown_add_up_as_all_of_them() {
        for (products, values, most, note) in [
            (1, 40, 100, None),
            (1, 4_000, 2_000, Some("The 1,998 largest of 4,000 lines are shown; the CSV has all of them.")),
            (3, 50, 40, Some("The 34 largest of 150 lines are shown; the CSV has all of them.")),
            (300, 1, 100, Some("The 25 largest of 300 lines are shown; the CSV has all of them.")),
        ] {
            let document = Document::new(&invoice(products, values), true, &GroupKeyNames::default());
            let summary = document.summary(most);
            let case = format!("{products} products of {values} values");
            assert_eq!(summary.note.as_deref(), note, "{case}");
            assert!(summary.rows.len() <= most + 4, "{case}: {}", summary.rows.len());
            let shown = || summary.rows.iter().map(AsRef::as_ref);
            assert_eq!(
                total(shown(), &[RowKind::Product]),
                total(document.rows(), &[RowKind::Product]),
                "{case}"
            );
            if products < 10 {
                let lines = [RowKind::Group, RowKind::Charge];
                assert_eq!(total(shown(), &lines), total(document.rows(), &lines), "{case}");
            }
            assert_eq!(summary.rows.last().map(|row| row.kind), Some(RowKind::Total));
        }
    }

    #[test]
    fn largest_lines_come_first() {
        let document = Document::new(&invoice(1, 50), true, &GroupKeyNames::default());
        let names: Vec<_> = document.summary(8).rows.iter().map(|row| row.name.clone()).collect();
        assert_eq!(
            names,
            [
                "Product 0",
                "region-48",
                "region-46",
                "region-44",
                "region-42",
                "region-40",
                "region-38",
                "44 more lines",
                "Total"
            ]
        );
    }
}
