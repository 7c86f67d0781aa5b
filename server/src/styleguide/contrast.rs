//! The headings under which the style guide lists colors. What each paints, and which pairs must be told apart, is said in
//! `app::embed`.

/// A heading and the names of the tokens under it.
pub(super) const TOKEN_GROUPS: [(&str, &[&str]); 6] = [
    ("Text and surfaces", &["Gray_dark", "Gray_medium", "Gray_light", "Gray_extralight", "White"]),
    ("Selection", &["Primary_medium", "Primary_light"]),
    ("State", &["Primary_green", "Primary_red"]),
    ("Actions", &["Action", "Action_hover"]),
    ("Progress", &["Progress_bar", "Progress_bar_background"]),
    (
        "Series of charts",
        &[
            "UsageLine_0",
            "UsageLine_1",
            "UsageLine_2",
            "UsageLine_3",
            "UsageLine_4",
            "UsageLine_5",
            "UsageLine_6",
            "UsageLine_7",
            "UsageLine_8",
            "UsageLine_9",
        ],
    ),
];

/// A contrast as people write it: `4.8`, cut and not rounded, so that 4.49 never reads as 4.5.
pub(super) fn ratio(contrast: f64) -> String {
    format!("{:.1}", (contrast * 10.0).floor() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::embed::theme::Token;

    #[test]
    fn every_token_is_listed_once() {
        let mut listed: Vec<_> = TOKEN_GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        let mut all = Token::NAMES.to_vec();
        listed.sort_unstable();
        all.sort_unstable();
        assert_eq!(listed, all);
    }

    #[test]
    fn ratios_are_cut() {
        for (contrast, expected) in [(4.49, "4.4"), (4.5, "4.5"), (21.0, "21.0"), (1.0, "1.0")] {
            assert_eq!(ratio(contrast), expected);
        }
    }
}
