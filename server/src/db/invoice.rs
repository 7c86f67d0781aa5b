//! Finalized and voided invoices: frozen documents.

use super::{Access as _, BillingAccess};
use crate::{Error, Result, auth::CustomerAccess, rating::Period};
use app::billing::{CreditType, Decimal, Invoice, InvoiceName, InvoiceStatus, InvoiceType};
use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, PgPool, types::Json};
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
#[derive(FromRow)]
struct Row {
    id: Uuid,
    document: String,
    status: String,
    number: i64,
}

/// Stored invoices of a customer in the order of their billing periods.
pub async fn list(pool: &PgPool, access: CustomerAccess, wanted: &InvoiceQuery) -> Result<Vec<Invoice>> {
    macro_rules! page_sql {
        ($comparison:literal, $direction:literal) => {
            concat!(
                "select id, document::text as document, status, number
                from invoice
                where customer_id = $1
                    and (cardinality($2::text[]) = 0 or status = any($2))
                    and ($3::uuid is null or credit_type_id = $3)
                    and ($4::timestamptz is null or start_timestamp >= $4)
                    and ($5::timestamptz is null or end_timestamp <= $5)
                    and (not $9
                        or strpos('inv' || lpad(number::text, greatest(4, length(number::text)), '0'), $10) > 0
                        or number = $11
                        -- a document that cannot be read has no total
                        or $12::text::numeric = trunc(
                            case when jsonb_typeof(document -> 'total') = 'number'
                                then abs((document ->> 'total')::numeric)
                            end / case when document -> 'credit_type' ->> 'name' = 'USD (cents)' then 100 else 1 end,
                            $13::int))
                    and ($6::timestamptz is null or (start_timestamp, id) ",
                $comparison,
                " ($6, $7))
                order by start_timestamp ",
                $direction,
                ", id ",
                $direction,
                " limit $8"
            )
        };
    }
    let sql = if wanted.descending { page_sql!("<", "desc") } else { page_sql!(">", "asc") };
    let (start, id) = wanted.after.unzip();
    let sought = wanted.sought.clone().unwrap_or_default();
    let rows: Vec<Row> = sqlx::query_as(sql)
        .bind(access.customer_id())
        .bind(wanted.statuses.iter().map(|status| status.as_str()).collect::<Vec<_>>())
        .bind(wanted.credit_type_id)
        .bind(wanted.starting_on)
        .bind(wanted.ending_before)
        .bind(start)
        .bind(id)
        .bind(wanted.limit)
        .bind(wanted.sought.is_some())
        .bind(sought.part)
        .bind(sought.number)
        .bind(sought.amount)
        .bind(sought.places)
        .fetch_all(pool)
        .await?;
    read(pool, access, rows).await
}

/// One stored invoice of a customer.
pub async fn find(pool: &PgPool, access: CustomerAccess, id: Uuid) -> Result<Option<Invoice>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select id, document::text as document, status, number
        from invoice
        where id = $1 and customer_id = $2",
    )
    .bind(id)
    .bind(access.customer_id())
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
    type Row = (Uuid, i64, Uuid, DateTime<Utc>, DateTime<Utc>, DateTime<Utc>, Option<Uuid>);
    let rows: Vec<Row> = sqlx::query_as(
        "select id, number, customer_plan_id, start_timestamp, end_timestamp, issued_at,
            regenerated_from_invoice_id
        from invoice
        where customer_id = $1
            and status = 'FINALIZED'
            and start_timestamp < $3
            and end_timestamp > $2
        order by start_timestamp, id",
    )
    .bind(access.customer_id())
    .bind(start)
    .bind(end)
    .fetch_all(pool)
    .await?;
    let header =
        |(id, number, customer_plan_id, start_timestamp, end_timestamp, issued_at, from): Row| Header {
            id,
            invoice_number: invoice_number(number),
            customer_plan_id,
            start_timestamp,
            end_timestamp,
            issued_at,
            regenerated_from_invoice_id: from,
        };
    Ok(rows.into_iter().map(header).collect())
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
    let rows: Vec<Row> = sqlx::query_as(
        "with wanted as (
            select id, start_timestamp, credit_type_id, document, status, number
            from invoice
            where id = $1 and customer_id = $2
        ), bound as (
            select start_timestamp, credit_type_id from wanted
            union all
            select $3::timestamptz, $4::uuid
            where $3::timestamptz is not null
            limit 1
        ), previous as (
            select invoice.id, invoice.document, invoice.status, invoice.number
            from invoice, bound
            where invoice.customer_id = $2
                and invoice.status = 'FINALIZED'
                and invoice.credit_type_id = bound.credit_type_id
                and invoice.start_timestamp < bound.start_timestamp
            order by invoice.start_timestamp desc, invoice.id desc
            limit 1
        )
        select id, document::text as document, status, number from wanted
        union all
        select id, document::text, status, number from previous",
    )
    .bind(id)
    .bind(access.customer_id())
    .bind(start)
    .bind(credit_type_id)
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
    let rows: Vec<(Uuid, Uuid, i64, String, Option<bool>)> = sqlx::query_as(
        "select one.id, other.id, other.number, other.status, other.id = one.regenerated_from_invoice_id
        from invoice one
        join invoice other on other.customer_id = one.customer_id
            and (other.id = one.regenerated_from_invoice_id or other.regenerated_from_invoice_id = one.id)
        where one.customer_id = $1 and one.id = any($2)",
    )
    .bind(access.customer_id())
    .bind(ids)
    .fetch_all(pool)
    .await?;
    let relative = |(of, id, number, status, is_replaced): (Uuid, Uuid, i64, String, Option<bool>)| {
        let name = InvoiceName { id, invoice_number: invoice_number(number) };
        Ok(Relative { of, name, status: read_status(&status)?, is_replaced: is_replaced == Some(true) })
    };
    rows.into_iter().map(relative).collect()
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
    sqlx::query(
        "insert into invoice (id, customer_id, customer_plan_id, credit_type_id, status, start_timestamp,
            end_timestamp, issued_at, document, finalized_at, regenerated_from_invoice_id)
        select id, customer_id, customer_plan_id, credit_type_id, 'FINALIZED', start_timestamp,
            end_timestamp, issued_at, document, $9, regenerated_from_invoice_id
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[],
            $7::timestamptz[], $8::jsonb[], $10::uuid[])
            with ordinality as made (id, customer_id, customer_plan_id, credit_type_id, start_timestamp,
                end_timestamp, issued_at, document, regenerated_from_invoice_id, place)
        order by place",
    )
    .bind(invoices.iter().map(|(_, invoice)| invoice.id).collect::<Vec<_>>())
    .bind(invoices.iter().map(|(_, invoice)| invoice.customer_id).collect::<Vec<_>>())
    .bind(invoices.iter().map(|(customer_plan_id, _)| *customer_plan_id).collect::<Vec<_>>())
    .bind(invoices.iter().map(|(_, invoice)| invoice.credit_type.id).collect::<Vec<_>>())
    .bind(column(|invoice| invoice.start_timestamp))
    .bind(column(|invoice| invoice.end_timestamp))
    .bind(column(|invoice| invoice.issued_at))
    .bind(invoices.iter().map(|(_, invoice)| Json(*invoice)).collect::<Vec<_>>())
    .bind(now)
    .bind(invoices.iter().map(|(_, invoice)| invoice.regenerated_from_invoice_id).collect::<Vec<_>>())
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
    type Row = (Uuid, Uuid, String, DateTime<Utc>, DateTime<Utc>, Option<Uuid>, bool);
    // First the lock, in a statement of its own: the next one sees what was committed while this one waited.
    sqlx::query(
        "select cp.id
        from invoice i
        join customer_plan cp on cp.id = i.customer_plan_id
        where i.id = $1
        for no key update of cp",
    )
    .bind(id)
    .execute(&mut *connection)
    .await?;
    let row: Option<Row> = sqlx::query_as(
        "select i.customer_id, i.customer_plan_id, i.status, i.start_timestamp, i.end_timestamp, next.id,
            c.archived_at is not null
        from invoice i
        join customer c on c.id = i.customer_id
        left join invoice next on next.regenerated_from_invoice_id = i.id
        where i.id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?;
    row.map(|(customer_id, customer_plan_id, status, start, end, regenerated_as, is_archived)| {
        Ok(RegenerationCandidate {
            access: BillingAccess::new(customer_id, customer_plan_id),
            status: read_status(&status)?,
            period: Period { start, end },
            regenerated_as,
            is_archived,
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
    Ok(sqlx::query_scalar(
        "select id
        from invoice
        where customer_id = $1
            and customer_plan_id = $2
            and status = 'FINALIZED'
            and start_timestamp < $4
            and end_timestamp > $3
        limit 1",
    )
    .bind(access.customer_id())
    .bind(access.customer_plan_id())
    .bind(period.start)
    .bind(period.end)
    .fetch_optional(connection)
    .await?)
}

/// Voids a finalized invoice; false when there is none of this id. Voiding twice changes nothing.
pub async fn void(pool: &PgPool, id: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let mut tx = super::begin(pool).await?;
    let row: (bool,) = sqlx::query_as(
        "with voided as (
            update invoice
            set status = 'VOID', voided_at = $2
            where id = $1 and status = 'FINALIZED'
        )
        select exists (select 1 from invoice where id = $1)",
    )
    .bind(id)
    .bind(now)
    .fetch_one(&mut *tx)
    .await?;
    if row.0 {
        tx.commit().await?;
    }
    Ok(row.0)
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
        let rows: Vec<(i64, Uuid, Uuid, String, String)> = sqlx::query_as(
            "select number, id, customer_id, status, document::text
            from invoice
            where number > $1
            order by number
            limit 1000",
        )
        .bind(after)
        .fetch_all(pool)
        .await?;
        let Some(last) = rows.last() else { return Ok(damaged) };
        after = last.0;
        for (number, id, customer_id, status, document) in rows {
            if let Err(error) = serde_json::from_str::<Invoice>(&document) {
                let (invoice_number, status) = (invoice_number(number), read_status(&status)?);
                damaged.push(Damage { id, invoice_number, customer_id, status, problem: error.to_string() });
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
    for Row { id, document, status, number } in rows {
        let status = read_status(&status)?;
        let read = match serde_json::from_str::<Invoice>(&document) {
            Ok(invoice) => invoice,
            Err(error) => {
                tracing::error!(invoice_id = %id, %error, "a stored invoice cannot be read: void it and regenerate it");
                outline(pool, access, id, status).await?
            }
        };
        invoices.push(Invoice { status, invoice_number: Some(invoice_number(number)), ..read });
    }
    Ok(invoices)
}

/// What identifies a stored invoice, without its document.
async fn outline(pool: &PgPool, access: CustomerAccess, id: Uuid, status: InvoiceStatus) -> Result<Invoice> {
    type Columns =
        (Uuid, Uuid, String, DateTime<Utc>, DateTime<Utc>, DateTime<Utc>, Option<Uuid>, Uuid, String);
    let columns: Columns = sqlx::query_as(
        "select i.customer_id, ct.id, ct.name, i.start_timestamp, i.end_timestamp, i.issued_at,
            i.regenerated_from_invoice_id, p.id, p.name
        from invoice i
        join credit_type ct on ct.id = i.credit_type_id
        join customer_plan cp on cp.id = i.customer_plan_id and cp.customer_id = i.customer_id
        join plan p on p.id = cp.plan_id
        where i.id = $1 and i.customer_id = $2",
    )
    .bind(id)
    .bind(access.customer_id())
    .fetch_one(pool)
    .await?;
    let (
        customer_id,
        credit_type_id,
        name,
        start_timestamp,
        end_timestamp,
        issued_at,
        from,
        plan_id,
        plan_name,
    ) = columns;
    Ok(Invoice {
        id,
        invoice_number: None,
        customer_id,
        credit_type: CreditType { id: credit_type_id, name },
        status,
        invoice_type: InvoiceType::PlanArrears,
        start_timestamp,
        end_timestamp,
        issued_at,
        line_items: Vec::new(),
        invoice_adjustments: Vec::new(),
        subtotal: Decimal::zero(),
        total: Decimal::zero(),
        plan_id,
        plan_name,
        plan_custom_fields: BTreeMap::new(),
        customer_custom_fields: BTreeMap::new(),
        custom_fields: BTreeMap::new(),
        external_invoice: None,
        billable_status: "billable".to_owned(),
        net_payment_terms_days: None,
        regenerated_from_invoice_id: from,
        is_damaged: true,
    })
}

fn read_status(text: &str) -> Result<InvoiceStatus> {
    text.parse().map_err(Error::Internal)
}

pub(super) fn invoice_number(number: i64) -> String {
    format!("INV-{number:04}")
}
