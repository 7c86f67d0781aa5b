//! Writes every sample page to `target/preview`, light, dark and in a theme, to be looked at without a server.

#![allow(clippy::unwrap_used, missing_docs)]

use app::{
    embed::theme::{ColorScheme, Theme},
    pages::{PageFrame, Shell},
    samples::samples,
};
use leptos::prelude::*;
use std::{fs, path::Path};

const CSS: &str = concat!(
    include_str!("../../style/tokens.css"),
    include_str!("../../style/base.css"),
    include_str!("../../style/components.css"),
    include_str!("../../style/charts.css"),
);

fn main() {
    let folder = Path::new("target/preview");
    fs::create_dir_all(folder).unwrap();
    let overrides =
        ["Gray_dark", "White", "Action", "UsageLine_0", "Primary_light", "Primary_medium", "Gray_light"]
            .into_iter()
            .zip(["#3b2a1a", "#fffaf2", "#b4501a", "#b4501a", "#fbe8d8", "#b4501a", "#ecdcc8"]);
    let brown = Theme::new(overrides.map(|(t, c)| (t.parse().unwrap(), c.parse().unwrap())).collect());
    let looks = [
        ("", ColorScheme::Light, Theme::default()),
        ("-dark", ColorScheme::Dark, Theme::default()),
        ("-theme", ColorScheme::Light, brown),
    ];
    for sample in samples() {
        for (suffix, scheme, theme) in looks.clone() {
            let content = sample.content.clone();
            let frame = PageFrame {
                title: sample.title,
                scheme,
                theme,
                js: "",
                wasm: "",
                css: CSS,
                nonce: String::new(),
                session: None,
            };
            let html = Owner::new().with(|| view! { <Shell frame content/> }.to_html());
            fs::write(folder.join(format!("{}{suffix}.html", sample.name)), html).unwrap();
        }
    }
}
