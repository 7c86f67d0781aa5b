//! The style guide: every color by its API name, live beside both dashboards, with contrast and the JSON to copy.

// The component macro writes `pub` functions whatever the visibility of their module.
#![allow(unreachable_pub)]

use super::{
    contrast::{TOKEN_GROUPS, ratio},
    samples,
};
use app::embed::{
    contrast::PAIRS,
    palette::palette,
    theme::{ColorScheme, Token},
};
use leptos::prelude::*;

const SCRIPT: &str = include_str!("styleguide.js");
const STYLE: &str = include_str!("../../../style/styleguide.css");

/// Our own scales, for people: name, value, use.
const SCALES: [(&str, &str, &str); 14] = [
    ("--space-1", "4 px", "Between a number and its unit"),
    ("--space-2", "8 px", "Inside a control"),
    ("--space-3", "12 px", "Height of a table cell's padding"),
    ("--space-4", "16 px", "Inside a card, between cards"),
    ("--space-5", "24 px", "Edge of the page"),
    ("--space-6", "32 px", "Between sections"),
    ("--space-7", "48 px", "Around a message"),
    ("--text-1", "12/16 px", "Labels, axes"),
    ("--text-2", "14/20 px", "Body"),
    ("--text-4", "20/28 px", "Heading of a page"),
    ("--text-5", "28/36 px", "Key figure"),
    ("--radius-1", "4 px", "Badges, controls"),
    ("--radius-2", "8 px", "Cards"),
    ("--duration-1", "120 ms", "Hover and focus, unless motion is reduced"),
];

/// The complete document.
#[component]
pub(super) fn Styleguide(
    /// URL of the style sheet.
    css: &'static str,
    /// The nonce of this answer's content security policy.
    nonce: String,
    /// Where the API is reached, for the command to copy.
    public_url: String,
) -> impl IntoView {
    let (dashboards, states): (Vec<_>, Vec<_>) = samples().into_iter().partition(|sample| !sample.is_state);
    let data = data(&public_url);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-scheme="light">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="robots" content="noindex"/>
                <title>"Style guide · Inlay"</title>
                <link rel="icon" href="favicon.svg"/>
                <link rel="stylesheet" href=css/>
                <style nonce=nonce.clone() inner_html=STYLE></style>
            </head>
            <body class="guide">
                <header class="guide-head">
                    <div>
                        <h1>"Style guide"</h1>
                        <p>
                            "Every color of the dashboards, by the name that " <code>"color_overrides"</code>
                            " takes. Change one, and the dashboards follow."
                        </p>
                    </div>
                    <div class="guide-tools">
                        <Choice name="scheme" label="Colors to start from" options=&[("light", "Light"), ("dark", "Dark")]/>
                        <Choice name="width" label="Width of the frame" options=&[("360", "360"), ("768", "768"), ("100%", "Full")]/>
                        <button class="button" id="reset" type="button">"Reset colors"</button>
                    </div>
                </header>
                <noscript><p class="card state">"Changing colors needs JavaScript. The tables below do not."</p></noscript>
                <div class="guide-columns">
                    <section class="guide-tokens" aria-label="Colors">
                        {TOKEN_GROUPS.iter().map(|(title, names)| view! {
                            <h2>{*title}</h2>
                            <ul>
                                {names.iter().filter_map(|name| name.parse::<Token>().ok()).map(|token| view! {
                                    <TokenRow name=token.name() place=token.paints()/>
                                }).collect_view()}
                            </ul>
                        }).collect_view()}
                    </section>
                    <section class="guide-frames" aria-label="Dashboards">
                        {dashboards.into_iter().map(|sample| view! { <Frame name=sample.name title=sample.title/> }).collect_view()}
                    </section>
                </div>
                <section class="guide-section" id="copy">
                    <h2>"Copy"</h2>
                    <p class="guide-lead" id="changes">"Nothing is changed: the dashboards need no overrides."</p>
                    <div class="guide-code">
                        <Code id="json" label="color_overrides"/>
                        <Code id="curl" label="A URL with these colors"/>
                    </div>
                </section>
                <section class="guide-section" id="contrast">
                    <h2>"Contrast"</h2>
                    <p class="guide-lead">
                        "Pairs that meet in the dashboards. Text needs 4.5, shapes that carry meaning need 3 (WCAG 2.2 AA). \
                         For a pair that fails, the nearest color of the same hue that passes is proposed."
                    </p>
                    <div class="guide-scroll">
                        <table>
                            <caption>"Contrast of every pair of colors, in both schemes"</caption>
                            <thead>
                                <tr>
                                    <th scope="col">"Where"</th>
                                    <th scope="col">"Front"</th>
                                    <th scope="col">"Behind"</th>
                                    <th scope="col" class="guide-number">"Needs"</th>
                                    <th scope="col" class="guide-number">"Light"</th>
                                    <th scope="col" class="guide-number">"Dark"</th>
                                </tr>
                            </thead>
                            <tbody>{pairs()}</tbody>
                        </table>
                    </div>
                </section>
                <section class="guide-section" id="states">
                    <h2>"States"</h2>
                    <p class="guide-lead">"What a reader meets besides figures, in the same colors."</p>
                    <div class="guide-states">
                        {states.into_iter().map(|sample| view! { <Frame name=sample.name title=sample.title/> }).collect_view()}
                    </div>
                </section>
                <section class="guide-section" id="scales">
                    <h2>"Space, type, shape, motion"</h2>
                    <p class="guide-lead">"Ours, and the same in every dashboard; only colors can be overridden."</p>
                    <div class="guide-scroll">
                        <table>
                            <caption>"Scales"</caption>
                            <thead>
                                <tr>
                                    <th scope="col">"Name"</th>
                                    <th scope="col">"Value"</th>
                                    <th scope="col">"Use"</th>
                                </tr>
                            </thead>
                            <tbody>
                                {SCALES.map(|(name, value, place)| view! {
                                    <tr><th scope="row"><code>{name}</code></th><td>{value}</td><td>{place}</td></tr>
                                }).collect_view()}
                            </tbody>
                        </table>
                    </div>
                </section>
                <p class="guide-status" id="said" role="status"></p>
                <script nonce=nonce.clone() type="application/json" id="data" inner_html=data></script>
                <script nonce=nonce inner_html=SCRIPT></script>
            </body>
        </html>
    }
}

/// Buttons of which one is chosen.
#[component]
fn Choice(
    name: &'static str,
    label: &'static str,
    options: &'static [(&'static str, &'static str)],
) -> impl IntoView {
    view! {
        <div class="guide-choice" role="group" aria-label=label>
            {options.iter().map(|(value, word)| view! {
                <button type="button" data-choice=name value=*value aria-pressed="false">{*word}</button>
            }).collect_view()}
        </div>
    }
}

/// One color: swatch, name, use, value, and the contrast that is nearest to failing.
#[component]
fn TokenRow(name: &'static str, place: &'static str) -> impl IntoView {
    view! {
        <li data-token=name>
            <input type="color" aria-label=format!("Color of {name}")/>
            <div>
                <code>{name}</code>
                <small>{place}</small>
            </div>
            <input type="text" size="7" maxlength="7" spellcheck="false" autocomplete="off" aria-label=format!("Hex value of {name}")/>
            <output></output>
        </li>
    }
}

/// One page in its own frame, so that it takes the frame's width as it would in a portal.
#[component]
fn Frame(name: &'static str, title: &'static str) -> impl IntoView {
    view! {
        <figure class="guide-frame">
            <figcaption>{title}</figcaption>
            <iframe {..leptos::attr::loading("lazy")} title=title src=format!("styleguide/{name}") data-sample=name></iframe>
        </figure>
    }
}

/// Text to copy.
#[component]
fn Code(id: &'static str, label: &'static str) -> impl IntoView {
    view! {
        <figure class="card">
            <figcaption>
                <span>{label}</span>
                <button class="button" type="button" data-copy=id aria-label=format!("Copy {label}")>"Copy"</button>
            </figcaption>
            <pre tabindex="0"><code id=id></code></pre>
        </figure>
    }
}

fn pairs() -> impl IntoView {
    let (light, dark) = (palette(ColorScheme::Light), palette(ColorScheme::Dark));
    PAIRS
        .iter()
        .enumerate()
        .map(|(index, pair)| {
            let cell = |scheme, contrast: f64| {
                let passes = contrast >= pair.least;
                view! {
                    <td class="guide-number" data-contrast=scheme data-passes=passes.to_string()>{ratio(contrast)}</td>
                }
            };
            view! {
                <tr data-pair=index.to_string()>
                    <th scope="row">{pair.place}</th>
                    <td><code>{pair.front}</code></td>
                    <td>
                        <code>{pair.behind}</code>
                        {(pair.tint > 0).then_some(" with its tint")}
                    </td>
                    <td class="guide-number">{format!("{:.1}", pair.least)}</td>
                    {cell("light", pair.contrast(&light))}
                    {cell("dark", pair.contrast(&dark))}
                </tr>
            }
        })
        .collect_view()
}

/// What the script works with.
fn data(public_url: &str) -> String {
    let colors = |scheme| {
        let colors =
            palette(scheme).into_iter().map(|(token, color)| (token.name(), color.to_string().into()));
        serde_json::Value::Object(colors.map(|(name, color)| (name.to_owned(), color)).collect())
    };
    let pairs: Vec<_> = PAIRS
        .iter()
        .map(|pair| serde_json::json!([pair.front, pair.behind, pair.tint, pair.least, pair.strength]))
        .collect();
    serde_json::json!({
        "names": Token::NAMES,
        "light": colors(ColorScheme::Light),
        "dark": colors(ColorScheme::Dark),
        "pairs": pairs,
        "url": public_url,
    })
    .to_string()
    .replace('<', "\\u003c") // nothing in it ends the element
}
