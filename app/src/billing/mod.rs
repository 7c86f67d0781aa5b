//! The types of billing as plain data: the JSON of the API, of which the pages are made.
//!
//! Every JSON type is declared once, here. No clock, no I/O, no formatting for people.
#![deny(clippy::float_arithmetic)]

mod audit_log;
mod breakdown;
mod charge;
mod cost;
mod credit_type;
mod currency;
mod custom_field;
mod customer;
mod customer_plan;
mod decimal;
mod invoice;
mod line_item;
mod metric;
mod new_plan;
mod non_zero;
mod page;
mod plan;
mod price_adjustment;
mod sub_line_item;
mod succession;
mod usage;
mod usage_series;

// An invoice's status is read in the browser too, so the dashboard has it.
pub use crate::invoices::InvoiceStatus;
pub use audit_log::{AuditActor, AuditLog, AuditRequest, AuditStatus};
pub use breakdown::InvoiceBreakdown;
pub use charge::{Charge, ChargeType, Price, Rounding, TierMode, TierScope, UnitConversion};
pub use cost::{Cost, CostLine, CostOfDay};
pub use credit_type::{CreditType, ListedCreditType};
pub use currency::Currency;
pub use custom_field::{CustomFieldEntity, CustomFieldKey};
pub use customer::{Customer, CustomerConfig, CustomerDetail};
pub use customer_plan::{CustomerPlan, PlanCustomer, PlanDetailsOfCustomer, SpendingCap, TrialInfo};
pub use decimal::{Decimal, ParseDecimalError};
pub use invoice::{Invoice, InvoiceAdjustment, InvoiceType};
pub use line_item::{
    AccessType, AppliedCommitOrCredit, AppliedType, CommitType, LineItem, LineTier, LineType, PostpaidCommit,
    ProductType,
};
pub use metric::{AggregationType, BillableMetric, EventTypeFilter, PropertyFilter};
pub use new_plan::{NewCharge, NewMinimum, NewPlan, NewProduct};
pub use non_zero::{IsZero, NonZeroDecimal, ParseNonZeroError};
pub use page::Page;
pub use plan::{BillingAnchor, BillingFrequency, Minimum, Plan, PlanDetails};
pub use price_adjustment::{AdjustedPrice, AdjustmentType, ListedPriceAdjustment, PriceAdjustment};
pub use sub_line_item::{Proration, SubLineItem, TierPeriod, TierUsage};
pub use succession::{InvoiceName, Succession};
pub use usage::{UsageGroup, UsageRow, UsageWindow, WindowSize};
pub use usage_series::{DailyCost, DayMark, DayMarkKind, GroupSeries, NoCost, UsageSeries, WindowMeasure};

/// An id as it looks, for the messages to those who sent something else.
pub const AN_ID: &str = "an id, like d7abd0cd-4ae9-4db7-8676-e986a4ebd8dc";
