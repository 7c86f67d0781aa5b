//! Colors of a dashboard: the vendor's 23 token names, and what an integrator puts in their place.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A named color, as `color_overrides[].name` spells it and as the CSS custom property is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(u8);

impl Token {
    /// The vendor's names, complete and in its order.
    pub const NAMES: [&'static str; 23] = [
        "Gray_dark",
        "Gray_medium",
        "Gray_light",
        "Gray_extralight",
        "White",
        "Primary_medium",
        "Primary_light",
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
        "Primary_green",
        "Primary_red",
        "Progress_bar",
        "Progress_bar_background",
        "Action",
        "Action_hover",
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES[usize::from(self.0)]
    }

    /// Its place in [`Token::NAMES`].
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
#[serde(rename_all = "lowercase")]
pub enum ColorScheme {
    /// Light, the default: a widget that turns dark inside a light host looks broken.
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
}

/// The colors that an integrator put in place of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Theme(Vec<(Token, Color)>);

impl Theme {
    /// From overrides in the order given; of two for one token the last holds.
    pub fn new(overrides: Vec<(Token, Color)>) -> Self {
        Self(overrides)
    }

    /// True when nothing is overridden.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The overrides, in the order given.
    pub fn overrides(&self) -> &[(Token, Color)] {
        &self.0
    }

    /// One CSS rule that says all overrides; empty without any.
    pub fn css(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let declarations: String =
            self.0.iter().map(|(token, color)| format!("--{}:{color};", token.name())).collect();
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

    #[test]
    fn overrides_become_one_rule() {
        let theme = Theme::new(vec![("White".parse().expect("token"), "#fff".parse().expect("color"))]);
        assert_eq!(theme.css(), ":root{--White:#ffffff;}");
        assert_eq!(Theme::default().css(), "");
    }
}
