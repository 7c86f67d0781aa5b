//! The period that runs now: its total so far, what it is made of, how far it has gone and where it is heading.

use super::{
    document::{Document, Row},
    money, text, words,
};
use crate::billing::{Decimal, Invoice, InvoiceStatus};
use chrono::{DateTime, Utc};

/// The draft of a period that runs now.
#[derive(Clone, Debug, PartialEq)]
pub struct Current {
    /// Its document.
    pub document: Document,
    /// The plan it bills.
    pub plan_name: String,
    /// What the total is made of, largest first; they add up to it.
    pub parts: Vec<Part>,
    /// Whether the parts can be drawn as shares of a whole.
    pub is_drawn: bool,
    /// How far the period has gone.
    pub progress: Progress,
    /// `$23,100`: where the total is heading.
    pub estimate: Option<String>,
}

/// A product, an adjustment, or all smaller products together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// `$4,218.07`.
    pub amount: String,
    /// Where its bar begins and how long it is, in thousandths of the total.
    pub bar: (i64, i64),
    /// Which color it has.
    pub slot: usize,
}

/// How far a billing period has gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Days begun, today included.
    pub day: i64,
    /// Days in all.
    pub of: i64,
    /// `9 days left`.
    pub left: String,
}

/// Products shown by name; the smaller ones are one part.
const NAMED: usize = 5;

/// The slot of "Other".
const OTHER: usize = 9;

impl Current {
    /// The running period of a draft; `None` for any other invoice.
    pub fn new(
        invoice: &Invoice,
        document: Document,
        projected_total: Option<&Decimal>,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        let progress = progress(invoice, now)?;
        let (parts, is_drawn) = parts(invoice, &document);
        Some(Self {
            plan_name: text::name(&invoice.plan_name),
            parts,
            is_drawn,
            progress,
            // An estimate that says what the total says adds nothing.
            estimate: projected_total
                .map(|total| money::about(total, &invoice.credit_type))
                .filter(|text| *text != money::about(&invoice.total, &invoice.credit_type)),
            document,
        })
    }
}

fn progress(invoice: &Invoice, now: DateTime<Utc>) -> Option<Progress> {
    let runs = invoice.start_timestamp <= now && now < invoice.end_timestamp;
    (runs && invoice.status == InvoiceStatus::Draft).then(|| {
        let of = (invoice.end_timestamp - invoice.start_timestamp).num_days();
        let day = (now - invoice.start_timestamp).num_days() + 1;
        Progress { day, of, left: words::days_left(of - day) }
    })
}

/// The parts, and whether none is negative. A part of nothing is left out.
fn parts(invoice: &Invoice, document: &Document) -> (Vec<Part>, bool) {
    let mut products: Vec<&Row> =
        document.sections.iter().map(|section| &section.head).filter(|row| !row.value.is_zero()).collect();
    products.sort_by(|one, other| other.value.cmp(&one.value));
    let named = if products.len() > NAMED + 1 { NAMED } else { products.len() };
    let mut parts: Vec<(String, Decimal, usize)> = products[..named]
        .iter()
        .enumerate()
        .map(|(slot, row)| (row.name.clone(), row.value.clone(), slot))
        .collect();
    if named < products.len() {
        let rest = products[named..].iter().map(|row| &row.value).sum();
        parts.push((words::OTHER.to_owned(), rest, OTHER));
    }
    let adjustments = document.adjustments.iter().enumerate();
    parts.extend(adjustments.map(|(at, row)| (row.name.clone(), row.value.clone(), OTHER - 1 - at.min(2))));
    let is_drawn = parts.len() > 1 && parts.iter().all(|(_, value, _)| !value.is_negative());
    let whole: Decimal = parts.iter().map(|(_, value, _)| value).sum();
    let thousandths = |value: &Decimal| -> i64 {
        let share = (value * &Decimal::from(1_000)).checked_div(&whole).unwrap_or_default();
        share.round(0).to_string().parse().unwrap_or_default()
    };
    let mut before = Decimal::zero();
    let parts = parts
        .into_iter()
        .map(|(name, value, slot)| {
            let start = thousandths(&before);
            before += &value;
            Part {
                name,
                amount: money::money(&value, &invoice.credit_type),
                bar: (start, thousandths(&before) - start),
                slot,
            }
        })
        .collect();
    (parts, is_drawn)
}

impl Progress {
    /// `Day 21 of 30`.
    pub fn words(&self) -> String {
        words::day_of(self.day, self.of)
    }
}
