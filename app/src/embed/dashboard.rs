//! Which dashboard is embedded, and its options.

use super::Invalid;
use crate::billing::{AN_ID, InvoiceStatus};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A dashboard that can be embedded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Dashboard {
    /// Current and past invoices.
    Invoices,
    /// A chart for each billable metric.
    Usage,
}

impl Dashboard {
    /// Its name in requests and URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invoices => "invoices",
            Self::Usage => "usage",
        }
    }

    /// Reads the `dashboard` of a request.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn parse(name: &str) -> Result<Self, Invalid> {
        match name {
            "invoices" => Ok(Self::Invoices),
            "usage" => Ok(Self::Usage),
            "credits" | "commits_and_credits" => Err(Invalid::new(
                "dashboard",
                format!("\"{name}\" is not part of Inlay yet: ask for invoices or usage"),
            )),
            _ => Err(Invalid::new("dashboard", format!("\"{name}\" is not one of invoices, usage"))),
        }
    }
}

/// Which invoices a dashboard shows, by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatusFilter {
    /// Voided ones only.
    Void,
    /// Finalized ones only.
    Finalized,
    /// The draft only.
    Draft,
    /// All but voided ones.
    FinalizedAndDraft,
    /// All of them. The vendor does not document its default.
    #[default]
    All,
}

/// Which invoices a dashboard shows, by type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TypeFilter {
    /// Invoices for usage.
    Usage,
    /// Invoices with a date of their own. Plans make none.
    Scheduled,
}

/// What a request may set about a dashboard. In a token only what differs from the default is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DashboardOptions {
    /// `show_zero_usage_line_items`: lines without usage are shown too.
    #[serde(rename = "z", skip_serializing_if = "is_default")]
    pub show_zero_usage_line_items: bool,
    /// `hide_voided_invoices`: deprecated at the vendor, honored here.
    #[serde(rename = "v", skip_serializing_if = "is_default")]
    pub hide_voided_invoices: bool,
    /// `invoice_status_filter`.
    #[serde(rename = "s", skip_serializing_if = "is_default")]
    pub invoice_status_filter: StatusFilter,
    /// `invoice_type`.
    #[serde(rename = "t", skip_serializing_if = "is_default")]
    pub invoice_type: Option<TypeFilter>,
    /// `contract_id`: only that contract's invoices. Plans have none, so none are shown.
    #[serde(rename = "c", skip_serializing_if = "is_default")]
    pub contract_id: Option<Uuid>,
    /// `billable_status_filter` is `UNBILLABLE`: none are shown, as every invoice is billable.
    #[serde(rename = "u", skip_serializing_if = "is_default")]
    pub only_unbillable: bool,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// One entry of `dashboard_options`, as it is sent.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct DashboardOption {
    /// Which option.
    #[cfg_attr(feature = "schema", schemars(extend("oneOf" = OPTIONS.map(described))))]
    pub(super) key: String,
    /// Its value, as text: what the key says. Words are read in any case.
    pub(super) value: String,
}

/// Every documented option: its key, and its values with what they do. Two are meant for dashboards that are not part of
/// Inlay yet.
const OPTIONS: [(&str, &str); 8] = [
    (
        "show_zero_usage_line_items",
        "`true`: lines without usage are shown too. `false`, the default: they are not.",
    ),
    ("contract_id", "An id: only invoices of that contract. Plans have no contracts, so none are shown."),
    ("invoice_type", "`USAGE`: invoices for usage, all that plans make. `SCHEDULED`: none are shown."),
    (
        "invoice_status_filter",
        "`VOID`, `FINALIZED` or `DRAFT`: those alone. `FINALIZED_AND_DRAFT`: all but voided ones. `ALL`, the default.",
    ),
    ("hide_voided_invoices", "`true`: voided invoices are left out. `false`, the default: they are not."),
    (
        "billable_status_filter",
        "`BILLABLE` or `ALL`, the default: every invoice is billable. `UNBILLABLE`: none are shown.",
    ),
    ("hide_grant_name", "`true` or `false`: read and without effect, as it is about credits."),
    ("credit_ledger_credit_type_id", "An id: read and without effect, as it is about credits."),
];

/// A key as a word of a schema.
#[cfg(feature = "schema")]
fn described((key, values): (&str, &str)) -> serde_json::Value {
    serde_json::json!({ "const": key, "description": values })
}

impl DashboardOptions {
    /// Reads the `dashboard_options` of a request. An option meant for another dashboard is checked, then ignored.
    pub(super) fn parse(options: &[DashboardOption]) -> Result<Self, Invalid> {
        let mut parsed = Self::default();
        for (index, DashboardOption { key, value }) in options.iter().enumerate() {
            let wrong = |expected: &str| {
                Invalid::new(
                    format!("dashboard_options[{index}].value"),
                    format!("\"{value}\" is not {expected}"),
                )
            };
            if options[..index].iter().any(|earlier| earlier.key == *key) {
                let problem = format!("\"{key}\" is given twice");
                return Err(Invalid::new(format!("dashboard_options[{index}].key"), problem));
            }
            match key.as_str() {
                "show_zero_usage_line_items" => {
                    parsed.show_zero_usage_line_items = flag(value).ok_or_else(|| wrong(FLAG))?
                }
                "hide_voided_invoices" => {
                    parsed.hide_voided_invoices = flag(value).ok_or_else(|| wrong(FLAG))?
                }
                "hide_grant_name" => drop(flag(value).ok_or_else(|| wrong(FLAG))?),
                "contract_id" => parsed.contract_id = Some(value.parse().map_err(|_| wrong(AN_ID))?),
                "credit_ledger_credit_type_id" => drop(value.parse::<Uuid>().map_err(|_| wrong(AN_ID))?),
                "invoice_type" => {
                    parsed.invoice_type = Some(word(value).ok_or_else(|| wrong("one of USAGE, SCHEDULED"))?);
                }
                "invoice_status_filter" => {
                    parsed.invoice_status_filter = word(value)
                        .ok_or_else(|| wrong("one of VOID, FINALIZED, DRAFT, FINALIZED_AND_DRAFT, ALL"))?;
                }
                "billable_status_filter" => {
                    parsed.only_unbillable = match value.to_ascii_uppercase().as_str() {
                        "BILLABLE" | "ALL" => false,
                        "UNBILLABLE" => true,
                        _ => return Err(wrong("one of BILLABLE, UNBILLABLE, ALL")),
                    };
                }
                _ => {
                    let problem =
                        format!("\"{key}\" is not one of {}", OPTIONS.map(|(key, _)| key).join(", "));
                    return Err(Invalid::new(format!("dashboard_options[{index}].key"), problem));
                }
            }
        }
        Ok(parsed)
    }

    /// The statuses of the invoices to show; none when no invoice of a plan can pass.
    pub fn statuses(&self) -> Vec<InvoiceStatus> {
        if !self.admits_plan_invoices() {
            return Vec::new();
        }
        let wanted = match self.invoice_status_filter {
            StatusFilter::Void => vec![InvoiceStatus::Void],
            StatusFilter::Finalized => vec![InvoiceStatus::Finalized],
            StatusFilter::Draft => vec![InvoiceStatus::Draft],
            StatusFilter::FinalizedAndDraft => vec![InvoiceStatus::Draft, InvoiceStatus::Finalized],
            StatusFilter::All => vec![InvoiceStatus::Draft, InvoiceStatus::Finalized, InvoiceStatus::Void],
        };
        wanted
            .into_iter()
            .filter(|status| !(self.hide_voided_invoices && *status == InvoiceStatus::Void))
            .collect()
    }

    /// Whether an invoice of a plan can pass at all: it has no contract, no date of its own, and is billable.
    fn admits_plan_invoices(&self) -> bool {
        self.contract_id.is_none()
            && self.invoice_type != Some(TypeFilter::Scheduled)
            && !self.only_unbillable
    }
}

const FLAG: &str = "\"true\" or \"false\"";

fn flag(value: &str) -> Option<bool> {
    value.to_ascii_lowercase().parse().ok()
}

/// An upper-case word of an enumeration; any case is accepted, as at the vendor.
fn word<T: for<'de> Deserialize<'de>>(value: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(value.to_ascii_uppercase())).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn options(pairs: &[(&str, &str)]) -> Result<DashboardOptions, String> {
        let options: Vec<_> = pairs
            .iter()
            .map(|(key, value)| DashboardOption { key: (*key).to_owned(), value: (*value).to_owned() })
            .collect();
        DashboardOptions::parse(&options).map_err(|invalid| invalid.to_string())
    }

    #[test]
    fn every_documented_option_is_read() {
        let contract = Uuid::from_u128(7);
        let parsed = options(&[
            ("show_zero_usage_line_items", "true"),
            ("contract_id", &contract.to_string()),
            ("invoice_type", "usage"),
            ("invoice_status_filter", "FINALIZED_AND_DRAFT"),
            ("hide_voided_invoices", "true"),
            ("billable_status_filter", "UNBILLABLE"),
            ("hide_grant_name", "false"),
            ("credit_ledger_credit_type_id", &contract.to_string()),
        ]);
        assert_eq!(
            parsed.unwrap(),
            DashboardOptions {
                show_zero_usage_line_items: true,
                hide_voided_invoices: true,
                invoice_status_filter: StatusFilter::FinalizedAndDraft,
                invoice_type: Some(TypeFilter::Usage),
                contract_id: Some(contract),
                only_unbillable: true,
            }
        );
        assert_eq!(options(&[]).unwrap(), DashboardOptions::default());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases: [(&[(&str, &str)], &str); 7] = [
            (
                &[("hide_voided_invoices", "true"), ("show_all", "true")],
                "dashboard_options[1].key: \"show_all\" is not one of show_zero_usage_line_items, ",
            ),
            (
                &[("hide_voided_invoices", "yes")],
                "dashboard_options[0].value: \"yes\" is not \"true\" or \"false\"",
            ),
            (&[("contract_id", "7")], "dashboard_options[0].value: \"7\" is not an id, like "),
            (
                &[("invoice_type", "PAID")],
                "dashboard_options[0].value: \"PAID\" is not one of USAGE, SCHEDULED",
            ),
            (
                &[("invoice_status_filter", "OPEN")],
                "dashboard_options[0].value: \"OPEN\" is not one of VOID, ",
            ),
            (
                &[("billable_status_filter", "x")],
                "dashboard_options[0].value: \"x\" is not one of BILLABLE, ",
            ),
            (
                &[("hide_grant_name", "true"), ("hide_grant_name", "true")],
                "dashboard_options[1].key: \"hide_grant_name\" is given twice",
            ),
        ];
        for (pairs, expected) in cases {
            let message = options(pairs).unwrap_err();
            assert!(message.starts_with(expected), "{message}");
        }
    }

    #[test]
    fn voided_invoices_are_shown_unless_hidden() {
        use InvoiceStatus::{Draft, Finalized, Void};
        let statuses = |pairs: &[(&str, &str)]| options(pairs).unwrap().statuses();
        assert_eq!(statuses(&[]), [Draft, Finalized, Void]);
        assert_eq!(statuses(&[("hide_voided_invoices", "true")]), [Draft, Finalized]);
        assert_eq!(statuses(&[("invoice_status_filter", "FINALIZED_AND_DRAFT")]), [Draft, Finalized]);
        assert_eq!(statuses(&[("invoice_status_filter", "VOID"), ("hide_voided_invoices", "true")]), []);
        for none in [
            ("contract_id", "13117714-3f05-48e5-a6e9-a66093f13b4d"),
            ("invoice_type", "SCHEDULED"),
            ("billable_status_filter", "UNBILLABLE"),
        ] {
            assert_eq!(statuses(&[none]), [], "plans have no such invoices");
        }
    }

    #[test]
    fn a_token_carries_only_what_differs_from_the_default() {
        assert_eq!(serde_json::to_string(&DashboardOptions::default()).unwrap(), "{}");
        let changed =
            options(&[("invoice_status_filter", "DRAFT"), ("hide_voided_invoices", "true")]).unwrap();
        let text = serde_json::to_string(&changed).unwrap();
        assert_eq!(text, r#"{"v":true,"s":"DRAFT"}"#);
        assert_eq!(serde_json::from_str::<DashboardOptions>(&text).unwrap(), changed);
    }
}
