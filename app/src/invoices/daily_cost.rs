//! The days of an invoice, or of one of its lines: bars, and the same as a table that adds up to it.

use super::{
    lines::line_id,
    query::{BY_DAY, DocumentQuery, InvoicesQuery},
    report::ByDay,
    state::Dashboard,
    text,
};
use crate::{
    chart::{
        ChartArea, ChartSource, Tip, TipLine,
        marks::{ChartKind, Drawing, Mark},
        scale::YScale,
        table,
    },
    day,
    markup::{IN_PLACE, Markup, adjacent, all, sum_row, tag, text as words},
};
use leptos::prelude::*;

/// A day that cost something is seen: the least height of its bar is the 250th part of the plot's, which is in hundredths.
const LEAST: i128 = 25_000;

/// The days of a billing period.
#[component]
pub(super) fn DailyChart(
    dashboard: Dashboard,
    /// The days.
    by_day: ByDay,
    /// What is shown: of an invoice, or of one of its lines.
    query: DocumentQuery,
) -> impl IntoView {
    let (title, column) = (by_day.title.clone(), by_day.column.clone());
    let labels: Vec<Markup> = by_day.labels.iter().map(|label| tag("span", &[], words(label))).collect();
    let (axis, table) = (by_day.axis(), by_day.table());
    let caption = caption(&title, &by_day.summary, &query, &dashboard.link_now());
    let rest = by_day.rest_note.clone();
    let rest = (!rest.is_empty()).then(|| view! { <p class="hint">{rest}</p> });
    let source = Source(StoredValue::new((by_day.marks(), by_day)));
    view! {
        <figure class="daily" id=BY_DAY tabindex="-1" aria-label=title>
            <figcaption inner_html=caption></figcaption>
            <p class="axis-y" aria-hidden="true" inner_html=all(&labels).html()></p>
            <ChartArea source name=column is_bars=true/>
            <p class="axis" aria-hidden="true" inner_html=axis></p>
            {rest}
            <details class="data" inner_html=table></details>
        </figure>
    }
}

/// What the chart shows; of a line, with the way back to it.
fn caption(title: &str, summary: &str, query: &DocumentQuery, token: &str) -> String {
    let back = match query.line.as_str() {
        "" => Markup::default(),
        line => {
            let whole = DocumentQuery { line: String::new(), ..query.clone() };
            let mut href = InvoicesQuery::Document(whole).href(token);
            href.push('#');
            href.push_str(&line_id(&query.id, line));
            tag("a", &[("href", &href), IN_PLACE], words(text::ALL_USAGE))
        }
    };
    let label = tag("span", &[("class", "label")], all(&[words(title), back]));
    all(&[label, tag("small", &[], words(summary))]).html()
}

/// The chart, of which nothing changes while it is shown.
#[derive(Clone, Copy)]
struct Source(StoredValue<(Vec<Mark>, ByDay)>);

impl ChartSource for Source {
    fn marks(self) -> Vec<Mark> {
        self.0.with_value(|(marks, _)| marks.clone())
    }

    fn sentence(self) -> String {
        self.0.with_value(|(_, by_day)| {
            let total = text::total_of(&by_day.total, by_day.days.values.len());
            format!("{}: {total} {}", by_day.title, by_day.summary)
        })
    }

    fn nothing(self) -> Option<String> {
        None
    }

    fn days(self) -> usize {
        self.0.with_value(|(_, by_day)| by_day.days.values.len())
    }

    fn tip(self, day: usize) -> Tip {
        self.0.with_value(|(_, by_day)| by_day.tip(day))
    }
}

impl ByDay {
    /// A day's number since 1970-01-01.
    fn day(&self, at: usize) -> i32 {
        self.first_day + i32::try_from(at).unwrap_or_default()
    }

    fn is_today(&self, at: usize) -> bool {
        self.today.is_some_and(|today| today as usize == at)
    }

    /// The bars and the levels behind them.
    fn marks(&self) -> Vec<Mark> {
        let scale = YScale::of(self.levels.0.clone(), self.days.scale);
        let least = ((scale.top() - scale.bottom()) / LEAST).max(1);
        let seen = |value: &i128| value.signum() * value.abs().max(least);
        let seen: Vec<i128> = self.days.values.iter().map(seen).collect();
        let today = self.today.map(|today| today as usize);
        let (kind, series) = (ChartKind::Bars, vec![(0, seen.as_slice())]);
        Drawing { kind, series, scale: &scale, boundaries: &[], today }.marks()
    }

    /// What is said of a day.
    fn tip(&self, at: usize) -> Tip {
        let mut heads = vec![day::date(self.day(at))];
        if self.is_today(at) {
            heads.push(text::SO_FAR.to_owned());
        }
        let value = self.days.values.get(at).copied().unwrap_or_default();
        let text = self.unit.write(value, self.days.scale);
        Tip { heads, lines: vec![TipLine { text, ..TipLine::default() }], dot: None }
    }

    /// The first day, one in the middle, and the last.
    fn axis(&self) -> String {
        let count = self.days.values.len();
        let label = |at: usize| tag("span", &[], words(&day::month_day(self.day(at))));
        all(&[0, count / 2, count.saturating_sub(1)].map(label)).html()
    }

    /// The days as a table, the newest first, with the rest below them: together they add up to the whole, where they do.
    fn table(&self) -> String {
        let amounts = self.unit.column(&self.days.values, self.days.scale);
        let row = |(at, amount): (usize, String)| {
            let so_far = self.is_today(at).then_some(text::SO_FAR);
            table::day_row(self.day(at), so_far.into_iter(), [amount.as_str()].into_iter())
        };
        let rows: Vec<Markup> = amounts.into_iter().enumerate().rev().map(row).collect();
        let mut sums = Vec::new();
        if !self.rest.is_empty() {
            sums.push(sum_row("sum", "1", text::METERED, &self.total));
            sums.extend(self.rest.iter().map(|rest| sum_row("sum", "1", &rest.label, &rest.value)));
        }
        if !self.whole.is_empty() {
            sums.push(sum_row("total", "1", text::TOTAL, &self.whole));
        }
        let parts = [
            tag("caption", &[], words(&self.title)),
            table::head([text::DAY, self.column.as_str()].into_iter()),
            tag("tbody", &[], adjacent(&rows)),
            tag("tfoot", &[], all(&sums)),
        ];
        all(&[tag("summary", &[], words(text::AS_TABLE)), tag("table", &[], all(&parts))]).html()
    }
}
