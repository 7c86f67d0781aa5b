//! What a request for an embeddable URL asks for without effect: a warning for each, a sentence that names the field.

use super::{
    Dashboard, DashboardOptions, GroupKeyNames,
    dashboard::{DashboardOption, StatusFilter, TypeFilter},
};

/// Options of dashboards that are not part of Inlay yet.
const ABOUT_CREDITS: [&str; 2] = ["hide_grant_name", "credit_ledger_credit_type_id"];

/// The options that the dashboard does not have, and the values with which it shows no invoice at all.
pub(super) fn options(
    dashboard: Dashboard,
    sent: &[DashboardOption],
    read: &DashboardOptions,
) -> Vec<String> {
    let warning = |(index, option): (usize, &DashboardOption)| {
        let DashboardOption { key, value } = option;
        let name = dashboard.as_str();
        if ABOUT_CREDITS.contains(&key.as_str()) {
            return Some(format!(
                "dashboard_options[{index}].key: \"{key}\" is about credits and has no effect on the {name} dashboard"
            ));
        }
        if dashboard == Dashboard::Usage {
            return Some(format!(
                "dashboard_options[{index}].key: \"{key}\" is about invoices and has no effect on the {name} dashboard"
            ));
        }
        let reason = match key.as_str() {
            "contract_id" => "plans have no contracts",
            "invoice_type" if read.invoice_type == Some(TypeFilter::Scheduled) => {
                "all that plans make are of the type USAGE"
            }
            "billable_status_filter" if read.only_unbillable => "every invoice is billable",
            "invoice_status_filter"
                if read.invoice_status_filter == StatusFilter::Void && read.hide_voided_invoices =>
            {
                "hide_voided_invoices hides voided ones"
            }
            _ => return None,
        };
        Some(format!("dashboard_options[{index}].value: \"{value}\" leaves no invoice to show: {reason}"))
    };
    sent.iter().enumerate().filter_map(warning).collect()
}

/// The group keys that are given no name, neither of their own nor of a value.
pub(super) fn names(group_keys: &GroupKeyNames) -> Vec<String> {
    let entries = group_keys.0.iter().enumerate();
    let idle = entries.filter(|(_, one)| one.display_name.is_none() && one.value_display_names.is_empty());
    idle.map(|(index, one)| {
        format!(
            "bm_group_key_overrides[{index}]: \"{}\" has neither a display_name nor value_display_names, so nothing is \
             renamed",
            one.group_key_name
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::embed::EmbedRequest;
    use serde_json::json;
    use uuid::Uuid;

    const CONTRACT: &str = "13117714-3f05-48e5-a6e9-a66093f13b4d";

    fn warned(dashboard: &str, options: &[(&str, &str)]) -> Vec<String> {
        let options: Vec<_> =
            options.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
        let body =
            json!({ "customer_id": Uuid::nil(), "dashboard": dashboard, "dashboard_options": options });
        serde_json::from_value::<EmbedRequest>(body).unwrap().warnings
    }

    #[test]
    fn an_option_that_the_dashboard_does_not_have_is_named() {
        assert_eq!(
            warned("usage", &[("hide_voided_invoices", "true"), ("hide_grant_name", "false")]),
            [
                "dashboard_options[0].key: \"hide_voided_invoices\" is about invoices and has no effect on the usage dashboard",
                "dashboard_options[1].key: \"hide_grant_name\" is about credits and has no effect on the usage dashboard",
            ]
        );
        assert_eq!(
            warned("invoices", &[("credit_ledger_credit_type_id", CONTRACT)]),
            [
                "dashboard_options[0].key: \"credit_ledger_credit_type_id\" is about credits and has no effect on the \
                 invoices dashboard"
            ]
        );
    }

    #[test]
    fn a_value_that_leaves_no_invoice_is_named_with_the_reason() {
        for (options, at, value, reason) in [
            (vec![("contract_id", CONTRACT)], 0, CONTRACT, "plans have no contracts"),
            (
                vec![("show_zero_usage_line_items", "true"), ("invoice_type", "scheduled")],
                1,
                "scheduled",
                "all that plans make are of the type USAGE",
            ),
            (vec![("billable_status_filter", "UNBILLABLE")], 0, "UNBILLABLE", "every invoice is billable"),
            (
                vec![("invoice_status_filter", "VOID"), ("hide_voided_invoices", "true")],
                0,
                "VOID",
                "hide_voided_invoices hides voided ones",
            ),
        ] {
            let warning =
                format!("dashboard_options[{at}].value: \"{value}\" leaves no invoice to show: {reason}");
            assert_eq!(warned("invoices", &options), [warning]);
        }
    }

    #[test]
    fn options_that_show_something_are_no_matter() {
        let options = [
            ("show_zero_usage_line_items", "false"),
            ("invoice_type", "USAGE"),
            ("invoice_status_filter", "VOID"),
            ("hide_voided_invoices", "false"),
            ("billable_status_filter", "ALL"),
        ];
        assert_eq!(warned("invoices", &options), Vec::<String>::new());
    }

    #[test]
    fn a_group_key_that_is_given_no_name_is_named() {
        let body = json!({ "customer_id": Uuid::nil(), "dashboard": "usage", "bm_group_key_overrides": [
            { "group_key_name": "region", "display_name": "Region" },
            { "group_key_name": "model" },
        ] });
        assert_eq!(
            serde_json::from_value::<EmbedRequest>(body).unwrap().warnings,
            [
                "bm_group_key_overrides[1]: \"model\" has neither a display_name nor value_display_names, so nothing is renamed"
            ]
        );
    }
}
