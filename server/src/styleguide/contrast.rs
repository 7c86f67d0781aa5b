//! What the style guide says of each color: its role, and which pairs a reader must be able to tell apart.

use app::embed::{
    palette::contrast,
    theme::{Color, Token},
};

/// A heading and the tokens under it, each with what it colors.
pub(super) struct TokenGroup {
    /// The heading.
    pub title: &'static str,
    /// Name and use of each token.
    pub tokens: &'static [(&'static str, &'static str)],
}

/// All 23 tokens, by what they are for.
pub(super) const TOKEN_GROUPS: [TokenGroup; 6] = [
    TokenGroup {
        title: "Text and surfaces",
        tokens: &[
            ("Gray_dark", "Standard text, figures, the tooltip's surface"),
            ("Gray_medium", "Secondary text, axis labels, table headers"),
            ("Gray_light", "Hairlines, card borders, grid lines"),
            ("Gray_extralight", "Hovered rows, blocks while loading"),
            ("White", "Page and cards, text of the tooltip"),
        ],
    },
    TokenGroup {
        title: "Selection",
        tokens: &[
            ("Primary_medium", "Selected tab, focus ring"),
            ("Primary_light", "Background of the selected tab"),
        ],
    },
    TokenGroup {
        title: "State",
        tokens: &[
            ("Primary_green", "Finalized, credits; at 10 % behind its word"),
            ("Primary_red", "Void, failures; at 10 % behind its word"),
        ],
    },
    TokenGroup {
        title: "Actions",
        tokens: &[("Action", "Links and buttons"), ("Action_hover", "The same under the pointer")],
    },
    TokenGroup {
        title: "Progress",
        tokens: &[
            ("Progress_bar", "The part of a whole that is done"),
            ("Progress_bar_background", "The part that is left"),
        ],
    },
    TokenGroup {
        title: "Series of charts",
        tokens: &[
            ("UsageLine_0", "First series, and the line of every chart with one"),
            ("UsageLine_1", "Second series, by size"),
            ("UsageLine_2", "Third"),
            ("UsageLine_3", "Fourth"),
            ("UsageLine_4", "Fifth"),
            ("UsageLine_5", "Sixth"),
            ("UsageLine_6", "Seventh"),
            ("UsageLine_7", "Eighth"),
            ("UsageLine_8", "Ninth"),
            ("UsageLine_9", "“Other”: all smaller series together"),
        ],
    },
];

/// Two colors that meet, and how well they must be told apart.
pub(super) struct Pair {
    /// The token in front.
    pub front: &'static str,
    /// The token behind.
    pub behind: &'static str,
    /// The front color lies on a tint of itself over `behind`.
    pub tinted: bool,
    /// The least contrast: 4.5 for text, 3 for shapes that carry meaning (WCAG 2.2, 1.4.3 and 1.4.11).
    pub least: f64,
    /// Where they meet.
    pub place: &'static str,
}

/// How much of a status's color is behind its word, in percent.
const TINT: u32 = 10;

const fn text(front: &'static str, behind: &'static str, place: &'static str) -> Pair {
    Pair { front, behind, tinted: false, least: 4.5, place }
}

const fn shape(front: &'static str, behind: &'static str, place: &'static str) -> Pair {
    Pair { front, behind, tinted: false, least: 3.0, place }
}

/// Every pair that must be told apart. Hairlines and hovered rows are decoration: nothing depends on seeing them.
pub(super) const PAIRS: [Pair; 24] = [
    text("Gray_dark", "White", "Text; the tooltip, reversed"),
    text("Gray_dark", "Gray_extralight", "Text of a hovered row"),
    text("Gray_medium", "White", "Secondary text, axes"),
    text("Gray_medium", "Gray_extralight", "Secondary text of a hovered row"),
    text("Primary_medium", "Primary_light", "Word of the selected tab"),
    shape("Primary_medium", "White", "Focus ring"),
    text("Primary_green", "White", "Credits"),
    Pair { tinted: true, ..text("Primary_green", "White", "Word of the Finalized badge") },
    text("Primary_red", "White", "What failed"),
    Pair { tinted: true, ..text("Primary_red", "White", "Word of the Void badge") },
    text("Action", "White", "Links and buttons"),
    text("Action_hover", "Gray_extralight", "A button under the pointer"),
    shape("Progress_bar", "Progress_bar_background", "Done against left"),
    shape("Progress_bar", "White", "Progress on a card"),
    shape("UsageLine_0", "White", "First series"),
    shape("UsageLine_1", "White", "Second series"),
    shape("UsageLine_2", "White", "Third series"),
    shape("UsageLine_3", "White", "Fourth series"),
    shape("UsageLine_4", "White", "Fifth series"),
    shape("UsageLine_5", "White", "Sixth series"),
    shape("UsageLine_6", "White", "Seventh series"),
    shape("UsageLine_7", "White", "Eighth series"),
    shape("UsageLine_8", "White", "Ninth series"),
    shape("UsageLine_9", "White", "“Other”"),
];

impl Pair {
    /// Its contrast in a palette; 1 when the palette lacks one of the two.
    pub(super) fn contrast(&self, palette: &[(Token, Color)]) -> f64 {
        let color = |name| palette.iter().find(|(token, _)| token.name() == name).map(|(_, color)| *color);
        match (color(self.front), color(self.behind)) {
            (Some(front), Some(behind)) if self.tinted => contrast(front, front.tint(TINT, behind)),
            (Some(front), Some(behind)) => contrast(front, behind),
            _ => 1.0,
        }
    }
}

/// A contrast as people write it: `4.8`, cut and not rounded, so that 4.49 never reads as 4.5.
pub(super) fn ratio(contrast: f64) -> String {
    format!("{:.1}", (contrast * 10.0).floor() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::embed::{palette::palette, theme::ColorScheme};

    #[test]
    fn every_token_is_described_once() {
        let mut described: Vec<_> =
            TOKEN_GROUPS.iter().flat_map(|group| group.tokens).map(|(name, _)| *name).collect();
        let mut all = Token::NAMES.to_vec();
        described.sort_unstable();
        all.sort_unstable();
        assert_eq!(described, all);
    }

    #[test]
    fn every_default_pair_can_be_told_apart_in_both_schemes() {
        for scheme in [ColorScheme::Light, ColorScheme::Dark] {
            let palette = palette(scheme);
            for pair in &PAIRS {
                let found = pair.contrast(&palette);
                assert!(found >= pair.least, "{scheme:?}: {} on {}: {found:.2}", pair.front, pair.behind);
            }
        }
    }

    #[test]
    fn ratios_are_cut() {
        for (contrast, expected) in [(4.49, "4.4"), (4.5, "4.5"), (21.0, "21.0"), (1.0, "1.0")] {
            assert_eq!(ratio(contrast), expected);
        }
    }
}
