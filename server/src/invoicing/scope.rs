//! What may be seen of a customer's invoices.

use crate::{auth::CustomerAccess, db::invoice::InvoiceSearch, rating};
use app::{
    billing::{Invoice, InvoiceStatus},
    embed::DashboardOptions,
};

/// What may be seen of one customer's invoices. Whatever reads invoices for somebody takes one, so that a list, a single
/// document, a breakdown and a file leave out the same.
#[derive(Clone, Debug)]
pub struct InvoiceScope {
    access: CustomerAccess,
    /// Only invoices of these.
    statuses: Vec<InvoiceStatus>,
    /// An archived customer reads as unknown.
    pub(super) active_only: bool,
    /// Lines of quantity zero are left out.
    hides_zero_lines: bool,
    /// Money is left out of all that is shown.
    hides_amounts: bool,
}

impl InvoiceScope {
    /// All of them: what an operator sees.
    pub fn all(access: CustomerAccess) -> Self {
        let statuses = vec![InvoiceStatus::Draft, InvoiceStatus::Finalized, InvoiceStatus::Void];
        Self { access, statuses, active_only: false, hides_zero_lines: false, hides_amounts: false }
    }

    /// Those that a dashboard with these options shows; to a viewer from whom money is hidden, without any.
    pub fn shown(access: CustomerAccess, options: &DashboardOptions, hides_amounts: bool) -> Self {
        Self {
            access,
            statuses: options.statuses(),
            active_only: true,
            hides_zero_lines: !options.show_zero_usage_line_items,
            hides_amounts,
        }
    }

    /// Access to the customer whose invoices these are.
    pub fn access(&self) -> CustomerAccess {
        self.access
    }

    /// Whether money is left out: whoever shows an invoice of this scope shows quantities and shares alone.
    pub fn hides_amounts(&self) -> bool {
        self.hides_amounts
    }

    /// Whether an invoice of this status may be seen.
    pub fn admits(&self, status: InvoiceStatus) -> bool {
        self.statuses.contains(&status)
    }

    /// What may be looked for: who may not see amounts does not find invoices by them either.
    pub(super) fn sought(&self, asked: InvoiceSearch) -> InvoiceSearch {
        match self.hides_amounts {
            true => InvoiceSearch { amount: None, places: None, ..asked },
            false => asked,
        }
    }

    /// Those of the statuses asked for that may be seen; who asks for none asks for all.
    pub(super) fn statuses(&self, asked: &[InvoiceStatus]) -> Vec<InvoiceStatus> {
        let is_asked = |status: &InvoiceStatus| asked.is_empty() || asked.contains(status);
        self.statuses.iter().copied().filter(is_asked).collect()
    }

    /// Whether lines of quantity zero are left out for somebody who asks that they be, or not.
    pub fn skips_zero_lines(&self, asked: bool) -> bool {
        asked || self.hides_zero_lines
    }

    /// As much of an invoice as may be seen, and is asked for.
    pub(super) fn part_of(&self, invoice: Invoice, skip_zero_lines: bool) -> Invoice {
        // The invoice that this one takes the place of was voided.
        let regenerated_from_invoice_id =
            invoice.regenerated_from_invoice_id.filter(|_| self.admits(InvoiceStatus::Void));
        let invoice = Invoice { regenerated_from_invoice_id, ..invoice };
        match self.skips_zero_lines(skip_zero_lines) {
            true => rating::without_zero_lines(invoice),
            false => invoice,
        }
    }
}
