//! Why an event is billed to nobody. The database says the same of many events at once: `db/usage/unmatched.rs`.

use super::{
    Event, admits,
    matching::{admits_type, lacking},
    sums::measure,
};
use app::billing::BillableMetric;
use chrono::{DateTime, SecondsFormat, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use uuid::Uuid;

/// Why an event is billed to nobody. Where several hold, the first of them decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No customer has the id or alias that it names.
    UnknownCustomer,
    /// Its customer is archived.
    ArchivedCustomer,
    /// No billable metric takes an event of its type with its properties.
    NoBillableMetric,
    /// A billable metric takes it, but needs a number, and its value is none.
    ValueNotANumber,
    /// A billable metric takes it, but it lacks the property that is measured.
    ValueMissing,
    /// Its customer was on no plan at that time.
    NoPlan,
    /// The plan of its customer has no charge for a metric that counts it.
    NotPriced,
    /// It came after the invoice of its period was finalized.
    PeriodFinalized,
    /// The invoice of its period is void, and was not regenerated.
    InvoiceVoided,
}

impl Reason {
    /// All of them, in their order.
    pub const ALL: [Self; 9] = [
        Self::UnknownCustomer,
        Self::ArchivedCustomer,
        Self::NoBillableMetric,
        Self::ValueNotANumber,
        Self::ValueMissing,
        Self::NoPlan,
        Self::NotPriced,
        Self::PeriodFinalized,
        Self::InvoiceVoided,
    ];

    /// As it is in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownCustomer => "unknown_customer",
            Self::ArchivedCustomer => "archived_customer",
            Self::NoBillableMetric => "no_billable_metric",
            Self::ValueNotANumber => "value_not_a_number",
            Self::ValueMissing => "value_missing",
            Self::NoPlan => "no_plan",
            Self::NotPriced => "not_priced",
            Self::PeriodFinalized => "period_finalized",
            Self::InvoiceVoided => "invoice_voided",
        }
    }

    /// What whoever sent such events can do.
    pub fn what_to_do(self) -> &'static str {
        match self {
            Self::UnknownCustomer => {
                "Give the customer this id as an alias, by POST /v1/customers/{customer_id}/setIngestAliases: the events \
                 count then. If it is a slip, send them again with the right customer_id."
            }
            Self::ArchivedCustomer => {
                "An archived customer is billed nothing. Send its usage under a customer that is active."
            }
            Self::NoBillableMetric => {
                "Correct the event_type or the properties in what you send; or create a billable metric that takes \
                 these: it counts the last 34 days."
            }
            Self::ValueNotANumber => {
                "Send the value as a number, 12.5 or \"12.5\", with a point and without separators; and these events \
                 again, each under a new transaction_id."
            }
            Self::ValueMissing => {
                "Send the property that the billable metric measures, its aggregation_key; and these events again, \
                 each under a new transaction_id."
            }
            Self::NoPlan => {
                "Put the customer on a plan, by POST /v1/customers/{customer_id}/plans/add, with a starting_on at or \
                 before the first of these events."
            }
            Self::NotPriced => {
                "Put the customer on a plan with a charge for a billable metric that counts these events."
            }
            Self::PeriodFinalized => {
                "Void the invoice of the period, by POST /v1/invoices/void, and regenerate it, by POST \
                 /v1/invoices/regenerate: its successor has these events."
            }
            Self::InvoiceVoided => {
                "Regenerate the invoice of the period, by POST /v1/invoices/regenerate: its successor has these events."
            }
        }
    }
}

impl FromStr for Reason {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|reason| reason.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.into_iter().map(Self::as_str).collect();
            format!("\"{text}\" is not one of {}", known.join(", "))
        })
    }
}

/// Why an event is not counted: by nobody, or by one metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NotCounted {
    /// The reason, as a word for programs.
    pub reason: Reason,
    /// The reason, as a sentence for people.
    pub message: String,
    /// The metric that takes the event and does not count it; others may. Absent where no invoice has the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billable_metric_id: Option<Uuid>,
}

/// What a customer is at the time of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerState {
    /// Since when it is archived.
    pub archived_at: Option<DateTime<Utc>>,
    /// The plan that it is on at that time.
    pub plan: Option<PlanAt>,
}

/// A plan at the time of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanAt {
    /// The metrics that it has charges for.
    pub priced: Vec<Uuid>,
    /// True when the period is billed.
    pub is_billed: bool,
    /// The finalized invoice of the period, and since when it is that.
    pub invoice: Option<(Uuid, DateTime<Utc>)>,
}

/// The metrics that count an event, and why it is not counted where it is not. `state` is `None` while no customer has
/// the alias; `received_at` is when the event was stored.
pub fn judge<'a>(
    event: &Event,
    received_at: DateTime<Utc>,
    state: Option<&CustomerState>,
    metrics: &'a [BillableMetric],
) -> (Vec<&'a BillableMetric>, Vec<NotCounted>) {
    let mut counting = Vec::new();
    let mut reasons = Vec::new();
    let takers: Vec<_> = metrics.iter().filter(|metric| admits(metric, event)).collect();
    if let Some((reason, message)) = refused(event, received_at, state) {
        reasons.push(NotCounted { reason, message, billable_metric_id: None });
    }
    for metric in &takers {
        match measure(metric, event) {
            Ok(Some(_)) => counting.push(*metric),
            Ok(None) => reasons.push(without_value(metric, event)),
            Err(oversized) => reasons.push(NotCounted {
                reason: Reason::ValueNotANumber,
                message: oversized.to_string(),
                billable_metric_id: Some(metric.id),
            }),
        }
    }
    if takers.is_empty() {
        let mut message = format!(
            "no billable metric takes an event of the type \"{}\" with these properties",
            event.event_type
        );
        let mut near = metrics.iter().filter(|metric| admits_type(metric, event));
        if let Some((metric, name)) = near.find_map(|metric| Some((metric, lacking(metric, event)?))) {
            message += &format!(": properties.{name} is missing, and \"{}\" asks for it", metric.name);
        }
        reasons.push(NotCounted { reason: Reason::NoBillableMetric, message, billable_metric_id: None });
    }
    let unpriced = |plan: &PlanAt| !counting.iter().any(|metric| plan.priced.contains(&metric.id));
    if !counting.is_empty() && state.and_then(|state| state.plan.as_ref()).is_some_and(unpriced) {
        let message = "the customer's plan has no charge for a billable metric that counts it".to_owned();
        reasons.push(NotCounted { reason: Reason::NotPriced, message, billable_metric_id: None });
    }
    reasons.sort_by_key(|one| one.reason);
    (counting, reasons)
}

/// Why no invoice has the event, whatever metrics make of it.
fn refused(
    event: &Event,
    received_at: DateTime<Utc>,
    state: Option<&CustomerState>,
) -> Option<(Reason, String)> {
    let at = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let Some(state) = state else {
        let message = format!("no customer has the id or ingest alias \"{}\"", event.customer_id);
        return Some((Reason::UnknownCustomer, message));
    };
    if let Some(archived_at) = state.archived_at {
        let message = format!("the customer is archived since {}", at(archived_at));
        return Some((Reason::ArchivedCustomer, message));
    }
    let Some(plan) = &state.plan else {
        let message = format!("the customer is on no plan at {}", at(event.timestamp));
        return Some((Reason::NoPlan, message));
    };
    match plan.invoice {
        Some((id, finalized_at)) if plan.is_billed && finalized_at < received_at => Some((
            Reason::PeriodFinalized,
            format!(
                "it came at {}, after the invoice of its period, {id}, was finalized at {}",
                at(received_at),
                at(finalized_at)
            ),
        )),
        None if plan.is_billed => Some((
            Reason::InvoiceVoided,
            "the invoice of its period is void and was not regenerated".to_owned(),
        )),
        _ => None,
    }
}

/// What is wrong with the value that a metric measures.
fn without_value(metric: &BillableMetric, event: &Event) -> NotCounted {
    let key = metric.aggregation_key.as_deref().unwrap_or_default();
    let (reason, problem) = match event.properties.get(key).filter(|value| !value.is_null()) {
        Some(value) => (Reason::ValueNotANumber, format!("{value} is not a number")),
        None => (Reason::ValueMissing, "is missing".to_owned()),
    };
    NotCounted {
        reason,
        message: format!(
            "properties.{key}: {problem}, and the billable metric \"{}\" measures it",
            metric.name
        ),
        billable_metric_id: Some(metric.id),
    }
}
