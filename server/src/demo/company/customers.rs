//! The demo's customers: their plans, and the profile of their usage.

use super::{HISTORY, Mark, plan};
use crate::demo::usage_profile::UsageProfile;

/// When a customer is on a plan.
#[derive(Clone, Copy, Debug)]
pub struct PlanSpan {
    /// Which of [`PLANS`].
    pub plan: usize,
    /// The first day on the plan.
    pub starting_on: Mark,
    /// The day after the last one on the plan; `None` while the customer stays.
    pub ending_before: Option<Mark>,
    /// The trial that it starts with.
    pub trial: Option<TrialSpec>,
}

/// A trial at the start of a [`PlanSpan`].
#[derive(Clone, Copy, Debug)]
pub struct TrialSpec {
    /// How many days it lasts.
    pub days: u64,
    /// The spending cap: how many cents of usage are free.
    pub cap: i64,
}

/// A customer of the company.
#[derive(Clone, Copy, Debug)]
pub struct CustomerSpec {
    /// The ingest alias, which also names the customer in the portal's address.
    pub slug: &'static str,
    /// The name, as invoices print it.
    pub name: &'static str,
    /// The plans it was and is on, in order of time.
    pub plans: &'static [PlanSpan],
    /// How its usage varies; `None` where it has none.
    pub usage_profile: Option<UsageProfile>,
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
            PlanSpan {
                plan: plan::COMMITTED,
                starting_on: Mark::MonthsBack(HISTORY),
                ending_before: Some(Mark::FirstFullMonth),
                trial: None,
            },
            PlanSpan {
                plan: plan::SCALE,
                starting_on: Mark::FirstFullMonth,
                ending_before: None,
                trial: None,
            },
        ],
        usage_profile: Some(UsageProfile {
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
        plans: &[PlanSpan {
            plan: plan::STARTER,
            starting_on: Mark::DaysAgo(95),
            ending_before: None,
            trial: Some(TrialSpec { days: 14, cap: 2_000 }),
        }],
        usage_profile: Some(UsageProfile {
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
        plans: &[PlanSpan {
            plan: plan::REGIONAL,
            starting_on: Mark::FirstFullMonth,
            ending_before: None,
            trial: None,
        }],
        usage_profile: Some(UsageProfile {
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
        plans: &[PlanSpan {
            plan: plan::STARTER,
            starting_on: Mark::DaysAgo(72),
            ending_before: None,
            trial: None,
        }],
        usage_profile: None,
        gone: None,
    },
    CustomerSpec {
        slug: "fernway-studio",
        name: "Fernway Studio",
        plans: &[PlanSpan {
            plan: plan::STARTER,
            starting_on: Mark::DaysAgo(98),
            ending_before: Some(Mark::DaysAgo(38)),
            trial: None,
        }],
        usage_profile: Some(UsageProfile {
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
    CustomerSpec { slug: "orbit-garden", name: "Orbit Garden", plans: &[], usage_profile: None, gone: None },
];

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    #[test]
    fn plans_of_one_customer_follow_each_other() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day");
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
