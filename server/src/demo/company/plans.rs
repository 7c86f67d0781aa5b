//! The demo's products and plans with their prices.

use super::metric;
use app::billing::BillingAnchor;

/// A product: a line of the invoice, or one line a region.
#[derive(Clone, Copy, Debug)]
pub struct ProductSpec {
    /// The name of the line on invoices.
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
    /// The name of the charge on invoices.
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
    /// The name, as dashboards show it.
    pub name: &'static str,
    /// What the plan is for, a sentence.
    pub description: &'static str,
    /// Where its months begin.
    pub anchor: BillingAnchor,
    /// What it bills, in the order of the invoice.
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
