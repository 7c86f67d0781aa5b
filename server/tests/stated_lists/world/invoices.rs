//! Invoices: one for each week of the main customer's plan, of which all but the last are finalized.

use super::{Asked, Company};
use crate::common::billing;
use server::invoicing;

pub(super) const ASKED: &[Asked] = &[Asked {
    id: "customers.invoices.listBreakdowns",
    query: "starting_on={start}&ending_before={tomorrow}",
    body: "",
}];

pub(super) async fn seed(company: &Company<'_>) {
    invoicing::finalize_due(company.pool, company.now, billing::GRACE).await.unwrap();
}
