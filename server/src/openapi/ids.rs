//! The ids that examples name, by the group of calls whose they are.

/// A placeholder and the id that the published document says in its place.
type Sample = (&'static str, &'static str);

/// The ids of each group.
pub(super) const IDS: &[&[Sample]] =
    &[BILLABLE_METRICS, CREDIT_TYPES, CUSTOMERS, INVOICES, PLANS, PLANS_OF_CUSTOMERS];

const BILLABLE_METRICS: &[Sample] = &[("billable_metric_id", "13117714-3f05-48e5-a6e9-a66093f13b4d")];

const CREDIT_TYPES: &[Sample] = &[
    ("custom_credit_type_id", "e3f0a7b2-5d0c-4a47-8d3c-5b8a9f1c2d3e"),
    ("usd_cents", "2714e483-4ff1-48e4-9e25-ac732e8f24f2"),
];

const CUSTOMERS: &[Sample] = &[
    ("customer_id", "d7abd0cd-4ae9-4db7-8676-e986a4ebd8dc"),
    ("other_customer_id", "8deed800-1b7a-495d-a207-6c52bac54dc9"),
];

const INVOICES: &[Sample] = &[
    ("invoice_id", "6a37bb88-8538-48c5-b37b-a41c836328bd"),
    ("draft_invoice_id", "f3dc2b1a-57c8-4b6c-9c0d-3c9a1b2e4d5f"),
    ("void_invoice_id", "b7f4c1de-2a58-47d4-8f10-91c5de0e7a36"),
];

const PLANS: &[Sample] = &[
    ("product_id", "d6300dbb-882e-4d2d-8dec-5125d16b65d0"),
    ("plan_id", "0f4b3a48-7c5f-4d0e-9a53-2a1f8d6c1b7e"),
    ("charge_id", "5d3fd4d8-60a1-4e69-9f4c-0f9b8e4a27d1"),
    ("added_charge_id", "0c9b1f52-3a63-4f6e-9f0a-71d2f1b0a7c4"),
];

const PLANS_OF_CUSTOMERS: &[Sample] = &[("customer_plan_id", "7aa11640-0703-4600-8eb9-293f535a6b74")];
