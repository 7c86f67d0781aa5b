//! Where a chart's marks stand, and where its days are pointed at or walked by keys.

use super::{
    marks::Mark,
    series::{name, swatch},
};
use crate::markup::{Markup, all, tag, text};
use leptos::{ev, html, prelude::*};

/// The name of a chart's plot: of what it is, and how it is walked by keys.
fn by_keys(of: &str) -> String {
    format!("{of} by day: arrow keys move, Home and End jump")
}

/// What is said of one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tip {
    /// The day, and what begins or ends with it.
    pub heads: Vec<String>,
    /// A line for each series, or one number alone.
    pub lines: Vec<TipLine>,
    /// Where the day's only value stands, in thousandths of the plot from its top.
    pub dot: Option<u32>,
}

/// A series on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TipLine {
    /// The number of the series' color, from 0; `None` for a sum, and for a number alone.
    pub slot: Option<u8>,
    /// The name of the series; empty for a number alone.
    pub name: String,
    /// The value of the day, formatted with its unit.
    pub text: String,
}

impl Tip {
    /// All that is said, one line below the other.
    fn html(&self) -> String {
        let heads = self.heads.iter().map(|head| tag("span", &[], text(head)));
        let parts: Vec<Markup> = heads.chain(self.lines.iter().map(TipLine::markup)).collect();
        all(&parts).html()
    }
}

impl TipLine {
    fn markup(&self) -> Markup {
        let number = tag("strong", &[], text(&self.text));
        if self.name.is_empty() {
            return number;
        }
        tag(
            "span",
            &[],
            all(&[self.slot.map(|slot| swatch(slot.into())).unwrap_or_default(), name(&self.name), number]),
        )
    }
}

/// Where a chart comes from: what it shows now, read anew at each change.
pub trait ChartSource: Copy + Send + Sync + 'static {
    /// The marks; another chart in the same place has as many, of the same classes.
    fn marks(self) -> Vec<Mark>;
    /// The picture in one sentence.
    fn sentence(self) -> String;
    /// What is said in place of marks, where there are none.
    fn nothing(self) -> Option<String>;
    /// How many days there are.
    fn days(self) -> usize;
    /// What is said of a day.
    fn tip(self, day: usize) -> Tip;
}

/// The marks, with cursor and tooltip over the day that is pointed at. The rows of the table in the same figure are its
/// days: before the app has started, a script answers from them.
#[component]
pub fn ChartArea<S: ChartSource>(
    /// What is shown.
    source: S,
    /// Of what it is.
    name: String,
    /// Days are as wide as their bars, and not points from edge to edge.
    is_bars: bool,
) -> impl IntoView {
    let area = NodeRef::<html::Div>::new();
    let hover = RwSignal::new(None::<usize>);
    let days = move || untrack(|| source.days());
    let last = move || days().saturating_sub(1);
    let point = move |event: ev::PointerEvent| {
        let Some(area) = area.get_untracked() else { return };
        let bounds = area.get_bounding_client_rect();
        let share = ((f64::from(event.client_x()) - bounds.left()) / bounds.width()).clamp(0.0, 1.0);
        let days = days() as f64;
        let day = if is_bars { share * days } else { share * (days - 1.0) + 0.5 };
        hover.set(Some((day as usize).min(last())));
    };
    let leave = move |event: ev::PointerEvent| {
        if event.pointer_type() == "mouse" {
            hover.set(None);
        }
    };
    let walk = move |event: ev::KeyboardEvent| {
        let at = hover.get_untracked().unwrap_or(last() + 1);
        let to = match event.key().as_str() {
            "ArrowLeft" => at.saturating_sub(1),
            "ArrowRight" => at + 1,
            "Home" => 0,
            "End" => last(),
            "Escape" => return hover.set(None),
            _ => return,
        };
        event.prevent_default();
        hover.set(Some(to.min(last())));
    };
    let focus = move |_| {
        let is_by_keys =
            area.get_untracked().is_some_and(|area| area.matches(":focus-visible").unwrap_or(false));
        if is_by_keys && hover.get_untracked().is_none() {
            hover.set(Some(last()));
        }
    };
    let pointed = move || {
        let day = hover.get()?;
        // Another window has other days.
        let tip = (day < source.days()).then(|| source.tip(day))?;
        let (day, days, last) = (day as f64, days() as f64, last().max(1) as f64);
        let share = if is_bars { (day + 0.5) / days } else { day / last };
        Some(view! { <Pointed tip share area/> })
    };
    let nothing = move || {
        let nothing = source.nothing();
        let is_hidden = nothing.is_none().then_some("");
        view! { <p class="nothing" hidden=is_hidden>{nothing}</p> }
    };
    // One closure for all marks: comparing them costs less than a subscription for each.
    let paths = move || source.marks().into_iter().map(path).collect_view();
    view! {
        <div
            class="area"
            tabindex="0"
            role="group"
            aria-label=by_keys(&name)
            data-bars=is_bars.then_some("")
            node_ref=area
            on:pointermove=point
            on:pointerdown=point
            on:pointerleave=leave
            on:keydown=walk
            on:focus=focus
            on:blur=move |_| hover.set(None)
        >
            <svg viewBox="0 0 3000 1000" preserveAspectRatio="none" role="img" aria-label=move || source.sentence()>
                {paths}
            </svg>
            {nothing}
            {pointed}
        </div>
    }
}

/// A mark as a path.
fn path(mark: Mark) -> impl IntoView {
    let Mark { class, slot, width, path } = mark;
    let color = slot.map(|slot| format!("var(--UsageLine_{slot})"));
    let (fill, stroke) = if class == "area" { (color, None) } else { (None, color) };
    let width = width.map(|width| width.to_string());
    view! { <path class=class fill=fill stroke=stroke stroke-width=width d=path></path> }
}

/// The day that is pointed at: a line through it, and what it says beside that line, inside the plot.
#[component]
fn Pointed(
    /// What is said.
    tip: Tip,
    /// Where the day stands, as a share of the width.
    share: f64,
    /// The plot.
    area: NodeRef<html::Div>,
) -> impl IntoView {
    let (cursor, tooltip) = (NodeRef::<html::Div>::new(), NodeRef::<html::Div>::new());
    // Once it is there, for it stands where it fits: by the CSSOM, as the content security policy allows no attribute.
    Effect::new(move || {
        let (Some(area), Some(cursor), Some(tooltip)) = (area.get(), cursor.get(), tooltip.get()) else {
            return;
        };
        let (all, own) = (area.client_width(), tooltip.offset_width());
        let x = (f64::from(all) * share) as i32;
        let left = if x + 12 + own <= all { x + 12 } else { (x - 12 - own).max(0) };
        for (element, left) in [(cursor, x), (tooltip, left)] {
            // A length is never refused.
            let _ = web_sys::HtmlElement::style(&element).set_property("left", &format!("{left}px"));
        }
    });
    let lines = tip.html();
    let dot = tip.dot.map(|dot| view! { <i style:top=format!("{}.{}%", dot / 10, dot % 10)></i> });
    view! {
        <div class="cursor" node_ref=cursor>{dot}</div>
        // A live region, and no element's description besides: screen readers would read it twice.
        <div class="tip" aria-live="polite" node_ref=tooltip inner_html=lines></div>
    }
}
