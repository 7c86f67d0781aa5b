//! Who may call what of dashboards, and open their pages.

use super::{
    OpenTo::{Form, Operators, PageOf, ReadersOfInvoices, ReadersOfUsage, Renewal, Sessions, Writers},
    Row,
};
use app::embed::Dashboard;

pub(super) const ROUTES: &[Row] = &[
    ("GET", "/embed/invoices", PageOf(Dashboard::Invoices)),
    ("POST", "/embed/invoices/download", Form),
    ("GET", "/embed/usage", PageOf(Dashboard::Usage)),
    ("POST", "/embed/session", Sessions),
    ("POST", "/embed/session/open", Renewal),
    ("GET", "/v1/customers/{customer_id}/dashboards/invoices", ReadersOfInvoices),
    ("GET", "/v1/customers/{customer_id}/dashboards/invoices/{invoice_id}", ReadersOfInvoices),
    ("GET", "/v1/customers/{customer_id}/dashboards/usage", ReadersOfUsage),
    ("GET", "/v1/customers/{customer_id}/dashboards/usage/csv", ReadersOfUsage),
    ("POST", "/v1/dashboards/getEmbeddableUrl", Operators),
    ("GET", "/v1/dashboards/origins", Operators),
    ("POST", "/v1/dashboards/origins/add", Writers),
    ("GET", "/v1/dashboards/origins/refused", Operators),
    ("POST", "/v1/dashboards/origins/remove", Writers),
    ("POST", "/v1/dashboards/revoke", Writers),
    ("GET", "/v1/dashboards/sessions", Operators),
];
