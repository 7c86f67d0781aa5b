//! A product with hundreds of group values, folded to its largest, or searched.

use super::{
    document::{Row, RowKind, Section},
    words,
};
use crate::billing::Decimal;

/// Group values shown before a fold.
pub const SHOWN: usize = 12;

/// Group values shown of a search.
const FOUND: usize = 60;

/// What of a section is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// The rows.
    pub rows: Vec<Row>,
    /// The sum of the values that are not shown, so that the rows still add up.
    pub rest: Option<Row>,
    /// `12 largest of 480 shown`; `None` when all are.
    pub note: Option<String>,
    /// Group values in all.
    pub of: usize,
}

impl Section {
    /// The rows whose value holds `find`, else the largest, else all when `show_all`.
    pub fn fold(&self, show_all: bool, find: &str) -> Folded {
        let groups = self.groups();
        let of = groups.len();
        let needle = find.trim().to_lowercase();
        let is_folded = self.group_key.is_some() && of > SHOWN + 1;
        if !is_folded || (show_all && needle.is_empty()) {
            return Folded { rows: self.rows.clone(), rest: None, note: None, of };
        }
        let mut kept: Vec<usize> = (0..of)
            .filter(|at| needle.is_empty() || groups[*at][0].name.to_lowercase().contains(&needle))
            .collect();
        let matching = kept.len();
        kept.sort_by(|one, other| groups[*other][0].value.cmp(&groups[*one][0].value));
        kept.truncate(if needle.is_empty() { SHOWN } else { FOUND });
        let note = match needle.is_empty() {
            true => words::shown_of(kept.len(), of),
            false => words::matching_of(matching, of, kept.len()),
        };
        let rest: Decimal = (0..of).filter(|at| !kept.contains(at)).map(|at| &groups[at][0].value).sum();
        let hidden = of - kept.len();
        Folded {
            rows: kept.iter().flat_map(|at| groups[*at].to_vec()).collect(),
            rest: (hidden > 0)
                .then(|| Row::sum(RowKind::Group, &words::more(hidden), &rest, &self.credit_type)),
            note: Some(note),
            of,
        }
    }

    /// Each group value with its charges.
    pub fn groups(&self) -> Vec<&[Row]> {
        let starts: Vec<usize> =
            (0..self.rows.len()).filter(|at| self.rows[*at].kind == RowKind::Group).collect();
        let ends = starts.iter().skip(1).copied().chain([self.rows.len()]);
        starts.iter().zip(ends).map(|(start, end)| &self.rows[*start..end]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::Document;
    use super::*;
    use crate::{billing::InvoiceStatus, embed::GroupKeyNames};

    /// A product whose 40 regions cost 1 to 40 dollars.
    fn section() -> Section {
        let line = |number: i64| {
            serde_json::json!({
                "name": "GPU", "type": "usage", "total": number * 100, "product_id": uuid::Uuid::nil(),
                "credit_type": crate::billing::CreditType::usd_cents(),
                "group_key": "region", "group_value": format!("region-{number}"),
                "sub_line_items": [{ "name": "Seconds", "quantity": number, "subtotal": number * 100, "price": 100 }],
            })
        };
        let invoice = serde_json::json!({
            "id": uuid::Uuid::nil(), "customer_id": uuid::Uuid::nil(), "status": InvoiceStatus::Draft,
            "credit_type": crate::billing::CreditType::usd_cents(), "type": "PLAN_ARREARS",
            "start_timestamp": "2026-11-01T00:00:00Z", "end_timestamp": "2026-12-01T00:00:00Z",
            "issued_at": "2026-12-02T00:00:00Z", "invoice_adjustments": [], "subtotal": 82_000, "total": 82_000,
            "plan_id": uuid::Uuid::nil(), "plan_name": "Scale",
            "line_items": (1..=40).map(line).collect::<Vec<_>>(),
        });
        let invoice = serde_json::from_value(invoice).expect("an invoice");
        Document::new(&invoice, false, &GroupKeyNames::default()).sections.remove(0)
    }

    #[test]
    fn what_is_shown_and_what_is_folded_add_up_to_the_section() {
        let section = section();
        for (find, shown, note) in [
            ("", 12, Some("12 largest of 40 shown")),
            ("REGION-4", 2, Some("2 of 40 match")),
            ("nowhere", 0, Some("0 of 40 match")),
        ] {
            let folded = section.fold(false, find);
            assert_eq!(folded.rows.len(), shown, "{find}");
            assert_eq!(folded.note.as_deref(), note);
            let sum: Decimal = folded.rows.iter().chain(&folded.rest).map(|row| &row.value).sum();
            assert_eq!(sum, section.head.value);
        }
        assert_eq!(section.fold(false, "").rows[0].name, "region-40");
        assert_eq!(section.fold(true, "").rows.len(), 40);
        assert_eq!(section.fold(true, "").note, None);
    }
}
