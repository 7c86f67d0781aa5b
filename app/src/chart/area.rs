//! Where a chart's marks stand and its days are pointed at or walked by keys: the page's inline script knows this markup.

use crate::view::usage_words;
use leptos::prelude::*;

/// The marks with the cursor and the tooltip over them. The rows of the table in the same figure are its days.
#[component]
pub fn ChartArea(
    /// The marks, as SVG elements for a view box of [`super::marks::CANVAS`].
    marks: String,
    /// The picture in one sentence.
    sentence: String,
    /// Days are as wide as their bars, and not points from edge to edge.
    is_bars: bool,
    /// Said in place of marks.
    #[prop(default = None)]
    nothing: Option<String>,
) -> impl IntoView {
    view! {
        <div
            class="area"
            tabindex="0"
            role="group"
            aria-label=usage_words::BY_KEYS
            data-bars=is_bars.then_some("")
        >
            <svg viewBox="0 0 3000 1000" preserveAspectRatio="none" role="img" aria-label=sentence inner_html=marks></svg>
            {nothing.map(|nothing| view! { <p class="nothing">{nothing}</p> })}
            <div class="cursor" hidden><i></i></div>
            <div class="tooltip" role="tooltip" aria-live="polite" hidden></div>
        </div>
    }
}
