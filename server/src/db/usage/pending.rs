//! Pending sums, which a job folds into usage_hour, usage_day and usage_unique: the JSON of usage_pending.

use crate::metering::{Sum, SumKey, Sums};
use app::billing::Decimal;
use serde::Serialize;
use uuid::Uuid;

/// Bytes of usage_pending that may wait to be folded, about: two million sums of events that have none in common, which
/// take half a minute. Beyond them no events are taken, or more and more would wait.
pub(crate) const MOST_WAITING: i64 = 512 * 1024 * 1024;

/// One part of a customer's sums; the names are those of the view usage_pending_sum.
#[derive(Serialize)]
struct StagedSum<'a> {
    m: Uuid,
    #[serde(skip_serializing_if = "is_total")]
    g: i16,
    #[serde(skip_serializing_if = "Uuid::is_nil")]
    i: Uuid,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    v: &'a [Option<String>],
    h: i64,
    c: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<&'a Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<&'a Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    l: Option<&'a Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    t: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    k: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    u: Option<Vec<Uuid>>,
}

/// The `sums` of one row of usage_pending.
pub(super) fn to_json(sums: &Sums) -> String {
    let parts: Vec<StagedSum<'_>> = sums.0.iter().map(part).collect();
    // cannot fail: every key is a string
    serde_json::to_string(&parts).unwrap_or_default()
}

fn part<'a>((key, sum): (&SumKey, &'a Sum)) -> StagedSum<'a> {
    let latest = sum.latest.as_ref();
    StagedSum {
        m: key.billable_metric_id,
        g: key.group_index,
        i: key.group_id,
        v: &sum.group_values,
        h: key.hour,
        c: sum.count,
        s: sum.sum.as_ref(),
        x: sum.max.as_ref(),
        l: latest.map(|latest| &latest.value),
        t: latest.map(|latest| latest.at.to_rfc3339()),
        k: latest.map(|latest| latest.key),
        u: (!sum.values.is_empty()).then(|| sum.values.iter().copied().collect()),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_total(group_index: &i16) -> bool {
    *group_index == 0
}
