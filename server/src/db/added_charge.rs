//! Charges that are made once, on one invoice that is still a draft.

use crate::{Error, Result, auth::CustomerAccess, limits};
use app::billing::Decimal;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// A charge to be added to an invoice.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAddedCharge {
    /// The customer whose invoice gets the charge.
    pub access: CustomerAccess,
    /// On which plan.
    pub customer_plan_id: Uuid,
    /// The start of the billing period of the invoice.
    pub invoice_start_timestamp: DateTime<Utc>,
    /// A fixed charge of a product that the plan does not have.
    pub charge_id: Uuid,
    /// What it is for, on the invoice.
    pub description: String,
    /// The price of a unit, in the credit type of the invoice.
    pub price: Decimal,
    /// How many units.
    pub quantity: Decimal,
}

/// Adds a charge to an invoice that is a draft.
///
/// # Errors
/// 404 when the customer is unknown or has no such plan; 400 that names the field.
pub async fn add(pool: &PgPool, new: NewAddedCharge, now: DateTime<Utc>) -> Result<()> {
    check_figures(&new)?;
    let mut tx = super::begin(pool).await?;
    let period_start = new.invoice_start_timestamp;
    let held = super::customer::hold(&mut tx, new.access).await?;
    let plan = super::customer_plan::lock(&mut tx, held.access, new.customer_plan_id).await?;
    let is_draft = plan
        .schedule
        .periods_from(plan.billed_until)
        .take_while(|period| period.start <= period_start.min(now))
        .any(|period| period.start == period_start);
    if !is_draft {
        return Err(Error::field(
            "invoice_start_timestamp",
            "is not the start_timestamp of a draft invoice of this plan: see GET /v1/customers/{customer_id}/invoices",
        ));
    }
    check_charge(&mut tx, &new, plan.plan_id).await?;
    sqlx::query!(
        "insert into added_charge (id, customer_plan_id, charge_id, invoice_start_timestamp, description, price,
            quantity, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)",
        super::new_id(now),
        new.customer_plan_id,
        new.charge_id,
        period_start,
        new.description.trim(),
        new.price.into_inner(),
        new.quantity.into_inner(),
        now,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

fn check_figures(new: &NewAddedCharge) -> Result<()> {
    if new.description.trim().is_empty() {
        return Err(Error::field("description", "is empty: it is what the invoice says"));
    }
    limits::check_text(new.description.trim(), limits::DESCRIPTION)
        .map_err(|problem| Error::field("description", problem))?;
    limits::check_price(&new.price).map_err(|problem| Error::field("price", problem))?;
    limits::check_quantity(&new.quantity).map_err(|problem| Error::field("quantity", problem))
}

/// Refuses a charge that is not for single invoices of this plan.
async fn check_charge(connection: &mut PgConnection, new: &NewAddedCharge, plan_id: Uuid) -> Result<()> {
    let row = sqlx::query!(
        r#"select
            not exists (
                select from charge one where one.product_id = ch.product_id and one.charge_type <> 'fixed'
            ) as "is_fixed!",
            exists (
                select from charge one where one.product_id = ch.product_id and one.plan_id = $2
            ) as "is_of_plan!",
            exists (
                select from charge one where one.plan_id = $2 and one.credit_type_id = ch.credit_type_id
            ) as "is_in_credit_type!"
        from charge ch
        where ch.id = $1"#,
        new.charge_id,
        plan_id,
    )
    .fetch_optional(connection)
    .await?;
    let problem = match row.map(|row| (row.is_fixed, row.is_of_plan, row.is_in_credit_type)) {
        None => "is not a charge: see GET /v1/planDetails/{plan_id}/charges",
        Some((false, _, _)) => "is of a product that has usage charges: only fixed ones can be added",
        Some((_, true, _)) => "is of a product that the customer's plan has: add one of another product",
        Some((_, _, false)) => "is in another credit type than the invoice",
        Some((true, false, true)) => return Ok(()),
    };
    Err(Error::field("charge_id", problem))
}
