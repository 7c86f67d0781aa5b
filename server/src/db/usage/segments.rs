//! Billing periods in segments: for which stretches of time the sums are asked, and what the values of these come to,
//! segment by segment. Pure.

use crate::rating::{Measure, MeteredUsage};
use app::billing::{AggregationType, Decimal};
use chrono::{DateTime, NaiveTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// A segment of a billing period, of which the usage is wanted. All bounds are on the hour, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanQuery {
    /// Of which period, from 0: its list in the answer.
    pub place: usize,
    /// Which segment of the period, from 0: its place in [`MeteredUsage::segments`].
    pub segment: usize,
    /// Inclusive.
    pub start: DateTime<Utc>,
    /// Exclusive.
    pub end: DateTime<Utc>,
    /// The start of the period. A peak, a last value and a number of different values run on from here; the segment has
    /// what they changed by.
    pub period_start: DateTime<Utc>,
}

impl SpanQuery {
    /// A period that is not cut.
    pub fn whole(place: usize, start: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        Self { place, segment: 0, start, end, period_start: start }
    }
}

/// A stretch of time for which the sums are asked, once for all segments that need them.
pub(super) struct Stretch {
    /// Inclusive.
    pub(super) start: DateTime<Utc>,
    /// Exclusive.
    pub(super) end: DateTime<Utc>,
    /// Whether COUNT and SUM are needed.
    pub(super) adds: bool,
    /// Whether MAX, LATEST and UNIQUE are needed.
    pub(super) runs: bool,
    shares: Vec<Share>,
}

/// For which segment a stretch is asked, and for which part of its quantity.
#[derive(Clone, Copy)]
struct Share {
    place: usize,
    segment: usize,
    part: Part,
}

#[derive(Clone, Copy)]
enum Part {
    /// What was added in the segment.
    Added,
    /// The running value at its end.
    AtEnd,
    /// The running value at its start, which is taken off.
    AtStart,
}

impl Part {
    /// What the value of a stretch counts for; `None` where metrics of this kind are not asked for this part.
    fn amount(self, kind: AggregationType, value: &Decimal) -> Option<Decimal> {
        use AggregationType::{Count, Latest, Max, Sum, Unique};
        match (self, kind) {
            (Self::Added, Count | Sum) | (Self::AtEnd, Max | Latest | Unique) => Some(value.clone()),
            (Self::AtStart, Max | Latest | Unique) => Some(-value),
            (Self::Added, Max | Latest | Unique) | (Self::AtEnd | Self::AtStart, Count | Sum) => None,
        }
    }
}

/// The periods of some spans, as the values of their stretches come in.
pub(super) struct Segments {
    stretches: Vec<Stretch>,
    periods: Vec<Period>,
}

/// A period and what was used in it.
#[derive(Default)]
struct Period {
    segments: usize,
    usage: Vec<MeteredUsage>,
    /// Where in `usage` a group of a measure is.
    known: HashMap<(Uuid, i16, Vec<Option<String>>), usize>,
}

impl Segments {
    pub(super) fn new(spans: &[SpanQuery]) -> Self {
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut periods: Vec<Period> = Vec::new();
        let mut known = HashMap::new();
        let mut ask = |start: DateTime<Utc>, end: DateTime<Utc>, share: Share| {
            let at = *known.entry((start, end)).or_insert(stretches.len());
            if at == stretches.len() {
                stretches.push(Stretch { start, end, adds: false, runs: false, shares: Vec::new() });
            }
            let stretch = &mut stretches[at];
            match share.part {
                Part::Added => stretch.adds = true,
                Part::AtEnd | Part::AtStart => stretch.runs = true,
            }
            stretch.shares.push(share);
        };
        for SpanQuery { place, segment, start, end, period_start } in spans.iter().copied() {
            if periods.len() <= place {
                periods.resize_with(place + 1, Period::default);
            }
            periods[place].segments = periods[place].segments.max(segment + 1);
            ask(start, end, Share { place, segment, part: Part::Added });
            ask(period_start, end, Share { place, segment, part: Part::AtEnd });
            if period_start < start {
                ask(period_start, start, Share { place, segment, part: Part::AtStart });
            }
        }
        Self { stretches, periods }
    }

    /// What the sums are to be asked for.
    pub(super) fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// True where no period is cut and each is of whole days.
    pub(super) fn are_of_whole_days(&self) -> bool {
        let is_midnight = |at: DateTime<Utc>| at.time() == NaiveTime::MIN;
        self.stretches
            .iter()
            .all(|one| one.adds && one.runs && is_midnight(one.start) && is_midnight(one.end))
    }

    /// Takes in what one group of a measure came to in a stretch, by its place in [`Self::stretches`].
    pub(super) fn add(
        &mut self,
        stretch: usize,
        measure: Measure,
        group_values: &[Option<String>],
        value: &Decimal,
    ) {
        let Some(stretch) = self.stretches.get(stretch) else { return };
        for share in &stretch.shares {
            if let Some(amount) = share.part.amount(measure.aggregation_type, value) {
                self.periods[share.place].add(share.segment, measure, group_values, &amount);
            }
        }
    }

    /// The usage of each period, in their order: of the groups for which a value came in.
    pub(super) fn into_usage(self) -> Vec<Vec<MeteredUsage>> {
        self.periods.into_iter().map(|period| period.usage).collect()
    }
}

impl Period {
    fn add(&mut self, segment: usize, measure: Measure, group_values: &[Option<String>], amount: &Decimal) {
        let Measure { billable_metric_id, group_index, .. } = measure;
        let key = (billable_metric_id, group_index, group_values.to_vec());
        let at = *self.known.entry(key).or_insert(self.usage.len());
        if at == self.usage.len() {
            self.usage.push(MeteredUsage {
                billable_metric_id,
                group_index,
                group_values: group_values.to_vec(),
                segments: vec![Decimal::zero(); self.segments],
                before: Vec::new(),
                is_past: false,
            });
        }
        self.usage[at].segments[segment] += amount;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AggregationType::{Count, Latest, Max, Sum, Unique};
    use chrono::TimeDelta;
    use std::collections::BTreeSet;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
    }

    /// The segments between these hours, of a period that starts at hour 0.
    fn cut(place: usize, hours: &[i64]) -> Vec<SpanQuery> {
        let span = |(segment, pair): (usize, &[i64])| SpanQuery {
            place,
            segment,
            start: at(pair[0]),
            end: at(pair[1]),
            period_start: at(0),
        };
        hours.windows(2).enumerate().map(span).collect()
    }

    fn hours(stretch: &Stretch) -> (i64, i64) {
        ((stretch.start - at(0)).num_hours(), (stretch.end - at(0)).num_hours())
    }

    fn measure(aggregation_type: AggregationType) -> Measure {
        Measure { billable_metric_id: Uuid::nil(), aggregation_type, group_index: 0 }
    }

    /// The bounds of a stretch, and what it is asked for.
    type Asked = ((i64, i64), bool, bool);

    #[test]
    fn sums_are_asked_by_segment_and_what_runs_on_from_the_start_of_the_period() {
        let cases: [(&[i64], bool, &[Asked]); 4] = [
            (&[0, 48], true, &[((0, 48), true, true)]),
            (&[0, 47], false, &[((0, 47), true, true)]),
            (&[0, 24, 48], false, &[((0, 24), true, true), ((24, 48), true, false), ((0, 48), false, true)]),
            (&[10, 20], false, &[((10, 20), true, false), ((0, 20), false, true), ((0, 10), false, true)]),
        ];
        for (cuts, are_of_whole_days, expected) in cases {
            // Of two periods that are alike nothing is asked twice.
            let segments = Segments::new(&[cut(0, cuts), cut(1, cuts)].concat());
            let asked: Vec<_> =
                segments.stretches().iter().map(|one| (hours(one), one.adds, one.runs)).collect();
            assert_eq!(asked, expected, "{cuts:?}");
            assert_eq!(segments.are_of_whole_days(), are_of_whole_days, "{cuts:?}");
        }
    }

    /// Each an hour and a value.
    type Events = &'static [(i64, i64)];

    /// What each segment has of a metric of each kind.
    type Changes = [(AggregationType, [i64; 4]); 5];

    /// What events come to between two hours.
    fn measured(kind: AggregationType, events: Events, (from, until): (i64, i64)) -> Option<Decimal> {
        let within = events.iter().filter(|(hour, _)| (from..until).contains(hour));
        let values: Vec<i64> = within.map(|(_, value)| *value).collect();
        let value: i64 = match kind {
            Count => values.len() as i64,
            Sum => values.iter().sum(),
            Max => values.iter().copied().max()?,
            Latest => *values.last()?,
            Unique => values.iter().collect::<BTreeSet<_>>().len() as i64,
        };
        (!values.is_empty()).then(|| Decimal::from(value))
    }

    #[test]
    fn a_segment_has_what_was_added_in_it_or_what_the_running_value_changed_by() {
        let cases: [(Events, Changes); 3] = [
            (
                &[(5, 7), (15, 9), (25, 10), (35, 5)],
                [
                    (Count, [1, 1, 1, 1]),
                    (Sum, [7, 9, 10, 5]),
                    (Max, [7, 2, 1, 0]),
                    (Latest, [7, 2, 1, -5]),
                    (Unique, [1, 1, 1, 1]),
                ],
            ),
            (
                &[(5, 7), (9, 3), (25, 7), (30, 3)],
                [
                    (Count, [2, 0, 1, 1]),
                    (Sum, [10, 0, 7, 3]),
                    (Max, [7, 0, 0, 0]),
                    (Latest, [3, 0, 4, -4]),
                    (Unique, [2, 0, 0, 0]),
                ],
            ),
            (
                &[(10, -3), (29, -1)],
                [
                    (Count, [0, 1, 1, 0]),
                    (Sum, [0, -3, -1, 0]),
                    (Max, [0, -3, 2, 0]),
                    (Latest, [0, -3, 2, 0]),
                    (Unique, [0, 1, 1, 0]),
                ],
            ),
        ];
        for (events, expected) in cases {
            for (kind, expected) in expected {
                let mut segments = Segments::new(&cut(0, &[0, 10, 20, 30, 40]));
                let values: Vec<_> =
                    segments.stretches().iter().map(|one| measured(kind, events, hours(one))).collect();
                for (stretch, value) in values.iter().enumerate() {
                    if let Some(value) = value {
                        segments.add(stretch, measure(kind), &[], value);
                    }
                }
                let usage = segments.into_usage().remove(0).remove(0);
                assert_eq!(usage.segments, expected.map(Decimal::from), "{kind:?} {events:?}");
                assert_eq!(Some(usage.quantity()), measured(kind, events, (0, 40)), "{kind:?} {events:?}");
            }
        }
    }

    #[test]
    fn groups_are_listed_as_they_come_and_have_all_segments_of_their_period() {
        let group = |name: &str| [Some(name.to_owned())];
        // The second period is the first segment of the first.
        let mut segments = Segments::new(&[cut(0, &[0, 10, 20]), cut(1, &[0, 10])].concat());
        for (stretch, name, value) in [(0, "us", 1), (1, "eu", 2), (0, "eu", 3), (1, "asia", 4)] {
            segments.add(stretch, measure(Sum), &group(name), &Decimal::from(value));
        }
        let found: Vec<Vec<_>> = segments
            .into_usage()
            .into_iter()
            .map(|usage| usage.into_iter().map(|row| (row.group_values, row.segments)).collect())
            .collect();
        let row = |name: &str, values: &[i64]| {
            (group(name).to_vec(), values.iter().copied().map(Decimal::from).collect::<Vec<_>>())
        };
        assert_eq!(found[0], [row("us", &[1, 0]), row("eu", &[3, 2]), row("asia", &[0, 4])]);
        assert_eq!(found[1], [row("us", &[1]), row("eu", &[3])]);
    }
}
