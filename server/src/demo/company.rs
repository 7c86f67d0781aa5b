//! Who is in the demo: Northlight, an AI API company, with its metrics, plans and six customers. Pure data.

use super::shape::Shape;
use app::billing::{AggregationType, BillingAnchor};
use chrono::{Datelike, Days, Months, NaiveDate};
use uuid::Uuid;

/// How many days of usage there are, today included.
pub const DAYS: u64 = 100;

/// How many past invoices the large customer has.
pub const HISTORY: u32 = 26;

/// Ids that are the same in every demo, so that a script may name them.
pub fn id(name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("https://inlay.invalid/demo/{name}").as_bytes())
}

/// The id of a customer of the demo.
pub fn customer_id(slug: &str) -> Uuid {
    id(slug)
}

/// A metric of the company.
#[derive(Clone, Copy, Debug)]
pub struct MetricSpec {
    /// Its display name.
    pub name: &'static str,
    /// How events become one number.
    pub aggregation_type: AggregationType,
    /// The property that is aggregated.
    pub aggregation_key: Option<&'static str>,
    /// Which events count.
    pub event_type: &'static str,
}

/// Indexes into [`METRICS`], named.
pub mod metric {
    #![expect(missing_docs, reason = "the names say it")]
    pub const REQUESTS: usize = 0;
    pub const INPUT_TOKENS: usize = 1;
    pub const OUTPUT_TOKENS: usize = 2;
    pub const GPU_SECONDS: usize = 3;
    pub const ACTIVE_USERS: usize = 4;
    pub const STORAGE: usize = 5;
}

/// The six metrics. All can be grouped by region.
pub const METRICS: [MetricSpec; 6] = [
    MetricSpec::new("API requests", AggregationType::Count, None, "inference_request"),
    MetricSpec::new("Input tokens", AggregationType::Sum, Some("input_tokens"), "inference_request"),
    MetricSpec::new("Output tokens", AggregationType::Sum, Some("output_tokens"), "inference_request"),
    MetricSpec::new("GPU seconds", AggregationType::Sum, Some("gpu_seconds"), "gpu_job"),
    MetricSpec::new("Active users", AggregationType::Unique, Some("user_id"), "inference_request"),
    MetricSpec::new("Stored gigabytes", AggregationType::Max, Some("gigabytes"), "storage_snapshot"),
];

impl MetricSpec {
    const fn new(
        name: &'static str,
        aggregation_type: AggregationType,
        aggregation_key: Option<&'static str>,
        event_type: &'static str,
    ) -> Self {
        Self { name, aggregation_type, aggregation_key, event_type }
    }
}

/// A product: a line of the invoice, or one line a region.
#[derive(Clone, Copy, Debug)]
pub struct ProductSpec {
    /// Its name.
    pub name: &'static str,
    /// The property by which it is split into lines.
    pub group_key: Option<&'static str>,
}

/// Indexes into [`PRODUCTS`], named.
pub mod product {
    #![expect(missing_docs, reason = "the names say it")]
    pub const PLATFORM: usize = 0;
    pub const INFERENCE: usize = 1;
    pub const GPU: usize = 2;
    pub const WORKSPACE: usize = 3;
    pub const REGIONAL_INFERENCE: usize = 4;
    pub const REGIONAL_GPU: usize = 5;
}

/// The products.
pub const PRODUCTS: [ProductSpec; 6] = [
    ProductSpec { name: "Platform", group_key: None },
    ProductSpec { name: "Inference", group_key: None },
    ProductSpec { name: "Dedicated GPUs", group_key: None },
    ProductSpec { name: "Workspace", group_key: None },
    ProductSpec { name: "Inference by region", group_key: Some("region") },
    ProductSpec { name: "Dedicated GPUs by region", group_key: Some("region") },
];

/// A charge: prices are cents, as text, so that they stay exact.
#[derive(Clone, Copy, Debug)]
pub struct ChargeSpec {
    /// Which of [`PRODUCTS`].
    pub product: usize,
    /// Its name.
    pub name: &'static str,
    /// Which of [`METRICS`]; `None`: a fixed charge of one unit.
    pub metric: Option<usize>,
    /// `(from this quantity, cents a unit)`.
    pub prices: &'static [(i64, &'static str)],
    /// How many measured units make one priced unit.
    pub per: i64,
}

/// A plan, billed monthly.
#[derive(Clone, Copy, Debug)]
pub struct PlanSpec {
    /// Its name.
    pub name: &'static str,
    /// Its description.
    pub description: &'static str,
    /// Where its months begin.
    pub anchor: BillingAnchor,
    /// What it sells.
    pub charges: &'static [ChargeSpec],
}

const fn fixed(product: usize, name: &'static str, prices: &'static [(i64, &'static str)]) -> ChargeSpec {
    ChargeSpec { product, name, metric: None, prices, per: 1 }
}

const fn usage(
    product: usize,
    metric: usize,
    name: &'static str,
    prices: &'static [(i64, &'static str)],
    per: i64,
) -> ChargeSpec {
    ChargeSpec { product, name, metric: Some(metric), prices, per }
}

/// Indexes into [`PLANS`], named.
pub mod plan {
    #![expect(missing_docs, reason = "the names say it")]
    pub const COMMITTED: usize = 0;
    pub const SCALE: usize = 1;
    pub const STARTER: usize = 2;
    pub const REGIONAL: usize = 3;
}

/// The plans.
pub const PLANS: [PlanSpec; 4] = [
    PlanSpec {
        name: "Enterprise commitment",
        description: "A fixed monthly charge, whatever is used.",
        anchor: BillingAnchor::FirstOfMonth,
        charges: &[fixed(product::PLATFORM, "Monthly commitment", &[(0, "240000")])],
    },
    PlanSpec {
        name: "Scale",
        description: "Usage by tiers on top of a platform fee.",
        anchor: BillingAnchor::FirstOfMonth,
        charges: &[
            fixed(product::PLATFORM, "Platform fee", &[(0, "50000")]),
            usage(product::INFERENCE, metric::REQUESTS, "API requests, per 1,000", &[(0, "40")], 1_000),
            usage(
                product::INFERENCE,
                metric::INPUT_TOKENS,
                "Input tokens, per million",
                &[(0, "300"), (50, "250"), (100, "200")],
                1_000_000,
            ),
            usage(
                product::INFERENCE,
                metric::OUTPUT_TOKENS,
                "Output tokens, per million",
                &[(0, "1500"), (10, "1200")],
                1_000_000,
            ),
            usage(product::GPU, metric::GPU_SECONDS, "GPU seconds", &[(0, "0.085")], 1),
            usage(product::WORKSPACE, metric::ACTIVE_USERS, "Active users", &[(0, "0"), (25, "900")], 1),
            usage(product::WORKSPACE, metric::STORAGE, "Stored gigabytes", &[(0, "12.5")], 1),
        ],
    },
    PlanSpec {
        name: "Starter",
        description: "A small platform fee and simple prices.",
        anchor: BillingAnchor::PlanStart,
        charges: &[
            fixed(product::PLATFORM, "Platform fee", &[(0, "4900")]),
            usage(product::INFERENCE, metric::INPUT_TOKENS, "Input tokens, per 1,000", &[(0, "0.35")], 1_000),
            usage(
                product::INFERENCE,
                metric::OUTPUT_TOKENS,
                "Output tokens, per 1,000",
                &[(0, "1.6")],
                1_000,
            ),
            usage(product::WORKSPACE, metric::ACTIVE_USERS, "Active users", &[(0, "0"), (5, "700")], 1),
        ],
    },
    PlanSpec {
        name: "Regional",
        description: "Usage billed by the region it runs in.",
        anchor: BillingAnchor::FirstOfMonth,
        charges: &[
            fixed(product::PLATFORM, "Platform fee", &[(0, "25000")]),
            usage(
                product::REGIONAL_INFERENCE,
                metric::REQUESTS,
                "API requests, per 1,000",
                &[(0, "45")],
                1_000,
            ),
            usage(
                product::REGIONAL_INFERENCE,
                metric::INPUT_TOKENS,
                "Input tokens, per million",
                &[(0, "320")],
                1_000_000,
            ),
            usage(
                product::REGIONAL_INFERENCE,
                metric::OUTPUT_TOKENS,
                "Output tokens, per million",
                &[(0, "1600")],
                1_000_000,
            ),
            usage(
                product::REGIONAL_GPU,
                metric::GPU_SECONDS,
                "GPU seconds",
                &[(0, "0.09"), (50_000, "0.075")],
                1,
            ),
        ],
    },
];

/// When a customer is on a plan.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// Which of [`PLANS`].
    pub plan: usize,
    /// Its first day.
    pub starting_on: Mark,
    /// The day after its last.
    pub ending_before: Option<Mark>,
}

/// A day, relative to the demo's today.
#[derive(Clone, Copy, Debug)]
pub enum Mark {
    /// So many days before today.
    DaysAgo(u64),
    /// The first of the month so many months before the last one that can be finalized.
    MonthsBack(u32),
    /// The first full month of the demo's 100 days.
    FirstFullMonth,
}

impl Mark {
    /// The day it means. `today` is the demo's; `billed` the latest instant whose periods can be finalized.
    pub fn day(self, today: NaiveDate, billed: NaiveDate) -> NaiveDate {
        let first_of = |day: NaiveDate| day.with_day(1).unwrap_or(day);
        match self {
            Self::DaysAgo(days) => today - Days::new(days),
            Self::MonthsBack(months) => first_of(billed) - Months::new(months),
            Self::FirstFullMonth => first_of(first_day(today) + Months::new(1) - Days::new(1)),
        }
    }
}

/// The first day of usage of a demo that is made today.
pub fn first_day(today: NaiveDate) -> NaiveDate {
    today - Days::new(DAYS - 1)
}

/// A customer of the company.
#[derive(Clone, Copy, Debug)]
pub struct CustomerSpec {
    /// Its ingest alias and its name in the portal.
    pub slug: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The plans it was and is on, in order of time.
    pub plans: &'static [Stretch],
    /// What it uses; `None`: nothing.
    pub shape: Option<Shape>,
    /// Usage stops so many days ago.
    pub gone: Option<u64>,
}

const REGIONS: &[(&str, u64)] = &[("us-east-1", 480), ("eu-west-1", 340), ("ap-south-1", 180)];
const ONE_REGION: &[(&str, u64)] = &[("us-east-1", 1)];

/// The six customers, the large one first.
pub const CUSTOMERS: [CustomerSpec; 6] = [
    CustomerSpec {
        slug: "lumen-robotics",
        name: "Lumen Robotics",
        plans: &[
            Stretch {
                plan: plan::COMMITTED,
                starting_on: Mark::MonthsBack(HISTORY),
                ending_before: Some(Mark::FirstFullMonth),
            },
            Stretch { plan: plan::SCALE, starting_on: Mark::FirstFullMonth, ending_before: None },
        ],
        shape: Some(Shape {
            requests: 520,
            growth: (680, 1_340),
            weekend: (430, 350),
            input_tokens: 14_000,
            output_tokens: 1_700,
            users: 120,
            gpu_jobs: 46,
            storage: (410, 2_350),
            regions: REGIONS,
            outage: Some(78),
            launch: Some(91),
        }),
        gone: None,
    },
    CustomerSpec {
        slug: "tidepool-notes",
        name: "Tidepool Notes",
        plans: &[Stretch { plan: plan::STARTER, starting_on: Mark::DaysAgo(95), ending_before: None }],
        shape: Some(Shape {
            requests: 34,
            growth: (900, 1_150),
            weekend: (800, 900),
            input_tokens: 2_400,
            output_tokens: 620,
            users: 9,
            gpu_jobs: 0,
            storage: (0, 0),
            regions: ONE_REGION,
            outage: None,
            launch: None,
        }),
        gone: None,
    },
    CustomerSpec {
        slug: "atlas-maps",
        name: "Atlas Maps",
        plans: &[Stretch { plan: plan::REGIONAL, starting_on: Mark::FirstFullMonth, ending_before: None }],
        shape: Some(Shape {
            requests: 210,
            growth: (850, 1_200),
            weekend: (620, 540),
            input_tokens: 6_500,
            output_tokens: 900,
            users: 40,
            gpu_jobs: 18,
            storage: (0, 0),
            regions: REGIONS,
            outage: None,
            launch: Some(60),
        }),
        gone: None,
    },
    CustomerSpec {
        slug: "quiet-harbor",
        name: "Quiet Harbor Labs",
        plans: &[Stretch { plan: plan::STARTER, starting_on: Mark::DaysAgo(72), ending_before: None }],
        shape: None,
        gone: None,
    },
    CustomerSpec {
        slug: "fernway-studio",
        name: "Fernway Studio",
        plans: &[Stretch {
            plan: plan::STARTER,
            starting_on: Mark::DaysAgo(98),
            ending_before: Some(Mark::DaysAgo(38)),
        }],
        shape: Some(Shape {
            requests: 60,
            growth: (1_250, 300),
            weekend: (300, 200),
            input_tokens: 3_100,
            output_tokens: 800,
            users: 14,
            gpu_jobs: 0,
            storage: (0, 0),
            regions: ONE_REGION,
            outage: None,
            launch: None,
        }),
        gone: Some(38),
    },
    CustomerSpec { slug: "orbit-garden", name: "Orbit Garden", plans: &[], shape: None, gone: None },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect(text)
    }

    #[test]
    fn the_usage_plan_starts_on_the_first_full_month_of_usage() {
        for (today, expected) in [
            ("2026-11-22", "2026-09-01"),
            ("2026-12-09", "2026-09-01"),
            ("2026-12-10", "2026-10-01"),
            ("2026-05-31", "2026-03-01"),
        ] {
            assert_eq!(Mark::FirstFullMonth.day(date(today), date(today)), date(expected), "{today}");
        }
    }

    #[test]
    fn the_history_ends_with_the_last_month_that_can_be_finalized() {
        // On the first of a month the last one is still in its grace period.
        for (today, billed, expected) in
            [("2026-11-22", "2026-11-21", "2024-09-01"), ("2026-11-01", "2026-10-31", "2024-08-01")]
        {
            assert_eq!(Mark::MonthsBack(HISTORY).day(date(today), date(billed)), date(expected), "{today}");
        }
    }

    #[test]
    fn plans_of_one_customer_follow_each_other() {
        let today = date("2026-11-22");
        for customer in CUSTOMERS {
            let mut free = NaiveDate::MIN;
            for stretch in customer.plans {
                let start = stretch.starting_on.day(today, today);
                assert!(start >= free, "{}", customer.slug);
                free = stretch.ending_before.map_or(NaiveDate::MAX, |mark| mark.day(today, today));
                assert!(free > start, "{}", customer.slug);
            }
        }
    }
}
