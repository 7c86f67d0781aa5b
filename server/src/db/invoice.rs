//! Finalized and voided invoices: frozen documents.

use super::{Access as _, BillingAccess};
use crate::{Error, Result, auth::CustomerAccess, rating::Period};
use app::billing::{CreditType, Decimal, Invoice, InvoiceName, InvoiceStatus, InvoiceType};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, types::Json};
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

/// The columns of a stored invoice, without its document.
#[derive(Clone, Debug)]
pub struct Header {
    /// The id of the invoice.
    pub id: Uuid,
    /// Its number as printed, `INV-0042`.
    pub invoice_number: String,
    /// The stretch of time on a plan that it bills.
    pub customer_plan_id: Uuid,
    /// Start of its billing period, inclusive.
    pub start_timestamp: DateTime<Utc>,
    /// End of its billing period, exclusive.
    pub end_timestamp: DateTime<Utc>,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// The voided invoice it replaces.
    pub regenerated_from_invoice_id: Option<Uuid>,
}

/// The headers of a customer's finalized invoices whose periods lie at least in part from `start` to before `end`.
pub async fn finalized_during(
    pool: &PgPool,
    access: CustomerAccess,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<Vec<Header>> {
    let rows = sqlx::query!(
        "select id, number, customer_plan_id, start_timestamp, end_timestamp, issued_at,
            regenerated_from_invoice_id
        from invoice
        where customer_id = $1
            and status = 'FINALIZED'
            and start_timestamp < $3
            and end_timestamp > $2
        order by start_timestamp, id",
        access.customer_id(),
        start,
        end,
    )
    .fetch_all(pool)
    .await?;
    let headers = rows.into_iter().map(|row| Header {
        id: row.id,
        invoice_number: invoice_number(row.number),
        customer_plan_id: row.customer_plan_id,
        start_timestamp: row.start_timestamp,
        end_timestamp: row.end_timestamp,
        issued_at: row.issued_at,
        regenerated_from_invoice_id: row.regenerated_from_invoice_id,
    });
    Ok(headers.collect())
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

/// An invoice before or after another one that was voided and regenerated.
#[derive(Clone, Debug)]
pub struct Relative {
    /// The id of the invoice that was asked for.
    pub of: Uuid,
    /// Id and number of this one.
    pub name: InvoiceName,
    /// Whether this one is finalized or void.
    pub status: InvoiceStatus,
    /// Whether it is the one that was replaced, and not the one in its place.
    pub is_replaced: bool,
}

/// What these invoices of a customer replace, and what replaces them.
pub async fn relatives(pool: &PgPool, access: CustomerAccess, ids: &[Uuid]) -> Result<Vec<Relative>> {
    let rows = sqlx::query!(
        r#"select one.id as of, other.id, other.number, other.status,
            coalesce(other.id = one.regenerated_from_invoice_id, false) as "is_replaced!"
        from invoice one
        join invoice other on other.customer_id = one.customer_id
            and (other.id = one.regenerated_from_invoice_id or other.regenerated_from_invoice_id = one.id)
        where one.customer_id = $1 and one.id = any($2)"#,
        access.customer_id(),
        ids,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let name = InvoiceName { id: row.id, invoice_number: invoice_number(row.number) };
            let status = read_status(&row.status)?;
            Ok(Relative { of: row.of, name, status, is_replaced: row.is_replaced })
        })
        .collect()
}

/// Freezes invoices, each with the stretch of time on a plan that it bills; numbered in their order.
///
/// # Errors
/// 500 when one of them would not be read back as it is, or when the database refuses; then the transaction must not go
/// on.
pub async fn insert(
    connection: &mut PgConnection,
    invoices: &[(Uuid, &Invoice)],
    now: DateTime<Utc>,
) -> Result<()> {
    invoices.iter().try_for_each(|(_, invoice)| check_document(invoice))?;
    let column = |value: fn(&Invoice) -> DateTime<Utc>| -> Vec<_> {
        invoices.iter().map(|(_, invoice)| value(invoice)).collect()
    };
    sqlx::query!(
        "insert into invoice (id, customer_id, customer_plan_id, credit_type_id, status, start_timestamp,
            end_timestamp, issued_at, document, finalized_at, regenerated_from_invoice_id)
        select id, customer_id, customer_plan_id, credit_type_id, 'FINALIZED', start_timestamp,
            end_timestamp, issued_at, document, $9, regenerated_from_invoice_id
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[],
            $7::timestamptz[], $8::jsonb[], $10::uuid[])
            with ordinality as made (id, customer_id, customer_plan_id, credit_type_id, start_timestamp,
                end_timestamp, issued_at, document, regenerated_from_invoice_id, place)
        order by place",
        &invoices.iter().map(|(_, invoice)| invoice.id).collect::<Vec<_>>()[..],
        &invoices.iter().map(|(_, invoice)| invoice.customer_id).collect::<Vec<_>>()[..],
        &invoices.iter().map(|(customer_plan_id, _)| *customer_plan_id).collect::<Vec<_>>()[..],
        &invoices.iter().map(|(_, invoice)| invoice.credit_type.id).collect::<Vec<_>>()[..],
        &column(|invoice| invoice.start_timestamp)[..],
        &column(|invoice| invoice.end_timestamp)[..],
        &column(|invoice| invoice.issued_at)[..],
        &invoices.iter().map(|(_, invoice)| Json(*invoice)).collect::<Vec<_>>()[..] as _,
        now,
        &invoices.iter().map(|(_, invoice)| invoice.regenerated_from_invoice_id).collect::<Vec<_>>()[..] as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What decides whether an invoice can be regenerated.
#[derive(Clone, Debug)]
pub struct RegenerationCandidate {
    /// The right to bill the stretch of time on a plan that it bills.
    pub access: BillingAccess,
    /// Only a void one can be regenerated.
    pub status: InvoiceStatus,
    /// The billing period that it bills.
    pub period: Period,
    /// The invoice that has taken its place already.
    pub regenerated_as: Option<Uuid>,
    /// True when its customer is archived.
    pub is_archived: bool,
}

/// A stored invoice, whose customer plan nobody else changes or bills until the transaction ends.
pub async fn for_regeneration(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Option<RegenerationCandidate>> {
    // First the lock, in a statement of its own: the next one sees what was committed while this one waited.
    sqlx::query_scalar!(
        "select cp.id
        from invoice i
        join customer_plan cp on cp.id = i.customer_plan_id
        where i.id = $1
        for no key update of cp",
        id,
    )
    .fetch_optional(&mut *connection)
    .await?;
    let row = sqlx::query!(
        r#"select i.customer_id as "customer_id!", i.customer_plan_id as "customer_plan_id!", i.status as "status!",
            i.start_timestamp as "start!", i.end_timestamp as "end!", next.id as "regenerated_as?",
            c.archived_at is not null as "is_archived!"
        from invoice i
        join customer c on c.id = i.customer_id
        left join invoice next on next.regenerated_from_invoice_id = i.id
        where i.id = $1"#,
        id,
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(RegenerationCandidate {
            access: BillingAccess::new(row.customer_id, row.customer_plan_id),
            status: read_status(&row.status)?,
            period: Period { start: row.start, end: row.end },
            regenerated_as: row.regenerated_as,
            is_archived: row.is_archived,
        })
    })
    .transpose()
}

/// The finalized invoice of a customer plan that bills a part of `period`.
pub async fn overlapping(
    connection: &mut PgConnection,
    access: BillingAccess,
    period: Period,
) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar!(
        "select id
        from invoice
        where customer_id = $1
            and customer_plan_id = $2
            and status = 'FINALIZED'
            and start_timestamp < $4
            and end_timestamp > $3
        limit 1",
        access.customer_id(),
        access.customer_plan_id(),
        period.start,
        period.end,
    )
    .fetch_optional(connection)
    .await?)
}

/// Voids a finalized invoice; false when there is none of this id. Voiding twice changes nothing.
pub async fn void(pool: &PgPool, id: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let mut tx = super::begin(pool).await?;
    let is_there = sqlx::query_scalar!(
        r#"with voided as (
            update invoice
            set status = 'VOID', voided_at = $2
            where id = $1 and status = 'FINALIZED'
        )
        select exists (select 1 from invoice where id = $1) as "is_there!""#,
        id,
        now,
    )
    .fetch_one(&mut *tx)
    .await?;
    if is_there {
        tx.commit().await?;
    }
    Ok(is_there)
}

/// A stored invoice whose document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The id of the invoice.
    pub id: Uuid,
    /// Its number as printed, `INV-0042`.
    pub invoice_number: String,
    /// The customer that is billed.
    pub customer_id: Uuid,
    /// Whether it is finalized or void.
    pub status: InvoiceStatus,
    /// Why it cannot be read.
    pub problem: String,
}

/// Every stored invoice whose document cannot be read, by number. Reads all of them, a thousand at a time.
///
/// # Errors
/// When the database refuses.
pub async fn damaged(pool: &PgPool) -> Result<Vec<Damage>> {
    let mut damaged = Vec::new();
    let mut after = i64::MIN;
    loop {
        let rows = sqlx::query!(
            r#"select number, id, customer_id, status, document::text as "document!"
            from invoice
            where number > $1
            order by number
            limit 1000"#,
            after,
        )
        .fetch_all(pool)
        .await?;
        let Some(last) = rows.last() else { return Ok(damaged) };
        after = last.number;
        for row in rows {
            if let Err(error) = serde_json::from_str::<Invoice>(&row.document) {
                damaged.push(Damage {
                    id: row.id,
                    invoice_number: invoice_number(row.number),
                    customer_id: row.customer_id,
                    status: read_status(&row.status)?,
                    problem: error.to_string(),
                });
            }
        }
    }
}

/// Refuses an invoice that would not be read back as it is.
fn check_document(invoice: &Invoice) -> Result<()> {
    let unreadable = |problem: String| {
        Error::Internal(format!("the invoice {} would not be read back as it is: {problem}", invoice.id))
    };
    let text = serde_json::to_string(invoice).map_err(|error| unreadable(error.to_string()))?;
    let read: Invoice = serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
    if read == *invoice { Ok(()) } else { Err(unreadable("it differs".to_owned())) }
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
        start_timestamp: row.start_timestamp,
        end_timestamp: row.end_timestamp,
        issued_at: row.issued_at,
        line_items: Vec::new(),
        invoice_adjustments: Vec::new(),
        subtotal: Decimal::zero(),
        total: Decimal::zero(),
        plan_id: row.plan_id,
        plan_name: row.plan_name,
        plan_custom_fields: BTreeMap::new(),
        customer_custom_fields: BTreeMap::new(),
        custom_fields: BTreeMap::new(),
        external_invoice: None,
        billable_status: "billable".to_owned(),
        net_payment_terms_days: None,
        regenerated_from_invoice_id: row.regenerated_from_invoice_id,
        is_damaged: true,
    })
}

fn read_status(text: &str) -> Result<InvoiceStatus> {
    text.parse().map_err(Error::Internal)
}

pub(super) fn invoice_number(number: i64) -> String {
    format!("INV-{number:04}")
}
