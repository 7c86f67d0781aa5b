//! A product with hundreds of group values, folded to its largest, or searched.

use super::{
    document::{Row, RowKind, Section},
    words,
};
use crate::billing::Decimal;

/// Group values shown before a fold.
pub const SHOWN: usize = 12;

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
        let (kept, note) = if needle.is_empty() {
            let mut order: Vec<usize> = (0..of).collect();
            order.sort_by(|one, other| groups[*other][0].value.cmp(&groups[*one][0].value));
            order.truncate(SHOWN);
            (order, words::shown_of(SHOWN, of))
        } else {
            let found: Vec<usize> =
                (0..of).filter(|at| groups[*at][0].name.to_lowercase().contains(&needle)).collect();
            let note = words::matching_of(found.len(), of);
            (found, note)
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
