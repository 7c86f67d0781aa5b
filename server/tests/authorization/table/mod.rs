//! Who may call what: a file for each group of calls, named as the reference names the group.

mod audit_log;
mod billable_metrics;
mod credit_types;
mod custom_fields;
mod customers;
mod dashboards;
mod invoices;
mod plans;
mod plans_of_customers;
mod server;
mod usage;

use app::embed::Dashboard;

/// Who is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpenTo {
    /// Everybody.
    All,
    /// API tokens that may write.
    Writers,
    /// API tokens.
    Operators,
    /// API tokens, and the session tokens of an invoices dashboard of the customer in the path.
    ReadersOfInvoices,
    /// API tokens, and the session tokens of a usage dashboard of the customer in the path.
    ReadersOfUsage,
    /// Session tokens only.
    Sessions,
    /// The token of a URL or of a link in the query, or a session token in the header, each of this dashboard.
    PageOf(Dashboard),
    /// A session token in the body.
    Form,
    /// The token of a URL in the header, with a session token of the same dashboard and customer in the body.
    Renewal,
}

/// A route by its method and path, and who may call it.
pub(crate) type Row = (&'static str, &'static str, OpenTo);

/// The routes of each group.
const GROUPS: &[&[Row]] = &[
    audit_log::ROUTES,
    billable_metrics::ROUTES,
    credit_types::ROUTES,
    custom_fields::ROUTES,
    customers::ROUTES,
    dashboards::ROUTES,
    invoices::ROUTES,
    plans::ROUTES,
    plans_of_customers::ROUTES,
    server::ROUTES,
    usage::ROUTES,
];

/// Every route.
pub(crate) fn table() -> impl Iterator<Item = &'static Row> {
    GROUPS.iter().copied().flatten()
}
