//! Custom fields: fields of the integrator's own on what Inlay has.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::str::FromStr;

/// The kinds of things that have custom fields, each called as its table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CustomFieldEntity {
    /// A billable metric.
    BillableMetric,
    /// A charge of a plan.
    Charge,
    /// A customer.
    Customer,
    /// A stretch of time that a customer is on a plan.
    CustomerPlan,
    /// A finalized or voided invoice.
    Invoice,
    /// A plan.
    Plan,
    /// A product of plans.
    Product,
}

impl CustomFieldEntity {
    /// All of them, by their names.
    pub const ALL: [Self; 7] = [
        Self::BillableMetric,
        Self::Charge,
        Self::Customer,
        Self::CustomerPlan,
        Self::Invoice,
        Self::Plan,
        Self::Product,
    ];

    /// What the vendor has besides.
    const LEFT_OUT: [&str; 15] = [
        "alert",
        "commit",
        "contract",
        "contract_credit",
        "contract_product",
        "credit_grant",
        "discount",
        "package_commit",
        "package_credit",
        "package_scheduled_charge",
        "package_subscription",
        "professional_service",
        "rate_card",
        "scheduled_charge",
        "subscription",
    ];

    /// The name, as in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BillableMetric => "billable_metric",
            Self::Charge => "charge",
            Self::Customer => "customer",
            Self::CustomerPlan => "customer_plan",
            Self::Invoice => "invoice",
            Self::Plan => "plan",
            Self::Product => "product",
        }
    }
}

impl FromStr for CustomFieldEntity {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            match Self::LEFT_OUT.contains(&text) {
                true => format!("\"{text}\" is not part of Inlay: custom fields are of {known}"),
                false => format!("\"{text}\" is not one of {known}"),
            }
        })
    }
}

impl<'de> Deserialize<'de> for CustomFieldEntity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// The name of a custom field that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CustomFieldKey {
    /// What has the field.
    pub entity: CustomFieldEntity,
    /// The name of the field, 1 to 100 characters.
    pub key: String,
    /// Whether no two of a kind have the same value.
    pub enforce_uniqueness: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_by_their_names_and_others_are_told_apart() {
        for entity in CustomFieldEntity::ALL {
            assert_eq!(entity.as_str().parse::<CustomFieldEntity>(), Ok(entity));
            assert_eq!(serde_json::to_value(entity).ok(), Some(entity.as_str().into()));
        }
        let known = "billable_metric, charge, customer, customer_plan, invoice, plan, product";
        for (text, problem) in [
            ("contract", "\"contract\" is not part of Inlay: custom fields are of "),
            ("Customer", "\"Customer\" is not one of "),
            ("", "\"\" is not one of "),
        ] {
            assert_eq!(text.parse::<CustomFieldEntity>(), Err(format!("{problem}{known}")));
        }
    }
}
