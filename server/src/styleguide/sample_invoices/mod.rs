//! The invoices dashboard with made-up data.

// The data is constant: an unwrap that fails does so in every run of the tests.
#![allow(clippy::unwrap_used)]

mod history;

use crate::{
    dashboards::invoices::report::{self, InvoiceDisplay},
    invoicing::{ChargeUsage, InvoiceDetail, InvoiceListPage, PeriodCosts, PeriodToDate},
    rating::{
        ChargeTerms, Counts, EffectiveCharge, FixedAmount, Measure, PriceList, ProductTerms, Rate,
        TierProgress,
    },
};
use app::{
    billing::{
        AggregationType, BillingFrequency, CreditType, Decimal, Invoice, InvoiceStatus, NonZeroDecimal, Page,
        Price, TierMode, TierScope,
    },
    invoices::{DocumentQuery, InvoicesProps, InvoicesQuery, ListQuery},
    pages::PageContent,
};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use history::{currencies, history, many};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The charge of input tokens.
const TOKENS: Uuid = Uuid::from_u128(1);

/// Name, title and page of each.
pub(crate) fn pages(now: DateTime<Utc>) -> Vec<(&'static str, &'static str, PageContent)> {
    let look = InvoiceDisplay {
        statuses: vec![InvoiceStatus::Draft, InvoiceStatus::Finalized, InvoiceStatus::Void],
        ..InvoiceDisplay::default()
    };
    let page = |query: InvoicesQuery, props| {
        PageContent::Invoices(Box::new(InvoicesProps { address: query.href(""), ..props }))
    };
    let list = |query: ListQuery, invoices| {
        let projected_totals = [(Uuid::from_u128(0), decimal("2314871"))].into();
        let is_plain = query == ListQuery::default();
        let prices = [(Uuid::from_u128(0), price_list())].into();
        let overview = InvoiceListPage { invoices, projected_totals, prices, ended: None };
        let found = report::list(overview, &look, is_plain, now);
        page(InvoicesQuery::List(query), InvoicesProps { list: Some(found), ..InvoicesProps::default() })
    };
    let plain = ListQuery::default;
    let one = |mut data: Vec<Invoice>, at: usize, query: DocumentQuery| {
        let previous = data.remove(at + 1);
        let mut invoice = data.remove(at);
        let days = daily(&invoice, now);
        let query = DocumentQuery { id: invoice.id.to_string(), ..query };
        let tokens = tokens(&mut invoice, &days);
        let line = (tokens.charge_id.to_string() == query.line).then(|| tokens.clone());
        let so_far = (invoice.status == InvoiceStatus::Draft).then(|| {
            let [before, now] = [&previous, &invoice]
                .map(|one| Invoice { end_timestamp: Some(one.at() + Duration::days(20)), ..one.clone() });
            PeriodToDate { days: 20, before, now }
        });
        let usage = vec![tokens];
        let detail =
            InvoiceDetail { invoice, previous: Some(previous), so_far, days: Some(days), usage, line };
        let found = report::one(&detail, &look, &query.find, query.show_all, now);
        let props = InvoicesProps { document: Some(found), ..InvoicesProps::default() };
        page(InvoicesQuery::Document(query), props)
    };
    let few = Page { data: history().data[..4].to_vec(), next_page: None };
    let empty = Page { data: vec![], next_page: None };
    let missed = ListQuery { number: "INV-9".to_owned(), ..plain() };
    let find = DocumentQuery { find: "west".to_owned(), ..DocumentQuery::default() };
    let line = DocumentQuery { line: TOKENS.to_string(), ..DocumentQuery::default() };
    vec![
        ("invoices", "Invoices", list(plain(), history())),
        ("invoices-few", "Few invoices", list(plain(), few)),
        ("invoices-currencies", "Two currencies", list(plain(), currencies())),
        ("invoices-no-match", "No invoice matches", list(missed, empty.clone())),
        ("invoices-empty", "No invoices yet", list(plain(), empty)),
        (
            "invoices-error",
            "Invoices could not be loaded",
            page(InvoicesQuery::default(), InvoicesProps::default()),
        ),
        ("invoice", "An invoice", one(history().data, 1, DocumentQuery::default())),
        ("invoice-line", "The days of a line", one(history().data, 1, line)),
        ("invoice-draft", "A draft", one(history().data, 0, DocumentQuery::default())),
        ("invoice-void", "A voided invoice", one(history().data, 3, DocumentQuery::default())),
        ("invoice-many", "An invoice with 480 regions", one(many(), 1, DocumentQuery::default())),
        ("invoice-find", "The same, searched", one(many(), 1, find)),
        (
            "invoice-unknown",
            "No such invoice",
            page(
                InvoicesQuery::document("0"),
                InvoicesProps { is_missing: true, ..InvoicesProps::default() },
            ),
        ),
    ]
}

/// A metered charge in tiers, and a fixed one.
fn price_list() -> PriceList {
    let in_force = |name: &str, prices: &[(i64, &str)]| {
        let price = |(tier, value): &(i64, &str)| Price { tier: Decimal::from(*tier), value: decimal(value) };
        let rate = Rate { prices: prices.iter().map(price).collect(), list_prices: None };
        EffectiveCharge { charge: charge(name), rate, fixed: None, reached: None }
    };
    let requests = EffectiveCharge {
        reached: Some(TierProgress { used: decimal("2806042"), tier: 1 }),
        ..in_force("Requests", &[(0, "0.25"), (1_000_000, "0.2"), (5_000_000, "0.15")])
    };
    let fee = EffectiveCharge {
        fixed: Some(FixedAmount { quantity: decimal("1"), amount: decimal("50000") }),
        ..in_force("Platform fee", &[(0, "50000")])
    };
    PriceList {
        credit_type: CreditType::usd_cents(),
        billing_frequency: BillingFrequency::Monthly,
        charges: vec![requests, fee],
        minimum: None,
        trial: None,
    }
}

/// A charge of a product of the same name; what it counts is not shown.
fn charge(name: &str) -> ChargeTerms {
    ChargeTerms {
        id: Uuid::nil(),
        name: name.to_owned(),
        custom_fields: BTreeMap::new(),
        product: ProductTerms {
            id: Uuid::nil(),
            name: name.to_owned(),
            custom_fields: BTreeMap::new(),
            group_key: None,
        },
        counts: Counts::Fixed(Vec::new()),
        conversion: None,
        tier_mode: TierMode::Graduated,
        tier_scope: TierScope::PerGroup,
        tier_reset: 1,
        rates: Vec::new(),
    }
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// The costs by day that, with the platform fee and the adjustments, add up to an invoice.
fn daily(invoice: &Invoice, now: DateTime<Utc>) -> PeriodCosts {
    let until = invoice.until().min(now);
    // A day that has begun is one of them.
    let count = (until - invoice.at() + Duration::days(1) - Duration::nanoseconds(1)).num_days();
    let first = invoice.at().date_naive();
    let fixed = decimal("50000");
    let all: Decimal = invoice.line_items.iter().map(|line| &line.total).sum();
    let all = &all - &fixed;
    // Up and down, and less on weekends; what rounding leaves over is on the first day.
    let weight = |at: i64| (20 + (at * at * 7 + at * 31) % 17) * if at % 7 > 4 { 4 } else { 10 };
    let whole = Decimal::from((0..count).map(weight).sum::<i64>());
    let share = |at| (&all * &Decimal::from(weight(at))).checked_div(&whole).unwrap().round(0);
    let mut metered: Vec<_> = first.iter_days().zip((0..count).map(share)).collect();
    let shared: Decimal = metered.iter().map(|(_, share)| share).sum();
    metered[0].1 = &metered[0].1 + &(&all - &shared);
    let (adjustments, total) = (invoice.adjustments().to_vec(), invoice.total.clone());
    let fixed = vec![("Platform fee".to_owned(), fixed)];
    PeriodCosts { metered, fixed, of_period: Vec::new(), adjustments, total }
}

/// The days of an invoice's input tokens: as high and low as what it costs.
fn tokens(invoice: &mut Invoice, days: &PeriodCosts) -> ChargeUsage {
    let mut sub_lines = invoice.line_items.iter_mut().flat_map(|line| &mut line.sub_line_items);
    let tokens = sub_lines.find(|sub_line| sub_line.name == "Input tokens").unwrap();
    tokens.charge_id = Some(TOKENS);
    let quantity = tokens.quantity.clone();
    let all: Decimal = days.metered.iter().map(|(_, amount)| amount).sum();
    let share = |(day, amount): &(NaiveDate, Decimal)| {
        (*day, (amount * &quantity).checked_div(&all).unwrap().round(1))
    };
    let mut shares: Vec<_> = days.metered.iter().map(share).collect();
    let shared: Decimal = shares.iter().map(|(_, share)| share).sum();
    shares[0].1 = &shares[0].1 + &(&quantity - &shared);
    ChargeUsage {
        charge_id: TOKENS,
        name: tokens.name.clone(),
        measure: Measure {
            billable_metric_id: Uuid::nil(),
            aggregation_type: AggregationType::Sum,
            group_index: 0,
        },
        per: NonZeroDecimal::one(),
        rounding: None,
        quantity,
        days: shares,
    }
}
