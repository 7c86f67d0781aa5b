//! Which invoices took the place of which.

use super::InvoiceScope;
use crate::{Result, db};
use app::billing::{Invoice, InvoiceStatus, Succession};
use sqlx::PgPool;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What invoices replace and are replaced by, by their ids; without those that do neither.
#[derive(Clone, Debug, Default)]
pub struct Successions(BTreeMap<Uuid, Succession>);

impl Successions {
    /// What one invoice replaces and is replaced by.
    pub fn of(&self, id: Uuid) -> Succession {
        self.0.get(&id).cloned().unwrap_or_default()
    }
}

/// Of these invoices, as far as the scope admits those that are named. Asks the database only where one is void or takes
/// the place of another.
///
/// # Errors
/// When the database refuses.
pub async fn successions<'a>(
    pool: &PgPool,
    scope: &InvoiceScope,
    invoices: impl IntoIterator<Item = &'a Invoice>,
) -> Result<Successions> {
    let is_asked = |invoice: &&Invoice| {
        invoice.status == InvoiceStatus::Void || invoice.regenerated_from_invoice_id.is_some()
    };
    let ids: Vec<Uuid> = invoices.into_iter().filter(is_asked).map(|invoice| invoice.id).collect();
    let mut known = Successions::default();
    if ids.is_empty() {
        return Ok(known);
    }
    let relatives = db::invoice::relatives(pool, scope.access(), &ids).await?;
    for one in relatives.into_iter().filter(|one| scope.admits(one.status)) {
        let own = known.0.entry(one.of).or_default();
        if one.is_replaced { own.replaces = Some(one.name) } else { own.replaced_by = Some(one.name) }
    }
    Ok(known)
}
