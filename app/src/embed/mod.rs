//! What an embed request may say, validated when it is parsed.

#[cfg(feature = "ssr")]
pub mod contrast;
pub mod dashboard;
pub mod group_keys;
mod no_effect;
mod origin;
#[cfg(feature = "ssr")]
pub mod palette;
mod request;
mod rules;
mod session;
pub mod theme;
mod viewer;

pub use dashboard::{Dashboard, DashboardOptions};
pub use group_keys::GroupKeyNames;
pub use origin::{AllowedOrigin, RefusedBy, RefusedEmbed};
pub use request::EmbedRequest;
pub use rules::UrlRules;
pub use session::DashboardSession;
pub use theme::{Color, ColorScheme, Theme};
pub use viewer::ViewerScope;

use serde::{Deserialize, Serialize};
use std::fmt;

/// What an embedded dashboard shows and how: the part of the request that its token carries. It travels in a URL, so
/// names are short and what is as usual is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DashboardConfig {
    /// Which dashboard.
    #[serde(rename = "d")]
    pub dashboard: Dashboard,
    /// What the dashboard leaves out or shows besides: the `dashboard_options` of the request.
    #[serde(rename = "o", default, skip_serializing_if = "is_default")]
    pub options: DashboardOptions,
    /// Light or dark.
    #[serde(rename = "s", default, skip_serializing_if = "is_default")]
    pub color_scheme: ColorScheme,
    /// The colors in place of ours.
    #[serde(rename = "c", default, skip_serializing_if = "Theme::is_empty", with = "compact_theme")]
    pub theme: Theme,
    /// Names for group keys and their values.
    #[serde(rename = "g", default, skip_serializing_if = "is_default")]
    pub group_keys: GroupKeyNames,
    /// Who reads, and what of it they may see.
    #[serde(rename = "w", default, skip_serializing_if = "is_default")]
    pub viewer: ViewerScope,
    /// Where its URL may be shown, and how often.
    #[serde(rename = "u", default, skip_serializing_if = "is_default")]
    pub rules: UrlRules,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl DashboardConfig {
    /// A dashboard with nothing changed about it.
    pub fn new(dashboard: Dashboard) -> Self {
        Self {
            dashboard,
            options: DashboardOptions::default(),
            color_scheme: ColorScheme::default(),
            theme: Theme::default(),
            group_keys: GroupKeyNames::default(),
            viewer: ViewerScope::default(),
            rules: UrlRules::default(),
        }
    }
}

/// A theme as one short text, for each override: `L` or `D` when it is for light or dark alone, a letter for the token,
/// then the six digits of its color.
mod compact_theme {
    use super::{
        ColorScheme, Theme,
        theme::{ColorOverride, Token},
    };
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(theme: &Theme, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = theme.overrides().iter().map(|ColorOverride { token, color, scheme }| {
            let scheme = match scheme {
                ColorScheme::Light => "L",
                ColorScheme::Dark => "D",
                ColorScheme::Auto => "",
            };
            let color = color.to_string();
            format!("{scheme}{}{}", char::from(b'a' + token.index()), color.trim_start_matches('#'))
        });
        serializer.serialize_str(&entries.collect::<String>())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Theme, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut rest = text.as_str();
        let mut overrides = Vec::new();
        while !rest.is_empty() {
            let (scheme, entry) = match (rest.strip_prefix('L'), rest.strip_prefix('D')) {
                (Some(entry), _) => (ColorScheme::Light, entry),
                (_, Some(entry)) => (ColorScheme::Dark, entry),
                _ => (ColorScheme::Auto, rest),
            };
            let one = color(entry).ok_or_else(|| D::Error::custom("not a theme"))?;
            overrides.push(ColorOverride { scheme, ..one });
            rest = &entry[7..];
        }
        Ok(Theme::new(overrides))
    }

    /// The color that a text begins with: seven letters of ASCII.
    fn color(text: &str) -> Option<ColorOverride> {
        let (letter, digits) = text.get(..7)?.as_bytes().split_first()?;
        let token = Token::from_index(letter.checked_sub(b'a')?)?;
        let color = format!("#{}", std::str::from_utf8(digits).ok()?).parse().ok()?;
        Some(ColorOverride { token, color, scheme: ColorScheme::Auto })
    }
}

/// What is wrong with a request, and where: `color_overrides[2].value: "#12" is not a hex color`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The JSON path of the field.
    pub path: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Invalid {
    /// A problem with the field of this path.
    pub fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { path: path.into(), problem: problem.into() }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.problem)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn all_colors_travel_in_seven_letters_each_and_eight_for_one_scheme() {
        for (scheme, letters) in [(ColorScheme::Auto, 7), (ColorScheme::Light, 8), (ColorScheme::Dark, 8)] {
            let colors = theme::Token::NAMES.iter().enumerate().map(|(index, name)| theme::ColorOverride {
                token: name.parse().unwrap(),
                color: format!("#{:06x}", index * 12_345).parse().unwrap(),
                scheme,
            });
            let config =
                DashboardConfig { theme: Theme::new(colors), ..DashboardConfig::new(Dashboard::Usage) };
            let text = serde_json::to_string(&config).unwrap();
            assert_eq!(text.len(), r#"{"d":"usage","c":""}"#.len() + 23 * letters);
            assert_eq!(serde_json::from_str::<DashboardConfig>(&text).unwrap(), config);
        }
        assert_eq!(
            serde_json::to_string(&DashboardConfig::new(Dashboard::Usage)).unwrap(),
            r#"{"d":"usage"}"#
        );
    }

    #[test]
    fn a_text_that_is_no_theme_is_refused() {
        for wrong in
            ["a12345", "x123456", "A123456", "a12345g", "a123456b", "é12345", "L", "LDa123456", "a12345é"]
        {
            let text = format!(r#"{{"d":"usage","c":"{wrong}"}}"#);
            assert!(serde_json::from_str::<DashboardConfig>(&text).is_err(), "{wrong}");
        }
    }
}
