//! An invoice as it is read: every string final.

use super::format;
use crate::billing::{Invoice, InvoiceStatus, LineItem, SubLineItem};
use chrono::{DateTime, Utc};

/// One invoice of the list, with its document.
#[derive(Clone, Debug, PartialEq)]
pub struct InvoiceView {
    /// Its id, for the DOM.
    pub id: String,
    /// `Nov 1 – Nov 30, 2026`.
    pub period: String,
    /// `INV-0042`, or a dash.
    pub number: String,
    /// Its badge's state.
    pub status: InvoiceStatus,
    /// The badge's word.
    pub status_word: &'static str,
    /// `Nov 1, 2026`, or a dash on a draft.
    pub issued: String,
    /// `$4,218.07`.
    pub total: String,
    /// `$4,218.07`.
    pub subtotal: String,
    /// The plan it bills.
    pub plan_name: String,
    /// Its lines.
    pub lines: Vec<LineView>,
    /// How many lines without usage are not shown.
    pub hidden: usize,
    /// Minimums, credits and discounts: name and amount.
    pub adjustments: Vec<(String, String)>,
    /// Of a draft whose period still runs.
    pub progress: Option<Progress>,
}

/// How far a billing period has gone.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Days begun, today included.
    pub day: i64,
    /// Days in all.
    pub of: i64,
    /// `9 days left`.
    pub left: String,
}

/// One line: a product or a group value.
#[derive(Clone, Debug, PartialEq)]
pub struct LineView {
    /// The product.
    pub name: String,
    /// Of a grouped product: the value.
    pub group: Option<String>,
    /// Its total.
    pub total: String,
    /// Its charges.
    pub charges: Vec<ChargeView>,
}

/// One charge of a line, or one tier of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ChargeView {
    /// The charge's name.
    pub name: String,
    /// How much.
    pub quantity: String,
    /// At which price a unit; a dash where tiers say it.
    pub unit_price: String,
    /// Quantity at price.
    pub subtotal: String,
    /// What fell into each tier: `First 1,000`, quantity, price, subtotal.
    pub tiers: Vec<[String; 4]>,
}

impl InvoiceView {
    /// The invoice as read at `now`; lines without usage are left out unless asked for.
    pub fn new(invoice: &Invoice, show_zero_usage_line_items: bool, now: DateTime<Utc>) -> Self {
        let is_draft = invoice.status == InvoiceStatus::Draft;
        let all: Vec<LineView> = invoice
            .line_items
            .iter()
            .filter_map(|line| LineView::new(line, show_zero_usage_line_items))
            .collect();
        let money = |amount| format::money(amount, &invoice.credit_type);
        Self {
            id: invoice.id.to_string(),
            period: format::period(invoice.start_timestamp, invoice.end_timestamp),
            number: invoice.invoice_number.clone().unwrap_or_else(|| format::NONE.to_owned()),
            status: invoice.status,
            status_word: match invoice.status {
                InvoiceStatus::Draft => "Draft",
                InvoiceStatus::Finalized => "Finalized",
                InvoiceStatus::Void => "Void",
            },
            issued: if is_draft {
                format::NONE.to_owned()
            } else {
                format::date(invoice.issued_at.date_naive())
            },
            total: money(&invoice.total),
            subtotal: money(&invoice.subtotal),
            plan_name: invoice.plan_name.clone(),
            hidden: invoice.line_items.len() - all.len(),
            lines: all,
            adjustments: invoice
                .invoice_adjustments
                .iter()
                .map(|adjustment| {
                    (adjustment.name.clone(), format::money(&adjustment.total, &adjustment.credit_type))
                })
                .collect(),
            progress: (is_draft && invoice.start_timestamp <= now && now < invoice.end_timestamp).then(
                || {
                    let of = (invoice.end_timestamp - invoice.start_timestamp).num_days();
                    let day = (now - invoice.start_timestamp).num_days() + 1;
                    let left = if day == of {
                        "Last day".to_owned()
                    } else {
                        format!("{} left", format::days(of - day))
                    };
                    Progress { day, of, left }
                },
            ),
        }
    }
}

impl LineView {
    fn new(line: &LineItem, show_zero: bool) -> Option<Self> {
        let is_used = |sub: &SubLineItem| !sub.quantity.is_zero() || !sub.subtotal.is_zero();
        let charges: Vec<ChargeView> = line
            .sub_line_items
            .iter()
            .filter(|sub| show_zero || is_used(sub))
            .map(|sub| ChargeView::new(sub, line))
            .collect();
        if charges.is_empty() && line.total.is_zero() && !show_zero {
            return None;
        }
        let group = line.group_key.as_ref().map(|key| match &line.group_value {
            Some(value) => value.clone(),
            None => format!("No {key}"),
        });
        Some(Self {
            name: line.name.clone(),
            group,
            total: format::money(&line.total, &line.credit_type),
            charges,
        })
    }
}

impl ChargeView {
    fn new(sub: &SubLineItem, line: &LineItem) -> Self {
        let money = |amount| format::money(amount, &line.credit_type);
        let price = |amount| format::unit_price(amount, &line.credit_type);
        let used: Vec<_> = sub.tiers.iter().flatten().filter(|tier| !tier.quantity.is_zero()).collect();
        let tiers = used
            .iter()
            .enumerate()
            .map(|(at, tier)| {
                let quantity = format::quantity(&tier.quantity);
                let label = if at == 0 { format!("First {quantity}") } else { format!("Next {quantity}") };
                [label, quantity, price(&tier.price), money(&tier.subtotal)]
            })
            .collect();
        Self {
            name: sub.name.clone(),
            quantity: format::quantity(&sub.quantity),
            unit_price: sub.price.as_ref().map_or_else(|| format::NONE.to_owned(), price),
            subtotal: money(&sub.subtotal),
            tiers,
        }
    }
}
