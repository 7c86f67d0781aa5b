//! The default colors of both schemes, read from `style/tokens.css`, and how well two colors can be told apart.

use super::theme::{Color, ColorScheme, Token};

const TOKENS_CSS: &str = include_str!("../../../style/tokens.css");

/// The default color of every token, in the order of [`Token::NAMES`]. `Auto` has none of its own: it reads as light.
pub fn palette(scheme: ColorScheme) -> Vec<(Token, Color)> {
    let selector = match scheme {
        ColorScheme::Dark => ":root[data-scheme=\"dark\"] {",
        ColorScheme::Light | ColorScheme::Auto => ":root {",
    };
    let rule = TOKENS_CSS.split(selector).nth(1).and_then(|rest| rest.split('}').next()).unwrap_or_default();
    rule.lines().filter_map(declaration).collect()
}

/// `--White: #ffffff;`
fn declaration(line: &str) -> Option<(Token, Color)> {
    let (name, value) = line.trim().strip_prefix("--")?.split_once(':')?;
    Some((name.parse().ok()?, value.trim().trim_end_matches(';').parse().ok()?))
}

/// The contrast of two colors, from 1 to 21, as WCAG 2.2 defines it (relative luminance).
pub fn contrast(one: Color, other: Color) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(color: Color) -> f64 {
    let [red, green, blue] = color.channels().map(|channel| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_schemes_name_every_token_once() {
        for scheme in [ColorScheme::Light, ColorScheme::Dark] {
            let names: Vec<_> = palette(scheme).iter().map(|(token, _)| token.name()).collect();
            assert_eq!(names, Token::NAMES, "{scheme:?}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        // The first two from the definition, the others from WebAIM's checker.
        for (one, other, expected) in [
            ("#000000", "#ffffff", 21.0),
            ("#777777", "#777777", 1.0),
            ("#777777", "#ffffff", 4.48),
            ("#4f52d9", "#ffffff", 5.93),
        ] {
            let found = contrast(one.parse().expect(one), other.parse().expect(other));
            assert!((found - expected).abs() < 0.01, "{one} on {other}: {found}");
        }
    }
}
