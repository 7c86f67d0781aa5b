//! The estimate of a current period's invoice: rated again with the usage so far, scaled to the whole period.

use crate::rating::{self, MeteredUsage, Period, Terms};
use app::billing::{AggregationType, Decimal};
use chrono::{DateTime, Duration, Utc};

/// No projection before so many days, nor before a tenth of the period: a weekend would decide it.
const EARLIEST: Duration = Duration::days(3);

/// Digits kept of a projected quantity.
const KEPT_DIGITS: i64 = 6;

/// The total that the period would end with. Counts and sums go on at their average rate so far and are priced anew,
/// so a tier that they will reach counts; fixed charges stand whole as they do in the draft; a peak, a last value and
/// a count of distinct values stay what they are, because they do not grow with time.
///
/// `None` where a figure would mislead: too early, over, without usage that grows, or with corrections below zero.
pub(super) fn project(
    terms: &Terms,
    usage: &[MeteredUsage],
    period: Period,
    now: DateTime<Utc>,
) -> Option<Decimal> {
    let (elapsed, whole) = (now - period.start, period.end - period.start);
    if now >= period.end || elapsed < EARLIEST || elapsed * 10 < whole {
        return None;
    }
    let factor =
        Decimal::from(whole.num_seconds()).checked_div(&Decimal::from(elapsed.num_seconds().max(1)))?;
    let measures = terms.measures();
    let grows = |row: &MeteredUsage| {
        measures.iter().any(|measure| {
            measure.billable_metric_id == row.billable_metric_id
                && measure.group_index == row.group_index
                && matches!(measure.aggregation_type, AggregationType::Count | AggregationType::Sum)
        })
    };
    if usage.iter().any(|row| row.quantity().is_negative())
        || !usage.iter().any(|row| grows(row) && !row.quantity().is_zero())
    {
        return None;
    }
    let grown: Vec<MeteredUsage> = usage
        .iter()
        .map(|row| MeteredUsage {
            segments: match grows(row) {
                true => row.segments.iter().map(|quantity| (quantity * &factor).round(KEPT_DIGITS)).collect(),
                false => row.segments.clone(),
            },
            ..row.clone()
        })
        .collect();
    Some(rating::rate(terms, &grown, period).total())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rating::{
        Counts, Measure,
        fixtures::{METRIC, decimal, measure, term, terms},
    };
    use uuid::Uuid;

    const PEAK: Uuid = Uuid::from_u128(8);

    fn day(text: &str) -> DateTime<Utc> {
        format!("{text}T00:00:00Z").parse().expect(text)
    }

    /// A tiered sum, a peak and a fee.
    fn plan() -> Terms {
        let mut peak = term(2, None, &[("0", "5")], None);
        let aggregation_type = AggregationType::Max;
        peak.counts = Counts::Usage(Measure { billable_metric_id: PEAK, aggregation_type, ..measure(None) });
        let sum = term(1, None, &[("0", "10"), ("150", "1")], None);
        terms(vec![sum, peak, term(3, Some("1"), &[("0", "1000")], None)], "2026-04-01")
    }

    fn projected(used: &[(Uuid, &str)], now: &str) -> Option<String> {
        let usage: Vec<_> = used
            .iter()
            .map(|(metric, quantity)| MeteredUsage {
                billable_metric_id: *metric,
                group_index: 0,
                group_values: Vec::new(),
                segments: vec![decimal(quantity)],
                before: Vec::new(),
                is_past: false,
            })
            .collect();
        let period = Period { start: day("2026-04-01"), end: day("2026-05-01") };
        project(&plan(), &usage, period, now.parse().expect(now)).map(|total| total.to_string())
    }

    #[test]
    fn sums_go_on_at_their_rate_through_the_tiers_and_the_rest_stays() {
        // 100 in 10 of 30 days becomes 300: 150 at 10 and 150 at 1; the peak of 7 and the fee stay.
        let total = projected(&[(METRIC, "100"), (PEAK, "7")], "2026-04-11T00:00:00Z");
        assert_eq!(total.as_deref(), Some("2685"));
    }

    #[test]
    fn nothing_is_projected_where_it_would_mislead() {
        for (used, now, why) in [
            (&[(METRIC, "100")][..], "2026-04-03T23:59:59Z", "too early"),
            (&[(METRIC, "100")], "2026-05-01T00:00:00Z", "over"),
            (&[(PEAK, "7")], "2026-04-20T00:00:00Z", "a peak alone does not grow"),
            (&[], "2026-04-20T00:00:00Z", "no usage"),
            (&[(METRIC, "100"), (PEAK, "-1")], "2026-04-20T00:00:00Z", "a correction"),
        ] {
            assert_eq!(projected(used, now), None, "{why}");
        }
    }
}
