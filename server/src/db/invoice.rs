//! Finalized and voided invoices: frozen documents.

use crate::{Result, auth::CustomerAccess, rating::Period};
use app::billing::{Invoice, InvoiceStatus};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, types::Json};
use uuid::Uuid;

/// Which stored invoices to read.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only these; empty for all.
    pub statuses: Vec<InvoiceStatus>,
    /// Only those whose number holds this text, in any case.
    pub number: Option<String>,
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

/// A stored row: document, status, number.
type Row = (Json<Invoice>, String, i64);

/// Stored invoices of a customer in the order of their billing periods.
pub async fn list(pool: &PgPool, access: CustomerAccess, wanted: &Wanted) -> Result<Vec<Invoice>> {
    macro_rules! page_sql {
        ($comparison:literal, $direction:literal) => {
            concat!(
                "select document, status, number
                from invoice
                where customer_id = $1
                    and (cardinality($2::text[]) = 0 or status = any($2))
                    and ($3::uuid is null or credit_type_id = $3)
                    and ($4::timestamptz is null or start_timestamp >= $4)
                    and ($5::timestamptz is null or end_timestamp <= $5)
                    and ($9::text is null or strpos(
                        'inv-' || lpad(number::text, greatest(4, length(number::text)), '0'), lower($9)) > 0)
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
    let rows: Vec<Row> = sqlx::query_as(sql)
        .bind(access.customer_id())
        .bind(wanted.statuses.iter().map(|status| status.as_str()).collect::<Vec<_>>())
        .bind(wanted.credit_type_id)
        .bind(wanted.starting_on)
        .bind(wanted.ending_before)
        .bind(start)
        .bind(id)
        .bind(wanted.limit)
        .bind(&wanted.number)
        .fetch_all(pool)
        .await?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// One stored invoice of a customer.
pub async fn find(pool: &PgPool, access: CustomerAccess, id: Uuid) -> Result<Option<Invoice>> {
    let row: Option<Row> =
        sqlx::query_as("select document, status, number from invoice where id = $1 and customer_id = $2")
            .bind(id)
            .bind(access.customer_id())
            .fetch_optional(pool)
            .await?;
    Ok(row.map(from_row))
}

/// What a stored invoice is, without its lines.
#[derive(Clone, Debug)]
pub struct Header {
    /// Its id.
    pub id: Uuid,
    /// Its number for people.
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
            select invoice.document, invoice.status, invoice.number
            from invoice, bound
            where invoice.customer_id = $2
                and invoice.status = 'FINALIZED'
                and invoice.credit_type_id = bound.credit_type_id
                and invoice.start_timestamp < bound.start_timestamp
            order by invoice.start_timestamp desc, invoice.id desc
            limit 1
        )
        select document, status, number from wanted
        union all
        select document, status, number from previous",
    )
    .bind(id)
    .bind(access.customer_id())
    .bind(start)
    .bind(credit_type_id)
    .fetch_all(pool)
    .await?;
    let (found, previous): (Vec<_>, Vec<_>) = rows.into_iter().map(from_row).partition(|one| one.id == id);
    Ok((found.into_iter().next(), previous.into_iter().next()))
}

/// Freezes invoices, each with the stretch of time on a plan that it bills; numbered in their order.
pub async fn insert(
    connection: &mut PgConnection,
    invoices: &[(Uuid, &Invoice)],
    now: DateTime<Utc>,
) -> Result<()> {
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
pub struct Regenerable {
    /// The stretch of time on a plan that it bills.
    pub customer_plan_id: Uuid,
    /// Where it is in its life.
    pub status: InvoiceStatus,
    /// What it bills.
    pub period: Period,
    /// Its successor.
    pub regenerated_as: Option<Uuid>,
    /// True when its customer is archived.
    pub is_archived: bool,
}

/// A stored invoice, whose customer plan nobody else changes or bills until the transaction ends.
pub async fn for_regeneration(connection: &mut PgConnection, id: Uuid) -> Result<Option<Regenerable>> {
    type Row = (Uuid, String, DateTime<Utc>, DateTime<Utc>, Option<Uuid>, bool);
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
        "select i.customer_plan_id, i.status, i.start_timestamp, i.end_timestamp, next.id, c.archived_at is not null
        from invoice i
        join customer c on c.id = i.customer_id
        left join invoice next on next.regenerated_from_invoice_id = i.id
        where i.id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(customer_plan_id, status, start, end, regenerated_as, is_archived)| Regenerable {
        customer_plan_id,
        status: read_status(&status),
        period: Period { start, end },
        regenerated_as,
        is_archived,
    }))
}

/// The finalized invoice of a customer plan that bills a part of `period`.
pub async fn overlapping(
    connection: &mut PgConnection,
    customer_plan_id: Uuid,
    period: Period,
) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar(
        "select id
        from invoice
        where customer_plan_id = $1
            and status = 'FINALIZED'
            and start_timestamp < $3
            and end_timestamp > $2
        limit 1",
    )
    .bind(customer_plan_id)
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

fn from_row((document, status, number): Row) -> Invoice {
    Invoice { status: read_status(&status), invoice_number: Some(invoice_number(number)), ..document.0 }
}

fn read_status(text: &str) -> InvoiceStatus {
    text.parse().unwrap_or(InvoiceStatus::Finalized)
}

fn invoice_number(number: i64) -> String {
    format!("INV-{number:04}")
}
