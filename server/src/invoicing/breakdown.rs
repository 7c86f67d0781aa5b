//! Breakdowns: what each day or hour added to an invoice.

use super::{
    Billing, BreakdownFilter, BreakdownWindow, InvoiceScope, Sort,
    delta::{CumulativeUsage, invoice_delta},
    draft::{self, Draft},
};
use crate::{
    Error, Result,
    auth::{CustomerAccess, no_such_customer},
    db::{
        self, cursor,
        invoice::Header,
        usage::{Span, UsageDelta},
    },
    rating::{self, Period, Terms},
};
use app::billing::{Invoice, InvoiceBreakdown, InvoiceStatus, Page};
use chrono::{DateTime, Duration, Utc};
use sqlx::PgPool;
use uuid::Uuid;

/// How far ahead of now events are taken.
const AHEAD: Duration = Duration::hours(24);

/// A page of breakdowns: for each window of time, and each invoice whose period it lies in, what the invoice grew by.
///
/// The rule: a window's part is the invoice as it would stand if nothing were used after the window, less the same
/// at its start; what is owed without any usage, such as fixed charges, belongs to the first window of the period.
/// Every state is rounded as an invoice is, so the windows of a period add up to the invoice to the smallest unit, and
/// those up to now to the draft. Usage is read as it is now, also where the invoice is finalized: its breakdowns take
/// in late events, the invoice does not. A window that has not begun is there only when it has usage already.
///
/// # Errors
/// 404 for an unknown customer; 400 for a bad cursor, limit or range.
pub async fn breakdowns(
    billing: Billing<'_>,
    scope: &InvoiceScope,
    filter: &BreakdownFilter,
) -> Result<Page<InvoiceBreakdown>> {
    let limit = cursor::limit(filter.limit.or(Some(cursor::MOST_ROWS)))?;
    if filter.ending_before <= filter.starting_on {
        return Err(Error::field("ending_before", "must be after starting_on"));
    }
    let after: Option<(DateTime<Utc>, Uuid)> = cursor::decode(filter.next_page.as_deref())?;
    let descending = filter.sort == Sort::DateDesc;
    let mut asked = Period {
        start: filter.window_size.ceil(filter.starting_on),
        end: filter.window_size.floor(filter.ending_before),
    };
    let length = filter.window_size.length();
    match after {
        Some((start, _)) if descending => asked.end = asked.end.min(start + length),
        Some((start, _)) => asked.start = asked.start.max(start),
        None => {}
    }
    let found = BilledPeriods::read(billing.pool, scope, &filter.status, asked).await?;
    let parts = found.parts(filter.window_size, filter.credit_type_id, asked, billing.now);

    // One answer covers so much time, from the first window that there is.
    let begin = parts.iter().map(|part| part.span.from).min();
    let end = parts.iter().map(|part| part.span.until).max();
    let (Some(begin), Some(end)) = (begin, end) else {
        return Ok(Page { data: Vec::new(), next_page: None });
    };
    let covered = match descending {
        false => Period { start: begin, end: end.min(begin + filter.window_size.most()) },
        true => Period { start: begin.max(end - filter.window_size.most()), end },
    };
    let mut rows = rows(billing, scope.access(), &parts, covered, filter.window_size).await?;
    let key = |row: &InvoiceBreakdown| (row.breakdown_start_timestamp, row.invoice.id);
    rows.sort_by_key(key);
    if descending {
        rows.reverse();
    }
    rows.retain(|row| after.is_none_or(|after| if descending { key(row) < after } else { key(row) > after }));
    let mut page = cursor::page(rows, limit, key);
    if page.next_page.is_none() {
        page.next_page = match descending {
            false if covered.end < end => Some(cursor::encode(&(covered.end, Uuid::nil()))),
            true if covered.start > begin => Some(cursor::encode(&(covered.start - length, Uuid::max()))),
            _ => None,
        };
    }
    let part = |row: InvoiceBreakdown| InvoiceBreakdown {
        invoice: scope.part_of(row.invoice, filter.skip_zero_qty_line_items),
        ..row
    };
    Ok(Page { data: page.data.into_iter().map(part).collect(), next_page: page.next_page })
}

/// What lies in a stretch of time: terms, and the invoices that are stored.
pub(super) struct BilledPeriods {
    terms: Vec<Terms>,
    stored: Vec<Header>,
    with_drafts: bool,
}

/// The windows of one invoice that are asked for.
pub(super) struct InvoiceWindows<'a> {
    terms: &'a Terms,
    period: Period,
    pub(super) span: Span,
    /// What is stored of a finalized invoice; a draft's id else.
    invoice: Result<Header, Uuid>,
}

impl BilledPeriods {
    /// Reads what the scope admits of the invoices of some statuses; who asks for none asks for all.
    pub(super) async fn read(
        pool: &PgPool,
        scope: &InvoiceScope,
        status: &[InvoiceStatus],
        asked: Period,
    ) -> Result<Self> {
        let (access, statuses) = (scope.access(), scope.statuses(status));
        // Drafts are read before stored invoices: one that is finalized in between is seen twice, never missed.
        let terms = db::terms::during(pool, access, asked.start, asked.end, scope.active_only)
            .await?
            .ok_or_else(no_such_customer)?;
        let stored = match statuses.contains(&InvoiceStatus::Finalized) {
            true => db::invoice::finalized_during(pool, access, asked.start, asked.end).await?,
            false => Vec::new(),
        };
        Ok(Self { terms, stored, with_drafts: statuses.contains(&InvoiceStatus::Draft) })
    }

    pub(super) fn parts(
        &self,
        size: BreakdownWindow,
        credit_type_id: Option<Uuid>,
        asked: Period,
        now: DateTime<Utc>,
    ) -> Vec<InvoiceWindows<'_>> {
        let asked = Period { end: asked.end.min(size.floor(now + AHEAD) + size.length()), ..asked };
        let finalized = self.stored.iter().filter_map(|header| {
            let terms = self.terms.iter().find(|terms| terms.id == header.customer_plan_id)?;
            let period = Period { start: header.start_timestamp, end: header.end_timestamp };
            Some((terms, period, Ok(header.clone())))
        });
        let is_stored = |draft: &Draft<'_>| {
            self.stored.iter().any(|header| {
                (header.customer_plan_id, header.start_timestamp) == (draft.terms.id, draft.period.start)
            })
        };
        let drafts = draft::drafts(&self.terms, now)
            .filter(|draft| self.with_drafts && !is_stored(draft))
            .map(|draft| (draft.terms, draft.period, Err(draft.id)));
        finalized
            .chain(drafts)
            .filter(|(terms, ..)| credit_type_id.is_none_or(|id| id == terms.unit.credit_type.id))
            .filter_map(|(terms, period, invoice)| {
                let span = Span {
                    start: period.start,
                    from: period.start.max(asked.start),
                    until: period.end.min(asked.end),
                };
                (span.from < span.until).then_some(InvoiceWindows { terms, period, span, invoice })
            })
            .collect()
    }
}

/// The rows of some invoices within `covered`, from one query for usage.
pub(super) async fn rows(
    billing: Billing<'_>,
    access: CustomerAccess,
    parts: &[InvoiceWindows<'_>],
    covered: Period,
    size: BreakdownWindow,
) -> Result<Vec<InvoiceBreakdown>> {
    let Billing { pool, now, grace } = billing;
    let cut: Vec<CoveredWindows<'_>> = parts.iter().filter_map(|part| part.cut(covered)).collect();
    let measures = draft::measures(cut.iter().map(|cut| cut.part.terms));
    let spans: Vec<Span> = cut.iter().flat_map(|cut| cut.spans.iter().copied()).collect();
    let mut growth = db::usage::deltas(pool, access, &measures, &spans, size.length()).await?.into_iter();
    let windows = |cut: &CoveredWindows<'_>| {
        let growth: Vec<_> = growth.by_ref().take(cut.spans.len()).collect();
        cut.windows(&growth, size, now, grace)
    };
    Ok(cut.iter().flat_map(windows).collect())
}

/// The windows of one invoice that an answer covers.
struct CoveredWindows<'a> {
    part: &'a InvoiceWindows<'a>,
    covered: Period,
    /// Those windows, then each period before that tiers reach back to, as a whole.
    spans: Vec<Span>,
}

impl InvoiceWindows<'_> {
    fn cut(&self, covered: Period) -> Option<CoveredWindows<'_>> {
        let covered =
            Period { start: self.span.from.max(covered.start), end: self.span.until.min(covered.end) };
        let own = Span { start: self.period.start, from: covered.start, until: covered.end };
        let metered = self.terms.metered(self.period).into_iter().skip(1);
        let before = metered.map(|period| Span { start: period.start, from: period.end, until: period.end });
        let spans = std::iter::once(own).chain(before).collect();
        (covered.start < covered.end).then_some(CoveredWindows { part: self, covered, spans })
    }

    /// The invoice with what is known of it when it is stored.
    fn named(&self, invoice: Invoice) -> Invoice {
        match &self.invoice {
            Err(id) => Invoice { id: *id, ..invoice },
            Ok(header) => Invoice {
                id: header.id,
                invoice_number: Some(header.invoice_number.clone()),
                status: InvoiceStatus::Finalized,
                issued_at: header.issued_at,
                regenerated_from_invoice_id: header.regenerated_from_invoice_id,
                ..invoice
            },
        }
    }
}

impl CoveredWindows<'_> {
    fn windows(
        &self,
        growth: &[Vec<UsageDelta>],
        size: BreakdownWindow,
        now: DateTime<Utc>,
        grace: Duration,
    ) -> Vec<InvoiceBreakdown> {
        let Some((own, earlier)) = growth.split_first() else { return Vec::new() };
        let part = self.part;
        let mut usage = CumulativeUsage::new(part.terms, own, earlier);
        usage.advance(-1);
        let state =
            |usage: &CumulativeUsage| part.named(rating::bill(part.terms, usage.usage(), part.period, grace));
        let mut before = (self.covered.start > part.period.start).then(|| state(&usage));
        let starts = std::iter::successors(Some(self.covered.start), |start| Some(*start + size.length()));
        let mut rows = Vec::new();
        for (window, start) in (0..).zip(starts.take_while(|start| *start < self.covered.end)) {
            let grew = usage.advance(window);
            if start > now && !grew {
                continue;
            }
            // A window without usage does not change the invoice.
            let same = before.clone().filter(|_| !grew);
            let after = same.unwrap_or_else(|| state(&usage));
            rows.push(InvoiceBreakdown {
                invoice: invoice_delta(before.as_ref(), &after),
                breakdown_start_timestamp: start,
                breakdown_end_timestamp: start + size.length(),
            });
            before = Some(after);
        }
        rows
    }
}

impl BreakdownWindow {
    pub(super) fn length(self) -> Duration {
        match self {
            Self::Day => Duration::days(1),
            Self::Hour => Duration::hours(1),
        }
    }

    /// The time that one answer covers at most.
    fn most(self) -> Duration {
        match self {
            Self::Day => Duration::days(35),
            Self::Hour => Duration::hours(24),
        }
    }

    /// The last boundary at or before `at`.
    pub(super) fn floor(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let seconds = self.length().num_seconds();
        DateTime::from_timestamp(at.timestamp().div_euclid(seconds) * seconds, 0).unwrap_or(at)
    }

    /// The first boundary at or after `at`.
    pub(super) fn ceil(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let floor = self.floor(at);
        if floor == at { at } else { floor + self.length() }
    }
}
