//! Which colors meet on the pages, how well they must be told apart, and a warning for each pair that falls short.

use super::{
    ColorScheme, DashboardConfig,
    palette::{contrast, palette},
    theme::{Color, Token},
};

/// The least contrast of text (WCAG 2.2, 1.4.3).
const TEXT: f64 = 4.5;

/// The least contrast of lines and marks that carry meaning (WCAG 2.2, 1.4.11).
const MARK: f64 = 3.0;

/// Two colors that meet.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// The token in front.
    pub front: &'static str,
    /// The token behind.
    pub behind: &'static str,
    /// How much of the front color is laid over the one behind to be its background, in percent.
    pub tint: u32,
    /// How much of the front color is in front, in percent; the rest is the one behind.
    pub strength: u32,
    /// The least contrast.
    pub least: f64,
    /// Where they meet.
    pub place: &'static str,
}

const fn text(front: &'static str, behind: &'static str, place: &'static str) -> Pair {
    Pair { front, behind, tint: 0, strength: 100, least: TEXT, place }
}

const fn mark(front: &'static str, behind: &'static str, place: &'static str) -> Pair {
    Pair { least: MARK, ..text(front, behind, place) }
}

/// Every pair that must be told apart. Hairlines and the surfaces of rows are decoration: nothing depends on seeing them.
pub const PAIRS: [Pair; 31] = [
    text("Gray_dark", "White", "text; the tooltip, reversed"),
    text("Gray_dark", "Gray_extralight", "text of an open row"),
    text("Gray_dark", "Primary_light", "name of the selected group"),
    text("Gray_medium", "White", "secondary text, axes"),
    text("Gray_medium", "Gray_extralight", "secondary text of an open row"),
    text("Gray_medium", "Primary_light", "share of the selected group"),
    Pair { strength: 70, ..mark("Gray_medium", "White", "border of fields") },
    text("Primary_medium", "Primary_light", "word of the selected tab"),
    text("Primary_medium", "White", "word of the selected menu item"),
    Pair { tint: 10, ..text("Gray_dark", "White", "word of the Finalized badge") },
    text("Primary_green", "White", "credits of an invoice"),
    text("Primary_red", "White", "what failed"),
    Pair { tint: 10, ..text("Primary_red", "White", "word of the Void badge") },
    text("Action", "White", "links and buttons"),
    text("Action", "Gray_extralight", "links of an open row"),
    text("Action_hover", "White", "a link under the pointer"),
    text("Action_hover", "Gray_extralight", "a button under the pointer"),
    mark("Primary_medium", "Gray_extralight", "focus ring of an open row"),
    mark("Progress_bar", "Progress_bar_background", "what is over against what is left"),
    mark("Progress_bar", "White", "progress on a card"),
    mark("UsageLine_0", "White", "first series"),
    mark("UsageLine_1", "White", "second series"),
    mark("UsageLine_2", "White", "third series"),
    mark("UsageLine_3", "White", "fourth series"),
    mark("UsageLine_4", "White", "fifth series"),
    mark("UsageLine_5", "White", "sixth series"),
    mark("UsageLine_6", "White", "seventh series"),
    mark("UsageLine_7", "White", "eighth series"),
    mark("UsageLine_8", "White", "ninth series"),
    mark("UsageLine_9", "White", "“Other”"),
    mark("Gray_medium", "White", "the line of zero, the cursor"),
];

impl Pair {
    /// Its two colors in a palette, as they stand there; `None` when the palette lacks one.
    fn colors(&self, palette: &[(Token, Color)]) -> Option<(Color, Color)> {
        let color = |name| palette.iter().find(|(token, _)| token.name() == name).map(|(_, color)| *color);
        Some((color(self.front)?, color(self.behind)?))
    }

    /// Its contrast in a palette; 1 when the palette lacks one of the two.
    pub fn contrast(&self, palette: &[(Token, Color)]) -> f64 {
        self.colors(palette).map_or(1.0, |(front, behind)| {
            contrast(front.tint(self.strength, behind), front.tint(self.tint, behind))
        })
    }
}

/// What a reader of this dashboard could not tell apart, in each scheme that it can be seen in, and overrides that are
/// never seen. The colors that are not overridden are part of it.
pub fn warnings(config: &DashboardConfig) -> Vec<String> {
    let seen = config.color_scheme.seen();
    let unseen =
        config.theme.overrides().iter().filter(|one| !one.scheme.seen().iter().any(|it| seen.contains(it)));
    let unseen = unseen.map(|one| {
        format!(
            "{} {} is for the {} scheme, which color_scheme \"{}\" never shows",
            one.token.name(),
            one.color,
            one.scheme.as_str(),
            config.color_scheme.as_str(),
        )
    });
    let pairs = seen.iter().flat_map(|scheme| {
        let mut palette = palette(*scheme);
        for (token, color) in config.theme.colors(*scheme) {
            palette.iter_mut().filter(|(own, _)| *own == token).for_each(|(_, own)| *own = color);
        }
        PAIRS.iter().filter_map(move |pair| warning(pair, *scheme, &palette))
    });
    unseen.chain(pairs).collect()
}

fn warning(pair: &Pair, scheme: ColorScheme, palette: &[(Token, Color)]) -> Option<String> {
    let found = pair.contrast(palette);
    let (front, behind) = pair.colors(palette).filter(|_| found < pair.least)?;
    let tint = if pair.tint > 0 { " with its own tint" } else { "" };
    Some(format!(
        "{} {front} on {} {behind}{tint} has a contrast of {:.2} in the {} scheme, and needs {:.1}: {}",
        pair.front,
        pair.behind,
        // Cut and not rounded, so that 4.499 never reads as 4.5.
        (found * 100.0).floor() / 100.0,
        scheme.as_str(),
        pair.least,
        pair.place,
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::embed::EmbedRequest;
    use serde_json::{Value, json};

    fn warned(scheme: &str, overrides: Value) -> Vec<String> {
        let request: EmbedRequest = serde_json::from_value(json!({
            "customer_id": uuid::Uuid::nil(),
            "dashboard": "usage",
            "color_scheme": scheme,
            "color_overrides": overrides,
        }))
        .unwrap();
        warnings(&request.config)
    }

    #[test]
    fn our_own_colors_can_be_told_apart_in_both_schemes() {
        assert_eq!(warned("auto", json!([])), Vec::<String>::new());
    }

    #[test]
    fn a_pair_that_falls_short_is_named_with_what_it_has_and_needs() {
        assert_eq!(
            warned("light", json!([{ "name": "UsageLine_3", "value": "#eeeeee" }])),
            [
                "UsageLine_3 #eeeeee on White #ffffff has a contrast of 1.16 in the light scheme, and needs 3.0: fourth series"
            ]
        );
        let red = warned("light", json!([{ "name": "Primary_red", "value": "#ff0000" }]));
        assert_eq!(red.len(), 2, "{red:?}");
        assert_eq!(
            red[1],
            "Primary_red #ff0000 on White #ffffff with its own tint has a contrast of 3.37 in the light scheme, and needs 4.5: \
             word of the Void badge"
        );
    }

    #[test]
    fn each_scheme_is_weighed_that_the_url_can_show_and_no_other() {
        let white = |scheme| warned(scheme, json!([{ "name": "UsageLine_0", "value": "#fafafa" }]));
        assert_eq!((white("light").len(), white("dark").len(), white("auto").len()), (1, 0, 1));
        let split = json!([
            { "name": "UsageLine_0", "value": "#0b5cad", "scheme": "light" },
            { "name": "UsageLine_0", "value": "#fafafa", "scheme": "dark" },
        ]);
        assert_eq!(warned("auto", split), Vec::<String>::new());
    }

    #[test]
    fn an_override_that_is_never_seen_is_named() {
        assert_eq!(
            warned("light", json!([{ "name": "Action", "value": "#fafafa", "scheme": "dark" }])),
            ["Action #fafafa is for the dark scheme, which color_scheme \"light\" never shows"]
        );
    }
}
