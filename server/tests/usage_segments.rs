//! Billing periods that are cut at any hours: each segment has what a recount gives, and all together the uncut value.

use crate::common::seed;
use app::billing::{AggregationType, Decimal};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use rand::{Rng, SeedableRng, rngs::StdRng};
use server::{
    clock,
    db::usage::{SpanQuery, fold, over_spans},
    ingest::record,
    metering::Event,
    rating::{Measure, MeteredUsage},
};
use sqlx::PgPool;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

use AggregationType::{Count, Latest, Max, Sum, Unique};

/// So long are there events.
const HOURS: i64 = 96;

fn random_event(random: &mut StdRng, id: usize, customer_id: Uuid, start: DateTime<Utc>) -> Event {
    // often at the edge of an hour or day, and often at the same instant
    let hour = start + TimeDelta::hours(random.random_range(-2..HOURS + 2));
    let edge = [0, 0, 1, 3_599_999_999, random.random_range(0..3_600_000_000)][random.random_range(0..5)];
    // few values, so that a value comes again, and a peak is not passed
    let value = ["-3.5", "-1", "0", "0.25", "2", "7"][random.random_range(0..6)];
    let region = ["", r#", "region": "eu""#, r#", "region": "us""#][random.random_range(0..3)];
    let properties = format!(r#"{{"value": {value}{region}}}"#);
    seed::event(&id.to_string(), customer_id, hour + TimeDelta::microseconds(edge), &properties)
}

/// Hours to cut at, the first and the last of which are the bounds of the period; half of the time all at midnight.
fn random_cuts(random: &mut StdRng) -> Vec<i64> {
    let size = if random.random_bool(0.5) { 24 } else { 1 };
    let last = HOURS / size;
    let mut cuts: BTreeSet<i64> =
        (0..random.random_range(2..7)).map(|_| random.random_range(0..=last) * size).collect();
    if cuts.len() < 2 {
        cuts.extend([0, HOURS]);
    }
    cuts.into_iter().collect()
}

/// The segments between these hours of a period, which starts at the hour `from`.
fn segments(place: usize, from: i64, cuts: &[i64], start: DateTime<Utc>) -> Vec<SpanQuery> {
    let at = |hour: i64| start + TimeDelta::hours(hour);
    let segment = |(segment, bounds): (usize, &[i64])| SpanQuery {
        place,
        segment,
        start: at(bounds[0]),
        end: at(bounds[1]),
        period_start: at(from),
    };
    cuts.windows(2).enumerate().map(segment).collect()
}

type Groups = BTreeMap<(Uuid, i16, Vec<Option<String>>), Vec<Decimal>>;

fn by_group(usage: Vec<MeteredUsage>) -> Groups {
    let mut groups = Groups::new();
    for row in usage {
        assert!(row.before.is_empty() && !row.is_past);
        let twice = groups.insert((row.billable_metric_id, row.group_index, row.group_values), row.segments);
        assert_eq!(twice, None);
    }
    groups
}

fn is_used(quantities: &[Decimal]) -> bool {
    quantities.iter().any(|one| !one.is_zero())
}

fn sums(groups: &Groups) -> Vec<Decimal> {
    groups.values().map(|quantities| quantities.iter().sum()).collect()
}

/// What events of one group come to; `None` without any.
fn measured(kind: AggregationType, events: &[&Event]) -> Option<Decimal> {
    let value = |event: &&Event| event.properties["value"].to_string().parse::<Decimal>().unwrap();
    let values: Vec<Decimal> = events.iter().map(value).collect();
    match kind {
        Count if values.is_empty() => None,
        Count => Some(Decimal::from(values.len() as i64)),
        Sum if values.is_empty() => None,
        Sum => Some(values.iter().sum()),
        Max => values.into_iter().max(),
        Latest => events.iter().max_by_key(|event| (event.timestamp, event.key())).map(value),
        Unique if values.is_empty() => None,
        Unique => Some(Decimal::from(values.iter().collect::<BTreeSet<_>>().len() as i64)),
    }
}

/// The segments of one period, recounted from the events.
fn recounted(events: &[Event], metrics: &[(AggregationType, Uuid)], spans: &[SpanQuery]) -> Groups {
    let (first, last) = (spans[0].period_start, spans[spans.len() - 1].end);
    let mut groups: BTreeMap<(i16, Vec<Option<String>>), Vec<&Event>> = BTreeMap::new();
    for event in events.iter().filter(|event| event.timestamp >= first && event.timestamp < last) {
        let region = event.properties.get("region").and_then(|region| region.as_str()).map(str::to_owned);
        groups.entry((0, Vec::new())).or_default().push(event);
        groups.entry((1, vec![region])).or_default().push(event);
    }
    let mut found = Groups::new();
    for (kind, metric) in metrics {
        for ((group_index, group_values), events) in &groups {
            let between = |start: DateTime<Utc>, end: DateTime<Utc>| {
                let within = events.iter().filter(|event| event.timestamp >= start && event.timestamp < end);
                measured(*kind, &within.copied().collect::<Vec<_>>()).unwrap_or_else(Decimal::zero)
            };
            let segment = |span: &SpanQuery| match kind {
                Count | Sum => between(span.start, span.end),
                Max | Latest | Unique => &between(first, span.end) - &between(first, span.start),
            };
            let key = (*metric, *group_index, group_values.clone());
            found.insert(key, spans.iter().map(segment).collect());
        }
    }
    found
}

#[sqlx::test(migrations = "./migrations")]
async fn random_cuts_of_random_events_measure_as_a_recount_does(pool: PgPool) {
    let seed: u64 = std::env::var("USAGE_SEED").map_or_else(|_| rand::random(), |text| text.parse().unwrap());
    eprintln!("USAGE_SEED={seed}");
    let random = &mut StdRng::seed_from_u64(seed);
    let mut metrics = Vec::new();
    for kind in [Count, Sum, Max, Latest, Unique] {
        metrics.push((kind, seed::metric(&pool, kind, "value", r#"[["region"]]"#).await));
    }
    let measures: Vec<Measure> = metrics
        .iter()
        .flat_map(|(aggregation_type, billable_metric_id)| {
            [0, 1].map(|group_index| Measure {
                billable_metric_id: *billable_metric_id,
                aggregation_type: *aggregation_type,
                group_index,
            })
        })
        .collect();
    let start = clock::now().duration_trunc(TimeDelta::days(1)).unwrap() - TimeDelta::days(10);
    for count in [10, 300] {
        let customer = seed::customer(&pool, "Acme").await;
        let events: Vec<_> = (0..count).map(|id| random_event(random, id, customer, start)).collect();
        for batch in events.chunks(40) {
            record(&pool, batch.to_vec(), clock::now()).await.unwrap();
            if random.random_bool(0.5) {
                fold(&pool).await.unwrap();
            }
        }
        for _ in 0..20 {
            let cuts = random_cuts(random);
            let (from, until) = (cuts[0], cuts[cuts.len() - 1]);
            // Whole, cut, and cut where the first segment is left out.
            let periods = [
                segments(0, from, &[from, until], start),
                segments(1, from, &cuts, start),
                segments(2, from, &cuts[usize::from(cuts.len() > 2)..], start),
            ];
            let context = format!("USAGE_SEED={seed} {count} {cuts:?}");
            let found =
                over_spans(&pool, seed::access(customer), &measures, &periods.concat()).await.unwrap();
            let found: Vec<Groups> = found.into_iter().map(by_group).collect();
            for (found, spans) in found.iter().zip(&periods) {
                let (mut found, mut expected) = (found.clone(), recounted(&events, &metrics, spans));
                if spans[0].place == 2 {
                    // A group that used nothing in what was asked may be absent.
                    found.retain(|_, quantities| is_used(quantities));
                    expected.retain(|_, quantities| is_used(quantities));
                }
                assert_eq!(found, expected, "{context}");
            }
            let alone =
                over_spans(&pool, seed::access(customer), &measures, &periods[0]).await.unwrap().pop();
            assert_eq!(by_group(alone.unwrap()), found[0], "{context}");
            assert_eq!(sums(&found[1]), sums(&found[0]), "{context}");
        }
    }
}
