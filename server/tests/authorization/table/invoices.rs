//! Who may call what of invoices.

use super::{
    OpenTo::{ReadersOfInvoices, Writers},
    Row,
};

pub(super) const ROUTES: &[Row] = &[
    ("POST", "/v1/customers/{customer_id}/addCharge", Writers),
    ("GET", "/v1/customers/{customer_id}/invoices", ReadersOfInvoices),
    ("GET", "/v1/customers/{customer_id}/invoices/breakdowns", ReadersOfInvoices),
    ("GET", "/v1/customers/{customer_id}/invoices/{invoice_id}", ReadersOfInvoices),
    ("GET", "/v1/customers/{customer_id}/invoices/{invoice_id}/csv", ReadersOfInvoices),
    ("GET", "/v1/customers/{customer_id}/invoices/{invoice_id}/pdf", ReadersOfInvoices),
    ("POST", "/v1/invoices/regenerate", Writers),
    ("POST", "/v1/invoices/void", Writers),
];
