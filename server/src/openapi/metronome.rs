//! The calls of Metronome's SDKs, to tell a call that Inlay leaves out from a path that nobody knows.

/// Method, path and name in the Python SDK (`metronome-sdk` 4.12.0) of all 126 calls.
pub const SURFACE: [(&str, &str, &str); 126] = [
    ("POST", "/v1/alerts/archive", "v1.alerts.archive"),
    ("POST", "/v1/alerts/create", "v1.alerts.create"),
    (
        "POST",
        "/v1/archiveCustomerBillingProviderConfigurations",
        "v1.customers.archive_billing_configurations",
    ),
    ("GET", "/v1/auditLogs", "v1.audit_logs.list"),
    ("GET", "/v1/billable-metrics", "v1.billable_metrics.list"),
    ("POST", "/v1/billable-metrics/archive", "v1.billable_metrics.archive"),
    ("POST", "/v1/billable-metrics/create", "v1.billable_metrics.create"),
    ("GET", "/v1/billable-metrics/{billable_metric_id}", "v1.billable_metrics.retrieve"),
    ("PUT", "/v1/billable-metrics/{billable_metric_id}", "v1.billable_metrics.update"),
    ("POST", "/v1/contract-pricing/products/archive", "v1.contracts.products.archive"),
    ("POST", "/v1/contract-pricing/products/create", "v1.contracts.products.create"),
    ("POST", "/v1/contract-pricing/products/get", "v1.contracts.products.retrieve"),
    ("POST", "/v1/contract-pricing/products/list", "v1.contracts.products.list"),
    ("POST", "/v1/contract-pricing/products/update", "v1.contracts.products.update"),
    ("POST", "/v1/contract-pricing/rate-cards/addRate", "v1.contracts.rate_cards.rates.add"),
    ("POST", "/v1/contract-pricing/rate-cards/addRates", "v1.contracts.rate_cards.rates.add_many"),
    ("POST", "/v1/contract-pricing/rate-cards/archive", "v1.contracts.rate_cards.archive"),
    ("POST", "/v1/contract-pricing/rate-cards/create", "v1.contracts.rate_cards.create"),
    ("POST", "/v1/contract-pricing/rate-cards/get", "v1.contracts.rate_cards.retrieve"),
    ("POST", "/v1/contract-pricing/rate-cards/getNamedSchedule", "v1.contracts.named_schedules.retrieve"),
    (
        "POST",
        "/v1/contract-pricing/rate-cards/getRateSchedule",
        "v1.contracts.rate_cards.retrieve_rate_schedule",
    ),
    ("POST", "/v1/contract-pricing/rate-cards/getRates", "v1.contracts.rate_cards.rates.list"),
    ("POST", "/v1/contract-pricing/rate-cards/list", "v1.contracts.rate_cards.list"),
    (
        "POST",
        "/v1/contract-pricing/rate-cards/moveRateCardProducts",
        "v1.contracts.rate_cards.product_orders.update",
    ),
    (
        "POST",
        "/v1/contract-pricing/rate-cards/setRateCardProductsOrder",
        "v1.contracts.rate_cards.product_orders.set",
    ),
    ("POST", "/v1/contract-pricing/rate-cards/update", "v1.contracts.rate_cards.update"),
    ("POST", "/v1/contract-pricing/rate-cards/updateNamedSchedule", "v1.contracts.named_schedules.update"),
    ("POST", "/v1/contracts/addManualBalanceLedgerEntry", "v1.contracts.add_manual_balance_entry"),
    ("POST", "/v1/contracts/amend", "v1.contracts.amend"),
    ("POST", "/v1/contracts/archive", "v1.contracts.archive"),
    ("POST", "/v1/contracts/create", "v1.contracts.create"),
    ("POST", "/v1/contracts/createHistoricalInvoices", "v1.contracts.create_historical_invoices"),
    ("POST", "/v1/contracts/customerBalances/getNetBalance", "v1.contracts.get_net_balance"),
    ("POST", "/v1/contracts/customerBalances/list", "v1.contracts.list_balances"),
    ("POST", "/v1/contracts/customerCommits/create", "v1.customers.commits.create"),
    ("POST", "/v1/contracts/customerCommits/list", "v1.customers.commits.list"),
    ("POST", "/v1/contracts/customerCommits/updateEndDate", "v1.customers.commits.update_end_date"),
    ("POST", "/v1/contracts/customerCredits/create", "v1.customers.credits.create"),
    ("POST", "/v1/contracts/customerCredits/list", "v1.customers.credits.list"),
    ("POST", "/v1/contracts/customerCredits/updateEndDate", "v1.customers.credits.update_end_date"),
    ("POST", "/v1/contracts/get", "v1.contracts.retrieve"),
    ("POST", "/v1/contracts/getContractRateSchedule", "v1.contracts.retrieve_rate_schedule"),
    ("POST", "/v1/contracts/getNamedSchedule", "v1.contracts.rate_cards.named_schedules.retrieve"),
    (
        "POST",
        "/v1/contracts/getSubscriptionQuantityHistory",
        "v1.contracts.retrieve_subscription_quantity_history",
    ),
    ("POST", "/v1/contracts/getSubscriptionSeatsHistory", "v1.contracts.get_subscription_seats_history"),
    ("POST", "/v1/contracts/list", "v1.contracts.list"),
    ("POST", "/v1/contracts/listNamedSchedules", "v1.contracts.rate_cards.named_schedules.list"),
    ("POST", "/v1/contracts/scheduleProServicesInvoice", "v1.contracts.schedule_pro_services_invoice"),
    ("POST", "/v1/contracts/seatBalances/list", "v1.contracts.list_seat_balances"),
    ("POST", "/v1/contracts/setUsageFilter", "v1.contracts.set_usage_filter"),
    ("POST", "/v1/contracts/updateEndDate", "v1.contracts.update_end_date"),
    ("POST", "/v1/contracts/updateNamedSchedule", "v1.contracts.rate_cards.named_schedules.update"),
    ("POST", "/v1/credit-types/archive", "v1.pricing_units.archive"),
    ("POST", "/v1/credit-types/create", "v1.pricing_units.create"),
    ("GET", "/v1/credit-types/list", "v1.pricing_units.list"),
    ("POST", "/v1/credits/createGrant", "v1.credit_grants.create"),
    ("POST", "/v1/credits/editGrant", "v1.credit_grants.edit"),
    ("POST", "/v1/credits/listEntries", "v1.credit_grants.list_entries"),
    ("POST", "/v1/credits/listGrants", "v1.credit_grants.list"),
    ("POST", "/v1/credits/voidGrant", "v1.credit_grants.void"),
    ("POST", "/v1/customFields/addKey", "v1.custom_fields.add_key"),
    ("POST", "/v1/customFields/deleteValues", "v1.custom_fields.delete_values"),
    ("POST", "/v1/customFields/listKeys", "v1.custom_fields.list_keys"),
    ("POST", "/v1/customFields/removeKey", "v1.custom_fields.remove_key"),
    ("POST", "/v1/customFields/setValues", "v1.custom_fields.set_values"),
    ("POST", "/v1/customer-alerts/get", "v1.customers.alerts.retrieve"),
    ("POST", "/v1/customer-alerts/list", "v1.customers.alerts.list"),
    ("POST", "/v1/customer-alerts/reset", "v1.customers.alerts.reset"),
    ("GET", "/v1/customers", "v1.customers.list"),
    ("POST", "/v1/customers", "v1.customers.create"),
    ("POST", "/v1/customers/archive", "v1.customers.archive"),
    ("POST", "/v1/customers/getNamedSchedule", "v1.customers.named_schedules.retrieve"),
    ("POST", "/v1/customers/updateNamedSchedule", "v1.customers.named_schedules.update"),
    ("GET", "/v1/customers/{customer_id}", "v1.customers.retrieve"),
    ("POST", "/v1/customers/{customer_id}/addCharge", "v1.customers.invoices.add_charge"),
    ("GET", "/v1/customers/{customer_id}/billable-metrics", "v1.customers.list_billable_metrics"),
    (
        "DELETE",
        "/v1/customers/{customer_id}/billing-config/{billing_provider_type}",
        "v1.customers.billing_config.delete",
    ),
    (
        "GET",
        "/v1/customers/{customer_id}/billing-config/{billing_provider_type}",
        "v1.customers.billing_config.retrieve",
    ),
    (
        "POST",
        "/v1/customers/{customer_id}/billing-config/{billing_provider_type}",
        "v1.customers.billing_config.create",
    ),
    ("GET", "/v1/customers/{customer_id}/costs", "v1.customers.list_costs"),
    ("GET", "/v1/customers/{customer_id}/invoices", "v1.customers.invoices.list"),
    ("GET", "/v1/customers/{customer_id}/invoices/breakdowns", "v1.customers.invoices.list_breakdowns"),
    ("GET", "/v1/customers/{customer_id}/invoices/{invoice_id}", "v1.customers.invoices.retrieve"),
    ("GET", "/v1/customers/{customer_id}/invoices/{invoice_id}/pdf", "v1.customers.invoices.retrieve_pdf"),
    ("GET", "/v1/customers/{customer_id}/plans", "v1.customers.plans.list"),
    ("POST", "/v1/customers/{customer_id}/plans/add", "v1.customers.plans.add"),
    ("POST", "/v1/customers/{customer_id}/plans/{customer_plan_id}/end", "v1.customers.plans.end"),
    (
        "GET",
        "/v1/customers/{customer_id}/plans/{customer_plan_id}/priceAdjustments",
        "v1.customers.plans.list_price_adjustments",
    ),
    ("POST", "/v1/customers/{customer_id}/previewEvents", "v1.customers.preview_events"),
    ("POST", "/v1/customers/{customer_id}/setIngestAliases", "v1.customers.set_ingest_aliases"),
    ("POST", "/v1/customers/{customer_id}/setName", "v1.customers.set_name"),
    ("POST", "/v1/customers/{customer_id}/updateConfig", "v1.customers.update_config"),
    ("POST", "/v1/dashboards/getEmbeddableUrl", "v1.dashboards.get_embeddable_url"),
    ("POST", "/v1/events/search", "v1.usage.search"),
    ("POST", "/v1/getCustomerBillingProviderConfigurations", "v1.customers.retrieve_billing_configurations"),
    ("POST", "/v1/ingest", "v1.usage.ingest"),
    ("POST", "/v1/invoices/regenerate", "v1.invoices.regenerate"),
    ("POST", "/v1/invoices/void", "v1.invoices.void"),
    ("POST", "/v1/listConfiguredBillingProviders", "v1.settings.billing_providers.list"),
    ("POST", "/v1/packages/archive", "v1.packages.archive"),
    ("POST", "/v1/packages/create", "v1.packages.create"),
    ("POST", "/v1/packages/get", "v1.packages.retrieve"),
    ("POST", "/v1/packages/list", "v1.packages.list"),
    ("POST", "/v1/packages/listContractsOnPackage", "v1.packages.list_contracts_on_package"),
    ("GET", "/v1/planDetails/{plan_id}", "v1.plans.get_details"),
    ("GET", "/v1/planDetails/{plan_id}/charges", "v1.plans.list_charges"),
    ("GET", "/v1/planDetails/{plan_id}/customers", "v1.plans.list_customers"),
    ("GET", "/v1/plans", "v1.plans.list"),
    ("GET", "/v1/services", "v1.services.list"),
    ("POST", "/v1/setCustomerBillingProviderConfigurations", "v1.customers.set_billing_configurations"),
    ("POST", "/v1/setUpBillingProvider", "v1.settings.billing_providers.create"),
    ("POST", "/v1/upsertAvalaraCredentials", "v1.settings.upsert_avalara_credentials"),
    ("POST", "/v1/usage", "v1.usage.list"),
    ("POST", "/v1/usage/groups", "v1.usage.list_with_groups"),
    ("POST", "/v2/contracts/commits/edit", "v2.contracts.edit_commit"),
    ("POST", "/v2/contracts/credits/edit", "v2.contracts.edit_credit"),
    ("POST", "/v2/contracts/edit", "v2.contracts.edit"),
    ("POST", "/v2/contracts/get", "v2.contracts.retrieve"),
    ("POST", "/v2/contracts/getEditHistory", "v2.contracts.get_edit_history"),
    ("POST", "/v2/contracts/list", "v2.contracts.list"),
    ("POST", "/v2/notifications/archive", "v2.notifications.offset.archive"),
    ("POST", "/v2/notifications/create", "v2.notifications.offset.create"),
    ("POST", "/v2/notifications/edit", "v2.notifications.offset.edit"),
    ("POST", "/v2/notifications/get", "v2.notifications.offset.retrieve"),
    ("POST", "/v2/notifications/offset/list", "v2.notifications.offset.list"),
    ("POST", "/v2/notifications/system/list", "v2.notifications.system.list"),
];

/// The SDK's name of a call, by its method and the path with or without its parameters filled in.
pub fn sdk_name(method: &str, path: &str) -> Option<&'static str> {
    sdk_call(method, path).map(|(_, _, name)| name)
}

/// The call of the SDK that a request is.
pub fn sdk_call(method: &str, path: &str) -> Option<(&'static str, &'static str, &'static str)> {
    let of_method = || SURFACE.iter().filter(|(one, _, _)| *one == method);
    let exact = of_method().find(|(_, template, _)| *template == path);
    exact.or_else(|| of_method().find(|(_, template, _)| fits(template, path))).copied()
}

fn fits(template: &str, path: &str) -> bool {
    let mut given = path.split('/');
    let all = template.split('/').all(|part| {
        given.next().is_some_and(|one| part == one || (part.starts_with('{') && !one.is_empty()))
    });
    all && given.next().is_none()
}

/// How many letters a path may differ from a known one to be taken for it.
const CLOSE: usize = 3;

/// The known path that looks most like one, when it is close.
pub fn closest<'a>(path: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |one: &str| {
        let (mut one, mut other) = (one.split('/'), path.split('/'));
        let mut left = CLOSE;
        loop {
            let far = match (one.next(), other.next()) {
                (None, None) => return Some(CLOSE - left),
                (Some(part), Some(given)) if part.starts_with('{') => usize::from(given.is_empty()),
                (Some(part), Some(given)) => crate::rejection::distance(part, given, left)?,
                (Some(one), None) | (None, Some(one)) => one.len().max(1),
            };
            left = left.checked_sub(far)?;
        }
    };
    known.filter_map(|one| Some((distance(one)?, one))).min().map(|(_, one)| one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_known_by_its_path_with_and_without_ids() {
        let id = "/v1/customers/13117714-3f05-48e5-a6e9-a66093f13b4d";
        assert_eq!(sdk_name("GET", id), Some("v1.customers.retrieve"));
        assert_eq!(sdk_name("GET", "/v1/customers/{customer_id}"), Some("v1.customers.retrieve"));
        assert_eq!(sdk_name("POST", "/v1/customers/archive"), Some("v1.customers.archive"));
        assert_eq!(
            sdk_name("DELETE", &format!("{id}/billing-config/stripe")),
            Some("v1.customers.billing_config.delete")
        );
        assert_eq!(sdk_name("POST", id), None);
        assert_eq!(sdk_name("GET", "/v1/customers/"), None);
    }

    #[test]
    fn the_closest_path_is_found() {
        let paths = || ["/v1/customers", "/v1/customers/{customer_id}/invoices", "/v1/usage"].into_iter();
        assert_eq!(closest("/v1/customer", paths()), Some("/v1/customers"));
        assert_eq!(closest("/v1/customers/7/invoice", paths()), Some("/v1/customers/{customer_id}/invoices"));
        assert_eq!(closest("/v1/customers/", paths()), Some("/v1/customers"));
        assert_eq!(closest("/v2/things", paths()), None);
        assert_eq!(closest(&"/".repeat(60_000), paths()), None);
        assert_eq!(closest(&format!("/v1/{}", "customers".repeat(6_000)), paths()), None);
    }
}
