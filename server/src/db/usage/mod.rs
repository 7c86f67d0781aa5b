//! Metering's tables: events, what is known of them, and the sums made of them.

mod account;
mod backfill;
mod buckets;
mod by_group;
mod catalog;
mod dedupe;
mod delta;
mod find_groups;
mod fold;
mod groups;
mod ingest;
mod partition;
mod pending;
mod period;
mod preview;
mod process;
mod query;
mod search;
mod series;
mod unassigned;
mod unmatched;

pub use account::{ChartedMetric, UsageAccount, account};
pub use backfill::backfill;
pub use buckets::{Bucket, BucketQuery, buckets, buckets_after};
pub use by_group::{GROUP_DAYS, by_group};
pub use delta::{Span, UsageDelta, deltas};
pub use find_groups::{FOUND_GROUPS, FoundGroups, GroupSearch, find_groups};
pub use fold::{FoldResult, fold, fold_all, fold_busy, vacuum_pending};
pub use groups::groups;
pub use partition::{drop_old_ids, ensure_partitions, monday_of};
pub use period::{over_period, over_periods};
pub use preview::{PreviewAccess, add_for_preview};
pub use query::{PairQuery, current_schedule, definitions, known_customers, pairs};
pub use search::{StoredEvent, search};
pub use series::{Daily, REACH, series};
pub use unassigned::claim_unassigned_events;
pub use unmatched::{LOOK, UncountedEvents, UnmatchedScan, unmatched};

pub(crate) use catalog::{CatalogVersion, all_definitions};
pub(crate) use dedupe::{EventKey, Fresh, MaybeSeen, count_ids, ids_after, remember};
pub(crate) use ingest::{IngestStart, await_claims, customers_of, insert_events, start_ingest};
pub(crate) use partition::Arrival;
pub(crate) use pending::MOST_WAITING;
pub(crate) use process::end_if_dead;
