//! A product with hundreds of group values, collapsed to its largest, or searched.

use super::text;
use app::{
    billing::Decimal,
    view::document::{Row, RowKind, Section},
};
use std::collections::BTreeSet;

/// Group values shown of a collapsed section.
pub(super) const SHOWN: usize = 12;

/// Group values shown of a search.
const FOUND: usize = 60;

/// What of a section is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CollapsedSection {
    /// The rows.
    pub(super) rows: Vec<Row>,
    /// The sum of the values that are not shown, so that the rows still add up.
    pub(super) rest: Option<Row>,
    /// `12 largest of 480 shown`; `None` when all are.
    pub(super) note: Option<String>,
    /// Group values in all.
    pub(super) of: usize,
}

/// The rows whose value holds `find`, else the largest, else all when `show_all`.
pub(super) fn collapse(section: &Section, show_all: bool, find: &str) -> CollapsedSection {
    let groups = section.groups();
    let of = groups.len();
    let needle = find.trim().to_lowercase();
    if !is_collapsed(section, of) || (show_all && needle.is_empty()) {
        return CollapsedSection { rows: section.rows.clone(), rest: None, note: None, of };
    }
    let mut kept: Vec<usize> = (0..of)
        .filter(|at| needle.is_empty() || groups[*at][0].name.to_lowercase().contains(&needle))
        .collect();
    let matching = kept.len();
    // The largest stand first.
    kept.truncate(if needle.is_empty() { SHOWN } else { FOUND });
    let note = match needle.is_empty() {
        true => text::shown_of(kept.len(), of),
        false => text::matching_of(matching, of, kept.len()),
    };
    let is_kept: BTreeSet<usize> = kept.iter().copied().collect();
    let rest: Decimal = (0..of).filter(|at| !is_kept.contains(at)).map(|at| &groups[at][0].value).sum();
    let hidden = of - kept.len();
    CollapsedSection {
        rows: kept.iter().flat_map(|at| groups[*at].to_vec()).collect(),
        rest: (hidden > 0)
            .then(|| Row::sum(RowKind::Group, &text::more(hidden), &rest, &section.credit_type)),
        note: Some(note),
        of,
    }
}

/// Whether a section has so many group values that it is collapsed.
pub(super) fn is_long(section: &Section) -> bool {
    is_collapsed(section, section.groups().len())
}

fn is_collapsed(section: &Section, groups: usize) -> bool {
    section.group_key.is_some() && groups > SHOWN + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::{
        billing::{CreditType, InvoiceStatus},
        embed::GroupKeyNames,
        view::document::Document,
    };

    /// A product whose 40 regions cost 1 to 40 dollars.
    fn section() -> Section {
        let line = |number: i64| {
            serde_json::json!({
                "name": "GPU", "type": "usage", "total": number * 100, "product_id": uuid::Uuid::nil(),
                "credit_type": CreditType::usd_cents(),
                "group_key": "region", "group_value": format!("region-{number}"),
                "sub_line_items": [{ "name": "Seconds", "quantity": number, "subtotal": number * 100, "price": 100 }],
            })
        };
        let invoice = serde_json::json!({
            "id": uuid::Uuid::nil(), "customer_id": uuid::Uuid::nil(), "status": InvoiceStatus::Draft,
            "credit_type": CreditType::usd_cents(), "type": "PLAN_ARREARS",
            "start_timestamp": "2026-11-01T00:00:00Z", "end_timestamp": "2026-12-01T00:00:00Z",
            "issued_at": "2026-12-02T00:00:00Z", "invoice_adjustments": [], "subtotal": 82_000, "total": 82_000,
            "plan_id": uuid::Uuid::nil(), "plan_name": "Scale",
            "line_items": (1..=40).map(line).collect::<Vec<_>>(),
        });
        let invoice = serde_json::from_value(invoice).expect("an invoice");
        Document::new(&invoice, false, &GroupKeyNames::default()).sections.remove(0)
    }

    #[test]
    fn what_is_shown_and_what_is_collapsed_add_up_to_the_section() {
        let section = section();
        for (find, shown, note) in [
            ("", 12, Some("12 largest of 40 shown")),
            ("REGION-4", 2, Some("2 of 40 match")),
            ("nowhere", 0, Some("0 of 40 match")),
        ] {
            let collapsed = collapse(&section, false, find);
            assert_eq!(collapsed.rows.len(), shown, "{find}");
            assert_eq!(collapsed.note.as_deref(), note);
            let sum: Decimal = collapsed.rows.iter().chain(&collapsed.rest).map(|row| &row.value).sum();
            assert_eq!(sum, section.head.value);
        }
        assert_eq!(collapse(&section, false, "").rows[0].name, "region-40");
        assert_eq!(collapse(&section, true, "").rows.len(), 40);
        assert_eq!(collapse(&section, true, "").note, None);
    }
}
