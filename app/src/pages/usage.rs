//! The usage dashboard: one chart per billable metric of the current plan.

use super::LoadError;
use crate::{
    billing::{DayMark, UsageSeries, UsageWindow},
    chart::UsageChart,
    components::{EmptyState, ErrorState, UsageChoices, WindowTabs},
    embed::GroupKeyNames,
    view::{
        text,
        usage::{UsageCard, UsageContext},
        usage_choice::UsageChoice,
        usage_words,
    },
};
use chrono::{DateTime, Utc};
use leptos::{either::EitherOf3, prelude::*};

/// What the usage page shows.
#[derive(Clone, Debug)]
pub struct UsagePage {
    /// The metrics and what is around them.
    pub board: Result<UsageBoard, LoadError>,
    /// What the reader chose.
    pub choice: UsageChoice,
    /// Names for group keys and values.
    pub names: GroupKeyNames,
    /// When the figures were read.
    pub now: DateTime<Utc>,
    /// This page with its token, to which `&window=60` is appended.
    pub base_href: String,
}

/// The metrics of a customer and what is around them.
#[derive(Clone, Debug, Default)]
pub struct UsageBoard {
    /// False for a customer without a current plan.
    pub has_plan: bool,
    /// Each metric of the plan by name; what could not be loaded fails alone.
    pub metrics: Vec<(String, Result<UsageSeries, LoadError>)>,
    /// What the metrics can be grouped by.
    pub group_keys: Vec<Vec<String>>,
    /// Billing periods and plans.
    pub marks: Vec<DayMark>,
}

/// A card over all windows; the first is the one that is shown.
type Windows = Vec<(UsageWindow, UsageCard)>;

impl UsagePage {
    pub(super) fn view(self) -> impl IntoView {
        let href = self.choice.href(&self.base_href);
        match &self.board {
            Err(LoadError) => EitherOf3::A(view! {
                <header class="heading"><h1>{usage_words::USAGE}</h1></header>
                <ErrorState text=usage_words::PAGE_FAILED href/>
            }),
            Ok(board) if board.metrics.is_empty() => EitherOf3::B(view! {
                <header class="heading"><h1>{usage_words::USAGE}</h1></header>
                <EmptyState text=if board.has_plan {
                    usage_words::NO_METRICS
                } else {
                    usage_words::NO_PLAN
                }/>
            }),
            Ok(board) => EitherOf3::C(self.charts(board, href)),
        }
    }

    fn charts(&self, board: &UsageBoard, href: String) -> impl IntoView + use<> {
        let choice = &self.choice;
        let context =
            UsageContext { choice, names: &self.names, marks: &board.marks, base_href: &self.base_href };
        let has_cost =
            board.metrics.iter().any(|(_, series)| series.as_ref().is_ok_and(|series| series.cost.is_ok()));
        let mut templates = Vec::new();
        let cards = board.metrics.iter().map(|(name, series)| match series {
            Err(LoadError) => EitherOf3::A(view! { <FailedCard name=text::name(name) href=href.clone()/> }),
            Ok(series) => match windows(series, context) {
                Err(reason) => EitherOf3::B(view! { <WordCard name=text::name(name) text=reason/> }),
                Ok(mut windows) => {
                    let (_, card) = windows.remove(0);
                    templates.extend(windows);
                    EitherOf3::C(view! { <ChartCard card/> })
                }
            },
        });
        let cards = cards.collect_view();
        let templates = templates.into_iter().map(|(window, card)| {
            view! { <template data-window=window.days().to_string()><UsageChart card/></template> }
        });
        let marks: Vec<DayMark> = board.marks.clone();
        let method = usage_words::method(choice.is_cost, &marks);
        view! {
            <div
                id="usage"
                data-window=choice.window.days().to_string()
                data-said=usage_words::announcement(choice, &self.names)
            >
                <header class="heading">
                    <div>
                        <h1 tabindex="-1">{usage_words::USAGE}</h1>
                        <p class="as-of">{usage_words::as_of(self.now)}</p>
                    </div>
                    <WindowTabs choice=choice.clone() base_href=self.base_href.clone()/>
                </header>
                <UsageChoices
                    choice=choice.clone()
                    base_href=self.base_href.clone()
                    group_keys=board.group_keys.clone()
                    names=self.names.clone()
                    has_cost
                />
                <div class="charts" data-count=board.metrics.len().to_string()>{cards}</div>
                <details class="method">
                    <summary>{usage_words::METHOD}</summary>
                    <ul>{method.into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect_view()}</ul>
                </details>
                {templates.collect_view()}
            </div>
            <p id="said" role="status" data-failed=usage_words::CHOICE_FAILED></p>
        }
    }
}

/// The card of the chosen window first. The others are for switching in place; of a metric by groups there is only the
/// one, because its groups were ranked for it.
fn windows(series: &UsageSeries, context: UsageContext<'_>) -> Result<Windows, &'static str> {
    let chosen = context.choice.window;
    let mut all = vec![(chosen, UsageCard::new(series, context, chosen)?)];
    if context.choice.group_key.is_none() {
        for window in UsageWindow::ALL.into_iter().filter(|window| *window != chosen) {
            all.push((window, UsageCard::new(series, context, window)?));
        }
    }
    Ok(all)
}

#[component]
fn ChartCard(card: UsageCard) -> impl IntoView {
    let (title, label, name) = (card.name.clone(), card.name.clone(), card.name.clone());
    view! {
        <section class="card usage-chart" data-chart="">
            <h2 title=title>{name}</h2>
            // Without a name of its own it has its caption's words, and they are read twice.
            <figure aria-label=label><UsageChart card/></figure>
        </section>
    }
}

/// A metric that cannot be shown as asked, and why.
#[component]
fn WordCard(name: String, text: &'static str) -> impl IntoView {
    let title = name.clone();
    view! {
        <section class="card usage-chart" data-state="hidden">
            <h2 title=title>{name}</h2>
            <p class="hint">{text}</p>
        </section>
    }
}

/// A metric that could not be loaded, while the others could.
#[component]
fn FailedCard(name: String, href: String) -> impl IntoView {
    let title = name.clone();
    view! {
        <section class="card usage-chart" data-state="error" role="alert">
            <h2 title=title>{name}</h2>
            <p class="hint">{usage_words::CHART_FAILED}</p>
            <a class="button" href=href data-session="" data-choice="retry">{usage_words::RETRY}</a>
        </section>
    }
}
