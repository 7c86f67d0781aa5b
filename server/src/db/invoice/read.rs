//! Reads stored invoices with their documents.

use super::{invoice_number, read_status};
use crate::{Result, auth::CustomerAccess};
use app::billing::{CreditType, Decimal, Invoice, InvoiceStatus, InvoiceType};
use chrono::{DateTime, Utc};
use sqlx::{PgPool, types::Json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Which stored invoices to read.
#[derive(Clone, Debug, Default)]
pub struct InvoiceQuery {
    /// Only these; empty for all.
    pub statuses: Vec<InvoiceStatus>,
    /// Only those with one of these.
    pub sought: Option<InvoiceSearch>,
    /// Only this credit type.
    pub credit_type_id: Option<Uuid>,
    /// Only billing periods that start at or after this.
    pub starting_on: Option<DateTime<Utc>>,
    /// Only billing periods that end at or before this.
    pub ending_before: Option<DateTime<Utc>>,
    /// Newest first.
    pub descending: bool,
    /// Only what comes after the invoice with this period start and id.
    pub after: Option<(DateTime<Utc>, Uuid)>,
    /// At most so many.
    pub limit: i64,
}

/// By what a stored invoice is found; any of it is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvoiceSearch {
    /// Letters and digits of its number, in lower case, one after the other.
    pub part: Option<String>,
    /// The number of the invoice: 42 of `INV-0042`.
    pub number: Option<i64>,
    /// Its total in whole units, without sign, cut off behind so many `places`.
    pub amount: Option<String>,
    /// Digits after the point of `amount`.
    pub places: Option<i32>,
}

/// A stored row. The document is read here and not by sqlx, for which one that cannot be read is the end of all rows.
struct Row {
    id: Uuid,
    document: String,
    status: String,
    number: i64,
    custom_fields: Json<BTreeMap<String, String>>,
}

/// Stored invoices of a customer in the order of their billing periods.
pub async fn list(pool: &PgPool, access: CustomerAccess, wanted: &InvoiceQuery) -> Result<Vec<Invoice>> {
    let (start, id) = wanted.after.unzip();
    let sought = wanted.sought.clone().unwrap_or_default();
    let statuses: Vec<_> = wanted.statuses.iter().map(|status| status.as_str()).collect();
    let rows = if wanted.descending {
        sqlx::query_as!(
            Row,
            r#"select id, document::text as "document!", status, number,
                custom_fields as "custom_fields: Json<BTreeMap<String, String>>"
            from invoice
            where customer_id = $1
                and (cardinality($2::text[]) = 0 or status = any($2))
                and ($3::uuid is null or credit_type_id = $3)
                and ($4::timestamptz is null or start_timestamp >= $4)
                and ($5::timestamptz is null or end_timestamp <= $5)
                and (not $9 or invoice_is_sought(invoice, $10, $11, $12::text::numeric, $13))
                and ($6::timestamptz is null or (start_timestamp, id) < ($6, $7))
            order by start_timestamp desc, id desc
            limit $8"#,
            access.customer_id(),
            &statuses[..] as _,
            wanted.credit_type_id,
            wanted.starting_on,
            wanted.ending_before,
            start,
            id,
            wanted.limit,
            wanted.sought.is_some(),
            sought.part,
            sought.number,
            sought.amount,
            sought.places,
        )
        .fetch_all(pool)
        .await?
    } else {
        sqlx::query_as!(
            Row,
            r#"select id, document::text as "document!", status, number,
                custom_fields as "custom_fields: Json<BTreeMap<String, String>>"
            from invoice
            where customer_id = $1
                and (cardinality($2::text[]) = 0 or status = any($2))
                and ($3::uuid is null or credit_type_id = $3)
                and ($4::timestamptz is null or start_timestamp >= $4)
                and ($5::timestamptz is null or end_timestamp <= $5)
                and (not $9 or invoice_is_sought(invoice, $10, $11, $12::text::numeric, $13))
                and ($6::timestamptz is null or (start_timestamp, id) > ($6, $7))
            order by start_timestamp asc, id asc
            limit $8"#,
            access.customer_id(),
            &statuses[..] as _,
            wanted.credit_type_id,
            wanted.starting_on,
            wanted.ending_before,
            start,
            id,
            wanted.limit,
            wanted.sought.is_some(),
            sought.part,
            sought.number,
            sought.amount,
            sought.places,
        )
        .fetch_all(pool)
        .await?
    };
    read(pool, access, rows).await
}

/// One stored invoice of a customer.
pub async fn find(pool: &PgPool, access: CustomerAccess, id: Uuid) -> Result<Option<Invoice>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, document::text as "document!", status, number,
                custom_fields as "custom_fields: Json<BTreeMap<String, String>>"
        from invoice
        where id = $1 and customer_id = $2"#,
        id,
        access.customer_id(),
    )
    .fetch_all(pool)
    .await?;
    Ok(read(pool, access, rows).await?.pop())
}

/// One stored invoice of a customer, and the finalized one before it in the same credit type. `bound` says where that
/// one ends and what it is counted in when the invoice itself is not stored.
pub async fn find_with_previous(
    pool: &PgPool,
    access: CustomerAccess,
    id: Uuid,
    bound: Option<(DateTime<Utc>, Uuid)>,
) -> Result<(Option<Invoice>, Option<Invoice>)> {
    let (start, credit_type_id) = bound.unzip();
    let rows = sqlx::query_as!(
        Row,
        r#"with wanted as (
            select id, start_timestamp, credit_type_id, document, status, number, custom_fields
            from invoice
            where id = $1 and customer_id = $2
        ), bound as (
            select start_timestamp, credit_type_id from wanted
            union all
            select $3::timestamptz, $4::uuid
            where $3::timestamptz is not null
            limit 1
        ), previous as (
            select invoice.id, invoice.document, invoice.status, invoice.number, invoice.custom_fields
            from invoice, bound
            where invoice.customer_id = $2
                and invoice.status = 'FINALIZED'
                and invoice.credit_type_id = bound.credit_type_id
                and invoice.start_timestamp < bound.start_timestamp
            order by invoice.start_timestamp desc, invoice.id desc
            limit 1
        )
        select id as "id!", document::text as "document!", status as "status!", number as "number!",
            custom_fields as "custom_fields!: Json<BTreeMap<String, String>>"
        from wanted
        union all
        select id, document::text, status, number, custom_fields from previous"#,
        id,
        access.customer_id(),
        start,
        credit_type_id,
    )
    .fetch_all(pool)
    .await?;
    let (found, previous): (Vec<_>, Vec<_>) =
        read(pool, access, rows).await?.into_iter().partition(|one| one.id == id);
    // A previous invoice that cannot be read is left out.
    Ok((found.into_iter().next(), previous.into_iter().next().filter(|previous| !previous.is_damaged)))
}

/// Reads documents; in the place of one that cannot be read stands what the other columns say of the invoice.
async fn read(pool: &PgPool, access: CustomerAccess, rows: Vec<Row>) -> Result<Vec<Invoice>> {
    let mut invoices = Vec::with_capacity(rows.len());
    for Row { id, document, status, number, custom_fields } in rows {
        let status = read_status(&status)?;
        let read = match serde_json::from_str::<Invoice>(&document) {
            Ok(invoice) => invoice,
            Err(error) => {
                tracing::error!(invoice_id = %id, %error, "a stored invoice cannot be read: void it and regenerate it");
                outline(pool, access, id, status).await?
            }
        };
        let invoice_number = Some(invoice_number(number));
        invoices.push(Invoice { status, invoice_number, custom_fields: custom_fields.0, ..read });
    }
    Ok(invoices)
}

/// What identifies a stored invoice, without its document.
async fn outline(pool: &PgPool, access: CustomerAccess, id: Uuid, status: InvoiceStatus) -> Result<Invoice> {
    let row = sqlx::query!(
        "select i.customer_id, ct.id as credit_type_id, ct.name as credit_type_name, i.start_timestamp,
            i.end_timestamp, i.issued_at, i.regenerated_from_invoice_id, p.id as plan_id, p.name as plan_name
        from invoice i
        join credit_type ct on ct.id = i.credit_type_id
        join customer_plan cp on cp.id = i.customer_plan_id and cp.customer_id = i.customer_id
        join plan p on p.id = cp.plan_id
        where i.id = $1 and i.customer_id = $2",
        id,
        access.customer_id(),
    )
    .fetch_one(pool)
    .await?;
    Ok(Invoice {
        id,
        invoice_number: None,
        customer_id: row.customer_id,
        credit_type: CreditType { id: row.credit_type_id, name: row.credit_type_name },
        status,
        invoice_type: InvoiceType::PlanArrears,
        start_timestamp: Some(row.start_timestamp),
        end_timestamp: Some(row.end_timestamp),
        issued_at: row.issued_at,
        line_items: Vec::new(),
        invoice_adjustments: Some(Vec::new()),
        subtotal: Some(Decimal::zero()),
        total: Decimal::zero(),
        plan_id: Some(row.plan_id),
        plan_name: Some(row.plan_name),
        plan_custom_fields: Some(BTreeMap::new()),
        contract_id: None,
        contract_custom_fields: None,
        customer_custom_fields: BTreeMap::new(),
        custom_fields: BTreeMap::new(),
        external_invoice: None,
        billable_status: "billable".to_owned(),
        net_payment_terms_days: None,
        regenerated_from_invoice_id: row.regenerated_from_invoice_id,
        is_damaged: true,
    })
}
