//! What each day of a billing period added to its invoice, as bars.

use super::{format, money, words};
use crate::billing::{CreditType, Decimal, Invoice};
use chrono::NaiveDate;

/// One day's bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// `Oct 12, 2026`.
    pub day: String,
    /// `$1,204.11`.
    pub amount: String,
    /// The day is not over.
    pub is_today: bool,
    /// Where the bar begins from the top, and how high it is, in thousandths.
    pub bar: (i64, i64),
}

/// The days of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DailyCost {
    /// One a day, in order.
    pub bars: Vec<Bar>,
    /// Below the first, the middle and the last bar.
    pub labels: [String; 3],
    /// `Peak $1,204.11 on Oct 12. Average $300.12 a day.`
    pub summary: String,
    /// The sum of the days, which is the invoice's total.
    pub total: String,
}

impl DailyCost {
    /// The bars of an invoice. `None` unless the days add up to it: what came after it was issued is not on it.
    pub fn new(invoice: &Invoice, days: &[(NaiveDate, Decimal)], today: NaiveDate) -> Option<Self> {
        let sum: Decimal = days.iter().map(|(_, amount)| amount).sum();
        let (first, last) = (days.first()?, days.last()?);
        if sum != invoice.total || days.len() < 2 || days.iter().all(|(_, amount)| amount.is_zero()) {
            return None;
        }
        let zero = Decimal::zero();
        let top = days.iter().map(|(_, amount)| amount).fold(&zero, |top, amount| top.max(amount));
        let bottom = days.iter().map(|(_, amount)| amount).fold(&zero, |low, amount| low.min(amount));
        let height = top - bottom;
        let from_top = |value: &Decimal| -> i64 {
            let share = (&(top - value) * &Decimal::from(1_000)).checked_div(&height).unwrap_or_default();
            share.round(0).to_string().parse().unwrap_or_default()
        };
        let bars = days
            .iter()
            .map(|(day, amount)| {
                let (start, end) = (from_top(amount.max(&zero)), from_top(amount.min(&zero)));
                // A day that cost something is seen.
                let least = i64::from(!amount.is_zero()) * 4;
                let long = (end - start).max(least);
                let start = if amount.is_negative() { start } else { end - long };
                Bar {
                    day: format::date(*day),
                    amount: text(amount, &invoice.credit_type),
                    is_today: *day == today,
                    bar: (start, long),
                }
            })
            .collect();
        let (peak_day, peak) =
            days.iter().max_by(|one, other| one.1.cmp(&other.1).then(other.0.cmp(&one.0)))?;
        let average = sum.checked_div(&Decimal::from(days.len() as i64))?;
        let average =
            money::digits(&invoice.credit_type).map_or(average.round(2), |digits| average.round(digits));
        Some(Self {
            bars,
            labels: [first, &days[days.len() / 2], last].map(|(day, _)| format::month_day(*day)),
            summary: words::peak(
                &text(peak, &invoice.credit_type),
                &format::month_day(*peak_day),
                &text(&average, &invoice.credit_type),
            ),
            total: text(&sum, &invoice.credit_type),
        })
    }
}

fn text(amount: &Decimal, credit_type: &CreditType) -> String {
    money::money(amount, credit_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invoice(total: i64) -> Invoice {
        serde_json::from_value(serde_json::json!({
            "id": uuid::Uuid::nil(), "customer_id": uuid::Uuid::nil(), "status": "FINALIZED",
            "credit_type": CreditType::usd_cents(), "type": "PLAN_ARREARS",
            "start_timestamp": "2026-10-01T00:00:00Z", "end_timestamp": "2026-11-01T00:00:00Z",
            "issued_at": "2026-11-02T00:00:00Z", "invoice_adjustments": [], "subtotal": total, "total": total,
            "plan_id": uuid::Uuid::nil(), "plan_name": "Plan", "line_items": [],
        }))
        .expect("an invoice")
    }

    fn days(amounts: &[i64]) -> Vec<(NaiveDate, Decimal)> {
        let first = NaiveDate::from_ymd_opt(2026, 10, 1).expect("a day");
        first.iter_days().zip(amounts.iter().map(|amount| Decimal::from(*amount))).collect()
    }

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 10, 4).expect("a day")
    }

    #[test]
    fn bars_stand_on_zero_and_corrections_hang_below() {
        let chart = DailyCost::new(&invoice(500), &days(&[400, 0, -100, 200]), today()).expect("a chart");
        let bars: Vec<_> = chart.bars.iter().map(|bar| bar.bar).collect();
        assert_eq!(bars, [(0, 800), (800, 0), (800, 200), (400, 400)]);
        assert_eq!(chart.total, "$5.00");
        let unfinished: Vec<_> = chart.bars.iter().map(|bar| bar.is_today).collect();
        assert_eq!(unfinished, [false, false, false, true]);
        assert!(chart.summary.contains("$4.00") && chart.summary.contains("Oct 1"), "{}", chart.summary);
    }

    #[test]
    fn days_that_do_not_add_up_to_the_invoice_are_not_drawn() {
        assert_eq!(DailyCost::new(&invoice(501), &days(&[400, 100]), today()), None);
        assert_eq!(DailyCost::new(&invoice(0), &days(&[0, 0]), today()), None);
    }
}
