//! The invoices dashboard's figures, ready to show: what the page is drawn from, and what the JSON calls answer. Money
//! and dates are final strings; only what a chart computes with travels as numbers.

use super::{status::InvoiceStatus, text};
use crate::number::{Column, Unit, Values};

/// A page of a customer's invoices, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvoicesReport {
    /// The periods that run now, one a currency: on the first page of the list that nothing narrows.
    pub current: Vec<CurrentPeriod>,
    /// The other invoices.
    pub rows: Vec<InvoiceRow>,
    /// Where the next page begins; `null` on the last one.
    pub next_page: Option<String>,
    /// The statuses that the list can be narrowed to.
    pub statuses: Vec<InvoiceStatus>,
    /// `Plan Starter ended on Oct 16, 2026.`; `null` while a plan runs, and for a customer that never had one.
    pub ended: Option<String>,
}

/// One invoice of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvoiceRow {
    /// The id of the invoice.
    pub id: String,
    /// The year in which its period begins.
    pub year: i32,
    /// `Nov 1 – Nov 30, 2026`.
    pub period: String,
    /// `INV-0042`; `null` on a draft.
    pub number: Option<String>,
    /// `DRAFT`, `FINALIZED` or `VOID`.
    pub status: InvoiceStatus,
    /// `Dec 2, 2026`; `null` on a draft.
    pub issued: Option<String>,
    /// `Due Jan 1, 2027`; `null` where nothing is due, or the plan has no payment terms.
    pub due: Option<String>,
    /// `$4,218.07`; a dash where the stored document cannot be read.
    pub total: String,
    /// `replaced by INV-0043`, `replaces INV-0041`; `null` where neither holds.
    pub succession: Option<String>,
}

/// The draft of a period that runs now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CurrentPeriod {
    /// The draft as it stands now.
    pub document: Document,
    /// The name of the plan that the period bills.
    pub plan_name: String,
    /// What the total is made of, in the order of its lines; the parts add up to it.
    pub parts: Vec<PeriodPart>,
    /// Whether the parts can be drawn as shares of a whole: none is below zero.
    pub is_drawn: bool,
    /// Days of the period that have begun, today included.
    pub day: i64,
    /// Days of the period in all.
    pub of: i64,
    /// `9 days left`.
    pub left: String,
    /// `$23,100`: where the total is heading; `null` where that cannot be said.
    pub estimate: Option<String>,
    /// What the plan charges, in its order: its trial, charges and minimum.
    pub prices: Vec<PlanPrice>,
}

/// What one part of the plan costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanPrice {
    /// `Inference · Input tokens`.
    pub name: String,
    /// `First 1,000 at $0.10, then $0.09`; `$500.00 each month`.
    pub price: String,
    /// `4,200 so far, at $0.10; 800 more until $0.09`; empty without tiers, and where each group has tiers of its own.
    pub reached: String,
}

/// A product, an adjustment, or all smaller products together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PeriodPart {
    /// The name of the product or the adjustment; `Other` for the smaller products together.
    pub name: String,
    /// `$4,218.07`.
    pub amount: String,
    /// How long its share is, in thousandths of the total; of a part that is not zero, at least one.
    pub length: i64,
    /// Which of the ten chart colors it has.
    pub slot: usize,
}

/// One invoice with what explains it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvoiceReport {
    /// The invoice as it is printed.
    pub document: Document,
    /// Why it differs from the one before; of a period that runs, its whole days from the same days of the period before.
    /// `null` on voided and first invoices, and where it cannot be told exactly, as when usage came in after the one
    /// before was issued.
    pub comparison: Option<BillComparison>,
    /// What its days cost; `null` where they do not add up to it, as when usage came in after it was issued.
    pub daily_cost: Option<ByDay>,
    /// The days of the `line` that was asked for; `null` without one, and where its days are not known.
    pub line_by_day: Option<ByDay>,
}

/// An invoice as a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Document {
    /// The id of the invoice.
    pub id: String,
    /// `INV-0042`, or "Draft invoice".
    pub title: String,
    /// `DRAFT`, `FINALIZED` or `VOID`.
    pub status: InvoiceStatus,
    /// `$4,218.07`.
    pub total: String,
    /// What amounts are in: `USD`.
    pub unit: String,
    /// `Nov 1 – Nov 30, 2026`.
    pub period: String,
    /// Who bills where that is configured, billing period, dates, plan, and which invoices it replaces or is replaced by, in the order in which they are read.
    pub facts: Vec<Fact>,
    /// One a product.
    pub sections: Vec<Section>,
    /// The rows below the lines: subtotal, adjustments, total. Without adjustments, the total alone.
    pub sums: Vec<Sum>,
    /// What a reader should know: voided, not over, lines left out.
    pub notes: Vec<String>,
    /// The invoices that it replaces, or that replace it: what a link to each says, and its id.
    pub related: Vec<Fact>,
    /// Whether a product has so many group values that only the largest are listed, or those of a search.
    pub is_searchable: bool,
    /// Whether the stored document cannot be read: no line and no amount is known.
    pub is_damaged: bool,
}

impl Document {
    /// What the browser calls its page: `Invoice INV-0042`, `Draft invoice`.
    pub fn page_title(&self) -> String {
        match self.status {
            InvoiceStatus::Draft => self.title.clone(),
            InvoiceStatus::Finalized | InvoiceStatus::Void => [text::INVOICE, " ", &self.title].concat(),
        }
    }
}

/// A label and what stands beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fact {
    /// `Issued`.
    pub label: String,
    /// `Dec 2, 2026`.
    pub value: String,
}

/// A product's lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Section {
    /// The name of the product, and the sum of its lines.
    pub head: Line,
    /// What its lines are split by; `null` where they are not.
    pub group_key: Option<String>,
    /// Its charges, or its group values with theirs. Of a long list the largest, then one line for all others.
    pub lines: Vec<Line>,
    /// `12 largest of 480 shown`; `null` where all are.
    pub note: Option<String>,
    /// Group values in all; 0 where the lines are not split.
    pub of: u32,
}

/// One row of a product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Line {
    /// Whether it is a group value, and not a charge.
    pub is_group: bool,
    /// The product, the group value or the charge.
    pub name: String,
    /// For which part of the period it is owed, and its tiers in words: `29 of 30 days`, `First 1,000 at $0.10, next 488
    /// at $0.09`.
    pub detail: String,
    /// How much, to six digits after the point; empty where the row sums up others.
    pub quantity: String,
    /// How much to the last digit, where that differs; else `null`.
    pub exact: Option<String>,
    /// At which price a unit; empty where there is no single one.
    pub unit_price: String,
    /// `$4,218.07`.
    pub amount: String,
    /// Whose days are known, each as a label and what to ask for as `line`: of the row itself, or of the charges that a
    /// product's group values share.
    pub days: Vec<Fact>,
}

/// One row below the lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sum {
    /// `Subtotal`, the name of an adjustment, or `Total`.
    pub name: String,
    /// `$4,218.07`.
    pub amount: String,
    /// Whether it is what is owed.
    pub is_total: bool,
}

/// Why an invoice differs from the one before it, in parts that add up to the difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BillComparison {
    /// The largest part: `Mostly Input tokens: +23%, +$65.57.`
    pub sentence: String,
    /// `+$1,204.11`.
    pub difference: String,
    /// `Sep 1 – Sep 30, 2026`.
    pub previous_period: String,
    /// `$3,013.96`.
    pub previous_total: String,
    /// `$4,218.07`.
    pub total: String,
    /// What the total is of: `This invoice`; of a period that runs, the days that are compared: `Nov 1 – Nov 20, 2026`.
    pub total_of: String,
    /// By other quantities at the old prices; empty for nothing.
    pub by_quantity: String,
    /// By other prices for the new quantities; empty for nothing.
    pub by_price: String,
    /// By lines that are new or gone, and by adjustments; empty for nothing.
    pub by_other: String,
    /// The largest parts, then the sum of the others.
    pub parts: Vec<ComparisonPart>,
    /// Which days are compared, or that the periods have not the same number of days; `null` where they have.
    pub note: Option<String>,
}

/// One part of the difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComparisonPart {
    /// The charge; the product, where it has one charge alone.
    pub name: String,
    /// The product of a charge; empty where it is the name.
    pub product: String,
    /// Its quantities before and now; empty where they are the same.
    pub detail: String,
    /// `New`, `No longer billed`, `Adjustment`; empty for a line of both invoices.
    pub word: String,
    /// By quantity; empty for nothing.
    pub by_quantity: String,
    /// By price; empty for nothing.
    pub by_price: String,
    /// In all.
    pub total: String,
}

/// The days of a billing period: what each cost, or how much of one line each used; and what else there is, which is of no
/// day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ByDay {
    /// `Cost by day`, `Input tokens, per million: quantity by day`.
    pub title: String,
    /// What a day has: `Amount`, `Quantity`.
    pub column: String,
    /// The first day, as days since 1970-01-01.
    pub first_day: i32,
    /// What each day cost, of what events count or sum up; or its quantity of the line.
    pub days: Column,
    /// How the values are written.
    pub unit: Unit,
    /// Where the y axis has its numbers, lowest first, in hundredths of the values of `days`.
    pub levels: Values,
    /// These numbers, highest first: `$1K`.
    pub labels: Vec<String>,
    /// Which day is today and not over, counted from the first; `null` where the period is over.
    pub today: Option<u32>,
    /// `Peak $1,204.11 on Oct 12, average $300.12 a day`.
    pub summary: String,
    /// The sum of the days; the line's quantity, where they do not add up to it.
    pub total: String,
    /// What else is on the invoice, which no day is charged for.
    pub rest: Vec<Fact>,
    /// The same as a sentence: `Not shown by day: Platform fee $500.00.`; or why the days do not add up. Empty where
    /// there is nothing to say.
    pub rest_note: String,
    /// What days and rest add up to: the invoice's total, the line's quantity; empty where they do not.
    pub whole: String,
}
