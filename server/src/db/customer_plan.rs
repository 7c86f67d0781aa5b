//! Who is on which plan, and when.

use super::cursor;
use crate::{
    Error, Result,
    auth::no_such_customer,
    rating::{self, Rhythm},
    timestamp,
};
use app::billing::{
    BillingAnchor, BillingFrequency, CustomerPlan, Decimal, ListedPriceAdjustment, Page, PriceAdjustment,
};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, types::Json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A customer to be put on a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCustomerPlan {
    /// Who.
    pub customer_id: Uuid,
    /// On which plan.
    pub plan_id: Uuid,
    /// Inclusive, at midnight UTC; may lie in the past, which is then billed at once.
    pub starting_on: DateTime<Utc>,
    /// Exclusive, at midnight UTC; `None` for an open end.
    pub ending_before: Option<DateTime<Utc>>,
    /// Days after issue when an invoice is due.
    pub net_payment_terms_days: Option<i64>,
    /// What the customer's prices differ by.
    pub price_adjustments: Vec<PriceAdjustment>,
    /// The end of a trial, exclusive, at midnight UTC; `None` for no trial.
    pub trial_ending_before: Option<DateTime<Utc>>,
    /// Up to how much the usage of the trial is free; all of it without a cap.
    pub trial_spending_cap: Option<NewSpendingCap>,
    /// The integrator's own fields.
    pub custom_fields: BTreeMap<String, String>,
}

/// The most that a trial waives.
#[derive(Clone, Debug, PartialEq)]
pub struct NewSpendingCap {
    /// How much.
    pub amount: Decimal,
    /// Of what: the plan's own credit type.
    pub credit_type_id: Uuid,
}

/// Puts a customer on a plan.
///
/// # Errors
/// 404 for an unknown customer; 400 for an unknown plan, dates or a cap that cannot be; 409 when the customer is on another
/// plan in that time.
pub async fn add(pool: &PgPool, new: NewCustomerPlan, now: DateTime<Utc>) -> Result<Uuid> {
    check_midnight("starting_on", Some(new.starting_on))?;
    check_midnight("ending_before", new.ending_before)?;
    if new.ending_before.is_some_and(|end| end <= new.starting_on) {
        return Err(Error::field("ending_before", "must be after starting_on"));
    }
    if new.net_payment_terms_days.is_some_and(|days| !(0..=3_650).contains(&days)) {
        return Err(Error::field("net_payment_terms_days", "must be from 0 to 3650"));
    }
    let mut tx = super::begin(pool).await?;
    if lock_customer(&mut tx, new.customer_id).await?.is_some() {
        return Err(Error::BadRequest("the customer is archived".to_owned()));
    }
    let plan: Option<(String, String, Uuid)> = sqlx::query_as(
        "select p.billing_frequency, p.billing_anchor, ch.credit_type_id
        from plan p
        join charge ch on ch.plan_id = p.id and ch.position = 0
        where p.id = $1",
    )
    .bind(new.plan_id)
    .fetch_optional(&mut *tx)
    .await?;
    let Some((frequency, anchor, credit_type_id)) = plan else {
        return Err(Error::field("plan_id", "is not a plan: see GET /v1/plans"));
    };
    check_adjustments(&mut tx, &new).await?;
    check_cap(new.trial_spending_cap.as_ref(), credit_type_id)?;
    let id = super::new_id(now);
    refuse_overlap(&mut tx, new.customer_id, id, new.starting_on, new.ending_before).await?;
    let rhythm = rhythm(&frequency, &anchor, new.starting_on, new.ending_before, new.trial_ending_before)?;
    let period_end = rhythm.period_at(new.starting_on).map(|period| period.end);
    sqlx::query(
        "insert into customer_plan (id, customer_id, plan_id, starting_on, ending_before, net_payment_terms_days,
            custom_fields, created_at, billed_until, period_end, price_adjustments, trial_ending_before, trial_spending_cap)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $4, $9, $10, $11, $12::text::numeric)",
    )
    .bind(id)
    .bind(new.customer_id)
    .bind(new.plan_id)
    .bind(new.starting_on)
    .bind(new.ending_before)
    .bind(new.net_payment_terms_days)
    .bind(Json(new.custom_fields))
    .bind(now)
    .bind(period_end)
    .bind(Json(new.price_adjustments))
    .bind(new.trial_ending_before)
    .bind(new.trial_spending_cap.map(|cap| cap.amount.to_string()))
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Ends a customer's plan at `ending_before`, or with `None` clears its end.
///
/// Periods that are finalized stay as they are: ending a plan before their end takes `void_invoices`, which voids
/// them and bills again what is left of the first of them.
///
/// # Errors
/// 404 when the customer has no such plan; 400 for a date that cannot be; 409 when another plan is in the way.
pub async fn end(
    pool: &PgPool,
    customer_id: Uuid,
    customer_plan_id: Uuid,
    ending_before: Option<DateTime<Utc>>,
    void_invoices: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    check_midnight("ending_before", ending_before)?;
    let mut tx = super::begin(pool).await?;
    if lock_customer(&mut tx, customer_id).await?.is_some() {
        return Err(Error::BadRequest("the customer is archived, and its plans have ended".to_owned()));
    }
    let Locked { rhythm, mut billed_until, has_capped_trial, .. } =
        lock(&mut tx, customer_id, customer_plan_id).await?;
    let starting_on = rhythm.starting_on;
    if ending_before.is_some_and(|end| end <= starting_on) {
        return Err(Error::field("ending_before", "must be after the plan's starting_on"));
    }
    refuse_overlap(&mut tx, customer_id, customer_plan_id, starting_on, ending_before).await?;
    let mut revised = 0;
    if let Some(end) = ending_before.filter(|end| *end < billed_until) {
        if !void_invoices {
            let problem = format!(
                "lies before {}, up to which invoices are finalized: send void_invoices to void those after it",
                billed_until.format("%Y-%m-%d")
            );
            return Err(Error::field("ending_before", problem));
        }
        // What was void before stays so: it is not owed, or billed anew by its successor.
        (billed_until,) = sqlx::query_as(
            "with covered as (
                select id, start_timestamp
                from invoice
                where customer_plan_id = $1 and end_timestamp > $2 and status = 'FINALIZED'
            ), voided as (
                update invoice
                set status = 'VOID', voided_at = $3
                where id in (select id from covered)
            )
            select least(min(start_timestamp), $2) from covered",
        )
        .bind(customer_plan_id)
        .bind(end)
        .bind(now)
        .fetch_one(&mut *tx)
        .await?;
        revised = 1;
    }
    // It would begin a second time to count up to its cap.
    if has_capped_trial
        && starting_on < billed_until
        && rhythm.is_in_trial(billed_until)
        && ending_before.is_none_or(|end| end > billed_until)
    {
        return Err(Error::Conflict(format!(
            "the plan's trial was billed up to {}, and a trial with a spending cap does not go on: put the customer on \
             the plan again",
            billed_until.format("%Y-%m-%d")
        )));
    }
    let rhythm = Rhythm { ending_before, ..rhythm };
    let period_end = rhythm.periods_from(billed_until).next().map(|period| period.end);
    sqlx::query(
        "update customer_plan
        set ending_before = $2, billed_until = $3, period_end = $4, revision = revision + $5
        where id = $1",
    )
    .bind(customer_plan_id)
    .bind(ending_before)
    .bind(billed_until)
    .bind(period_end)
    .bind(revised)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// A page of a customer's plans, newest first.
///
/// # Errors
/// 404 for an unknown customer.
pub async fn list(
    pool: &PgPool,
    customer_id: Uuid,
    limit: Option<i64>,
    next_page: Option<&str>,
) -> Result<Page<CustomerPlan>> {
    let limit = cursor::limit(limit)?;
    let (starting_on, id) = cursor::decode::<(DateTime<Utc>, Uuid)>(next_page)?.unzip();
    let rows: Vec<(Option<Json<CustomerPlan>>,)> = sqlx::query_as(
        "select case when cp.id is not null then jsonb_build_object(
            'id', cp.id,
            'plan_id', p.id,
            'plan_name', p.name,
            'plan_description', p.description,
            'starting_on', cp.starting_on,
            'ending_before', cp.ending_before,
            'net_payment_terms_days', cp.net_payment_terms_days,
            'trial_info', case when cp.trial_ending_before is not null then jsonb_build_object(
                'ending_before', cp.trial_ending_before,
                'spending_caps', case when cp.trial_spending_cap is not null then jsonb_build_array(jsonb_build_object(
                    'amount', cp.trial_spending_cap,
                    -- an invoice of a trial has no other adjustment than what is waived, below zero
                    'amount_remaining', cp.trial_spending_cap + coalesce((
                        select (i.document #>> '{invoice_adjustments,0,total}')::numeric
                        from invoice i
                        where i.customer_plan_id = cp.id and i.start_timestamp = cp.starting_on
                            and i.status = 'FINALIZED'
                    ), 0),
                    'credit_type', (
                        select jsonb_build_object('id', ct.id, 'name', ct.name)
                        from charge ch
                        join credit_type ct on ct.id = ch.credit_type_id
                        where ch.plan_id = p.id and ch.position = 0
                    )
                )) else '[]' end
            ) end,
            'custom_fields', cp.custom_fields
        ) end
        from customer c
        left join customer_plan cp on cp.customer_id = c.id
            and ($2::timestamptz is null or (cp.starting_on, cp.id) < ($2, $3))
        left join plan p on p.id = cp.plan_id
        where c.id = $1
        order by cp.starting_on desc, cp.id desc
        limit $4",
    )
    .bind(customer_id)
    .bind(starting_on)
    .bind(id)
    .bind(limit + 1)
    .fetch_all(pool)
    .await?;
    if rows.is_empty() {
        return Err(no_such_customer());
    }
    let rows = rows.into_iter().filter_map(|(row,)| row.map(|row| row.0)).collect();
    Ok(cursor::page(rows, limit, |row: &CustomerPlan| (row.starting_on, row.id)))
}

/// A page of the price adjustments of a customer's plan: by the plan's charges, then by when they start.
///
/// # Errors
/// 404 when the customer has no such plan.
pub async fn price_adjustments(
    pool: &PgPool,
    customer_id: Uuid,
    customer_plan_id: Uuid,
    limit: Option<i64>,
    next_page: Option<&str>,
) -> Result<Page<ListedPriceAdjustment>> {
    type Row = (Option<i32>, Option<Json<ListedPriceAdjustment>>);
    let limit = cursor::limit(limit)?;
    let (position, start_period) = cursor::decode::<(i32, u32)>(next_page)?.unzip();
    let rows: Vec<Row> = sqlx::query_as(
        "with adjusted as (
            select ch.position, (ad.one ->> 'start_period')::bigint as start_period, jsonb_build_object(
                'charge_id', ch.id,
                'charge_type', ch.charge_type,
                'start_period', ad.one -> 'start_period',
                'prices', jsonb_agg(ad.one - 'charge_id' - 'start_period' order by ad.place),
                -- at most one of an entry is of this type
                'quantity', min((ad.one ->> 'quantity')::numeric)
            ) as listed
            from customer_plan cp
            cross join jsonb_array_elements(cp.price_adjustments) with ordinality as ad (one, place)
            join charge ch on ch.id = (ad.one ->> 'charge_id')::uuid
            where cp.id = $2
            group by ch.id, ad.one -> 'start_period', ad.one ->> 'start_period'
        )
        select ad.position, ad.listed
        from customer_plan cp
        left join adjusted ad on $3::integer is null or (ad.position, ad.start_period) > ($3, $4)
        where cp.customer_id = $1 and cp.id = $2
        order by ad.position, ad.start_period
        limit $5",
    )
    .bind(customer_id)
    .bind(customer_plan_id)
    .bind(position)
    .bind(start_period.map(i64::from))
    .bind(limit + 1)
    .fetch_all(pool)
    .await?;
    if rows.is_empty() {
        return Err(Error::NotFound("the customer's plan"));
    }
    let rows: Vec<_> = rows.into_iter().filter_map(|(position, listed)| position.zip(listed)).collect();
    let page = cursor::page(rows, limit, |(position, listed)| (*position, listed.start_period));
    Ok(Page { data: page.data.into_iter().map(|(_, listed)| listed.0).collect(), next_page: page.next_page })
}

/// Claims up to `most` customer plans whose open period ended at or before `ended_by`, and that no other replica holds,
/// until the transaction ends; the longest waiting first, none of `except`.
pub async fn claim(
    connection: &mut PgConnection,
    ended_by: DateTime<Utc>,
    except: &[Uuid],
    most: i64,
) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar(
        "select id
        from customer_plan
        where period_end <= $1 and id <> all($2)
        order by period_end
        limit $3
        for no key update skip locked",
    )
    .bind(ended_by)
    .bind(except)
    .bind(most)
    .fetch_all(connection)
    .await?)
}

/// How far a customer plan is billed.
#[derive(Clone, Copy, Debug)]
pub struct Advance {
    /// The customer plan.
    pub customer_plan_id: Uuid,
    /// The start of its first period without a finalized invoice.
    pub billed_until: DateTime<Utc>,
    /// The end of that period; `None` when nothing is left to bill.
    pub period_end: Option<DateTime<Utc>>,
}

/// Moves claimed customer plans on to their next periods.
pub async fn advance(connection: &mut PgConnection, advances: &[Advance]) -> Result<()> {
    sqlx::query(
        "update customer_plan
        set billed_until = advance.billed_until, period_end = advance.period_end
        from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) as advance (id, billed_until, period_end)
        where customer_plan.id = advance.id",
    )
    .bind(advances.iter().map(|one| one.customer_plan_id).collect::<Vec<_>>())
    .bind(advances.iter().map(|one| one.billed_until).collect::<Vec<_>>())
    .bind(advances.iter().map(|one| one.period_end).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// One customer plan with drafts, reduced to what the ids of its drafts are made of.
pub struct OpenPlan {
    /// The customer plan.
    pub customer_plan_id: Uuid,
    /// What its invoices are counted in.
    pub credit_type_id: Uuid,
    /// How often its periods were opened again.
    pub revision: i32,
    /// The start of its first draft.
    pub billed_until: DateTime<Utc>,
    /// Its billing periods.
    pub rhythm: Rhythm,
}

/// Every customer plan that has a draft.
pub async fn open(pool: &PgPool, now: DateTime<Utc>) -> Result<Vec<OpenPlan>> {
    type At = DateTime<Utc>;
    type Row = (Uuid, Uuid, i32, At, String, String, At, Option<At>, Option<At>);
    let rows: Vec<Row> = sqlx::query_as(
        "select cp.id, ch.credit_type_id, cp.revision, cp.billed_until, p.billing_frequency, p.billing_anchor,
            cp.starting_on, cp.ending_before, cp.trial_ending_before
        from customer_plan cp
        join plan p on p.id = cp.plan_id
        join charge ch on ch.plan_id = p.id and ch.position = 0
        where cp.period_end is not null and cp.billed_until <= $1",
    )
    .bind(now)
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let (customer_plan_id, credit_type_id, revision, billed_until, ..) = row;
            let (.., frequency, anchor, start, end, trial_end) = row;
            let rhythm = rhythm(&frequency, &anchor, start, end, trial_end)?;
            Ok(OpenPlan { customer_plan_id, credit_type_id, revision, billed_until, rhythm })
        })
        .collect()
}

/// A customer plan that nobody else changes until the transaction ends.
pub(super) struct Locked {
    /// The plan.
    pub(super) plan_id: Uuid,
    /// Its billing periods.
    pub(super) rhythm: Rhythm,
    /// The start of the first period without a finalized invoice.
    pub(super) billed_until: DateTime<Utc>,
    /// True when it starts with a trial that is free up to a cap.
    has_capped_trial: bool,
}

/// Locks a customer and one of its plans.
///
/// # Errors
/// 404 when the customer is unknown or has no such plan.
pub(super) async fn lock(
    connection: &mut PgConnection,
    customer_id: Uuid,
    customer_plan_id: Uuid,
) -> Result<Locked> {
    type At = DateTime<Utc>;
    type Row = (Uuid, String, String, At, Option<At>, Option<At>, At, bool);
    lock_customer(connection, customer_id).await?;
    let row: Option<Row> = sqlx::query_as(
        "select p.id, p.billing_frequency, p.billing_anchor, cp.starting_on, cp.ending_before,
            cp.trial_ending_before, cp.billed_until, cp.trial_spending_cap is not null
        from customer_plan cp
        join plan p on p.id = cp.plan_id
        where cp.id = $1 and cp.customer_id = $2
        for no key update of cp",
    )
    .bind(customer_plan_id)
    .bind(customer_id)
    .fetch_optional(connection)
    .await?;
    let Some((plan_id, frequency, anchor, start, end, trial_end, billed_until, has_capped_trial)) = row
    else {
        return Err(Error::NotFound("the customer's plan"));
    };
    let rhythm = rhythm(&frequency, &anchor, start, end, trial_end)?;
    Ok(Locked { plan_id, rhythm, billed_until, has_capped_trial })
}

fn rhythm(
    frequency: &str,
    anchor: &str,
    starting_on: DateTime<Utc>,
    ending_before: Option<DateTime<Utc>>,
    trial_ending_before: Option<DateTime<Utc>>,
) -> Result<Rhythm> {
    let unknown = |problem: String| Error::Internal(format!("a plan's rhythm: {problem}"));
    Ok(Rhythm {
        billing_frequency: frequency.parse::<BillingFrequency>().map_err(unknown)?,
        billing_anchor: anchor.parse::<BillingAnchor>().map_err(unknown)?,
        starting_on,
        ending_before,
        trial_ending_before,
    })
}

/// Locks the customer, so that its plans are changed one at a time; its archive date.
async fn lock_customer(connection: &mut PgConnection, customer_id: Uuid) -> Result<Option<DateTime<Utc>>> {
    // Not `for update`: finalizing an invoice takes a key share of the customer while it holds the customer plan.
    let row: Option<(Option<DateTime<Utc>>,)> =
        sqlx::query_as("select archived_at from customer where id = $1 for no key update")
            .bind(customer_id)
            .fetch_optional(connection)
            .await?;
    row.map(|(archived_at,)| archived_at).ok_or_else(no_such_customer)
}

async fn refuse_overlap(
    connection: &mut PgConnection,
    customer_id: Uuid,
    customer_plan_id: Uuid,
    starting_on: DateTime<Utc>,
    ending_before: Option<DateTime<Utc>>,
) -> Result<()> {
    let row: Option<(String, DateTime<Utc>, Option<DateTime<Utc>>)> = sqlx::query_as(
        "select p.name, cp.starting_on, cp.ending_before
        from customer_plan cp
        join plan p on p.id = cp.plan_id
        where cp.customer_id = $1
            and cp.id <> $2
            and tstzrange(cp.starting_on, cp.ending_before) && tstzrange($3, $4)
        order by cp.starting_on
        limit 1",
    )
    .bind(customer_id)
    .bind(customer_plan_id)
    .bind(starting_on)
    .bind(ending_before)
    .fetch_optional(connection)
    .await?;
    let Some((name, start, end)) = row else { return Ok(()) };
    let end = end.map_or("with an open end".to_owned(), |end| format!("to {}", end.format("%Y-%m-%d")));
    Err(Error::Conflict(format!(
        "the customer is on the plan \"{name}\" from {} {end}: plans of one customer must not overlap",
        start.format("%Y-%m-%d")
    )))
}

async fn check_adjustments(connection: &mut PgConnection, new: &NewCustomerPlan) -> Result<()> {
    if new.price_adjustments.is_empty() {
        return Ok(());
    }
    let charges = super::plan::all_charges(connection, new.plan_id).await?;
    let problems = rating::check_adjustments(&new.price_adjustments, &charges);
    if problems.is_empty() { Ok(()) } else { Err(Error::BadRequest(problems.join("; "))) }
}

fn check_cap(cap: Option<&NewSpendingCap>, credit_type_id: Uuid) -> Result<()> {
    match cap {
        Some(cap) if cap.amount <= Decimal::zero() => {
            Err(Error::field("trial_spec.spending_cap.amount", "must be above 0"))
        }
        Some(cap) if cap.credit_type_id != credit_type_id => {
            let problem = format!("must be the credit type of the plan's charges, {credit_type_id}");
            Err(Error::field("trial_spec.spending_cap.credit_type_id", problem))
        }
        _ => Ok(()),
    }
}

fn check_midnight(field: &str, at: Option<DateTime<Utc>>) -> Result<()> {
    match at {
        Some(at) if !timestamp::is_midnight(at) => Err(Error::field(field, "must be at midnight UTC")),
        _ => Ok(()),
    }
}
