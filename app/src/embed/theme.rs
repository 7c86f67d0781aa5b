//! Colors of a dashboard: the vendor's 23 token names, and what an integrator puts in their place.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A named color, as `color_overrides[].name` spells it and as the CSS custom property is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(u8);

/// The vendor's names, complete and in its order, each with what it paints.
const TOKENS: [(&str, &str); 23] = [
    ("Gray_dark", "Standard text, figures, the surface of the tooltip."),
    ("Gray_medium", "Secondary text, axis labels, table headers, the borders of fields."),
    ("Gray_light", "Hairlines, borders of cards, grid lines."),
    ("Gray_extralight", "Rows that are open or under the pointer, headings of years."),
    ("White", "The page and its cards, the text of the tooltip."),
    ("Primary_medium", "The word of what is selected, the focus ring."),
    ("Primary_light", "The background of what is selected."),
    ("UsageLine_0", "First series by size, and the line of every chart with one."),
    ("UsageLine_1", "Second series."),
    ("UsageLine_2", "Third series."),
    ("UsageLine_3", "Fourth series."),
    ("UsageLine_4", "Fifth series."),
    ("UsageLine_5", "Sixth series."),
    ("UsageLine_6", "Seventh series."),
    ("UsageLine_7", "Eighth series."),
    ("UsageLine_8", "Ninth series."),
    ("UsageLine_9", "“Other”, gray: all smaller series together, or the tenth where it is the last."),
    ("Primary_green", "Credits and discounts of an invoice."),
    ("Primary_red", "The badge of void invoices: its word, and at 10 % its background; what failed."),
    ("Progress_bar", "The part of a billing period that is over."),
    ("Progress_bar_background", "The part that is left."),
    ("Action", "Links and buttons."),
    ("Action_hover", "Links and buttons under the pointer."),
];

impl Token {
    /// The vendor's names, complete and in its order.
    pub const NAMES: [&'static str; 23] = {
        let mut names = [""; 23];
        let mut at = 0;
        while at < names.len() {
            names[at] = TOKENS[at].0;
            at += 1;
        }
        names
    };

    /// The name of the token, as `color_overrides` and the style sheets spell it: `UsageLine_0`.
    pub fn name(self) -> &'static str {
        Self::NAMES[usize::from(self.0)]
    }

    /// What it paints, as a sentence.
    pub fn paints(self) -> &'static str {
        TOKENS[usize::from(self.0)].1
    }

    /// The position of the token in [`Token::NAMES`], from 0.
    pub fn index(self) -> u8 {
        self.0
    }

    /// The token at this place.
    pub fn from_index(index: u8) -> Option<Self> {
        (usize::from(index) < Self::NAMES.len()).then_some(Self(index))
    }
}

impl FromStr for Token {
    type Err = String;

    /// Any case is accepted: the vendor's own documentation writes `gray_dark`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::NAMES
            .iter()
            .position(|name| name.eq_ignore_ascii_case(text))
            .map(|index| Self(index as u8))
            .ok_or_else(|| format!("\"{text}\" is not a color of the dashboards: {}", Self::NAMES.join(", ")))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Token {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ColorName".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let words = TOKENS.map(|(name, paints)| serde_json::json!({ "const": name, "description": paints }));
        schemars::json_schema!({ "type": "string", "oneOf": words })
    }
}

/// An opaque color, `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Color(u32);

impl Color {
    /// Red, green and blue.
    pub fn channels(self) -> [u8; 3] {
        let [_, red, green, blue] = self.0.to_be_bytes();
        [red, green, blue]
    }

    /// This color laid over another: so much of it, the rest of the other, as CSS's `color-mix(in srgb, …)` does.
    pub fn tint(self, percent: u32, under: Self) -> Self {
        let (over, under) = (self.channels(), under.channels());
        let mixed = [0, 1, 2].map(|channel| {
            let sum = u32::from(over[channel]) * percent + u32::from(under[channel]) * (100 - percent);
            (sum + 50) / 100
        });
        Self((mixed[0] << 16) | (mixed[1] << 8) | mixed[2])
    }
}

impl FromStr for Color {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits =
            text.strip_prefix('#').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let value = match digits {
            Some(digits) if digits.len() == 6 => u32::from_str_radix(digits, 16).ok(),
            Some(digits) if digits.len() == 3 => {
                let doubled: String = digits.chars().flat_map(|digit| [digit, digit]).collect();
                u32::from_str_radix(&doubled, 16).ok()
            }
            _ => None,
        };
        value.map(Self).ok_or_else(|| format!("\"{text}\" is not a hex color like \"#1a2b3c\""))
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:06x}", self.0)
    }
}

/// Light or dark, by the embedder's choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ColorScheme {
    /// Light, the default: a page that turns dark inside a light host looks broken.
    #[default]
    Light,
    /// Dark.
    Dark,
    /// As the reader's system says.
    Auto,
}

impl ColorScheme {
    /// As in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Auto => "auto",
        }
    }

    /// The schemes that a page of this one can be seen in.
    pub fn seen(self) -> &'static [Self] {
        match self {
            Self::Light => &[Self::Light],
            Self::Dark => &[Self::Dark],
            Self::Auto => &[Self::Light, Self::Dark],
        }
    }
}

/// A color that an integrator put in place of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColorOverride {
    /// In place of which.
    pub token: Token,
    /// The color.
    pub color: Color,
    /// In light or in dark alone; `Auto` is both.
    pub scheme: ColorScheme,
}

/// The colors that an integrator put in place of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Theme(Vec<ColorOverride>);

impl Theme {
    /// From overrides in the order given; of two for one token and scheme the last holds.
    pub fn new(overrides: impl IntoIterator<Item = ColorOverride>) -> Self {
        let mut kept: Vec<ColorOverride> = Vec::new();
        for one in overrides {
            kept.retain(|earlier| (earlier.token, earlier.scheme) != (one.token, one.scheme));
            kept.push(one);
        }
        Self(kept)
    }

    /// True when nothing is overridden.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The overrides, in the order given.
    pub fn overrides(&self) -> &[ColorOverride] {
        &self.0
    }

    /// What is overridden in light or in dark, each token once: the last that is meant for this scheme holds.
    pub fn colors(&self, scheme: ColorScheme) -> Vec<(Token, Color)> {
        let mut colors: Vec<(Token, Color)> = Vec::new();
        for one in self.0.iter().filter(|one| one.scheme.seen().contains(&scheme)) {
            colors.retain(|(token, _)| *token != one.token);
            colors.push((one.token, one.color));
        }
        colors
    }

    /// The CSS that says all overrides of a page of this scheme; empty without any. Paper is light.
    pub fn css(&self, scheme: ColorScheme) -> String {
        let [light, dark] = [ColorScheme::Light, ColorScheme::Dark].map(|scheme| self.rule(scheme));
        if light == dark {
            return light;
        }
        match scheme {
            ColorScheme::Light => light,
            ColorScheme::Dark => format!("@media print{{{light}}}@media screen{{{dark}}}"),
            ColorScheme::Auto => format!(
                "@media print,(prefers-color-scheme:light){{{light}}}\
                 @media screen and (prefers-color-scheme:dark){{{dark}}}"
            ),
        }
    }

    fn rule(&self, scheme: ColorScheme) -> String {
        let colors = self.colors(scheme);
        if colors.is_empty() {
            return String::new();
        }
        let declarations: String =
            colors.iter().map(|(token, color)| format!("--{}:{color};", token.name())).collect();
        format!(":root{{{declarations}}}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_token_in_any_case() {
        for (index, name) in Token::NAMES.iter().enumerate() {
            let token: Token = name.parse().expect(name);
            assert_eq!((token.name(), usize::from(token.index())), (*name, index));
            assert_eq!(name.to_lowercase().parse(), Ok(token));
        }
        assert!("Text_primary".parse::<Token>().is_err());
    }

    #[test]
    fn colors_are_three_or_six_hex_digits() {
        for (given, written) in [("#FF8000", "#ff8000"), ("#f80", "#ff8800"), ("#000000", "#000000")] {
            assert_eq!(given.parse::<Color>().expect(given).to_string(), written);
        }
        for wrong in ["", "#", "#12", "ff8000", "#ff80000", "#ggg", "red", "#12345", "#+12345", "#ff80é"] {
            assert!(wrong.parse::<Color>().is_err(), "{wrong}");
        }
    }

    fn theme(overrides: &[(&str, &str, ColorScheme)]) -> Theme {
        Theme::new(overrides.iter().map(|(name, color, scheme)| ColorOverride {
            token: name.parse().expect(name),
            color: color.parse().expect(color),
            scheme: *scheme,
        }))
    }

    #[test]
    fn overrides_of_both_schemes_become_one_rule() {
        let theme = theme(&[("White", "#fff", ColorScheme::Auto)]);
        for scheme in [ColorScheme::Light, ColorScheme::Dark, ColorScheme::Auto] {
            assert_eq!(theme.css(scheme), ":root{--White:#ffffff;}");
            assert_eq!(Theme::default().css(scheme), "");
        }
    }

    #[test]
    fn an_override_of_one_scheme_holds_in_that_alone() {
        use ColorScheme::{Auto, Dark, Light};
        let theme =
            theme(&[("Action", "#111111", Auto), ("Action", "#eeeeee", Dark), ("White", "#ffffee", Light)]);
        let light = ":root{--Action:#111111;--White:#ffffee;}";
        let dark = ":root{--Action:#eeeeee;}";
        assert_eq!(theme.css(Light), light);
        assert_eq!(theme.css(Dark), format!("@media print{{{light}}}@media screen{{{dark}}}"));
        assert_eq!(
            theme.css(Auto),
            format!(
                "@media print,(prefers-color-scheme:light){{{light}}}\
                 @media screen and (prefers-color-scheme:dark){{{dark}}}"
            )
        );
    }

    #[test]
    fn of_two_colors_for_one_name_the_last_holds() {
        use ColorScheme::{Auto, Dark, Light};
        let theme = theme(&[("White", "#111", Dark), ("White", "#222", Auto), ("White", "#333", Light)]);
        let shown =
            |scheme| theme.colors(scheme).iter().map(|(_, color)| color.to_string()).collect::<String>();
        assert_eq!((shown(Light), shown(Dark)), ("#333333".to_owned(), "#222222".to_owned()));
    }
}
