//! Names that customers and their events bring, made safe to stand beside figures.

use crate::embed::GroupKeyNames;
use std::borrow::Cow;

/// A name for a page: the invisible characters that turn the direction of what is beside them are left out, and a name
/// in letters written from right to left stands apart (Unicode's FIRST STRONG ISOLATE), so that no figure moves.
pub fn name(text: &str) -> String {
    let plain = plain(text);
    if plain.chars().any(is_right_to_left) { format!("\u{2068}{plain}\u{2069}") } else { plain.into_owned() }
}

/// A text for a file: without the characters that turn the direction of what is beside them.
pub fn plain(text: &str) -> Cow<'_, str> {
    if text.contains(turns_direction) {
        Cow::Owned(text.replace(turns_direction, ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// A group key for a page: as overridden, else as it is.
pub fn group_key(key: &str, names: &GroupKeyNames) -> String {
    name(names.key(key))
}

/// In the place of a value that would not be seen: of nothing but white space, or of nothing at all.
const BLANK: &str = "(blank)";
const EMPTY: &str = "(empty)";

/// A value of a group key for a page: as overridden, else as it is. One that would not be seen is said to be blank, or empty.
pub fn group_value(key: &str, value: &str, names: &GroupKeyNames) -> String {
    let shown = names.value(key, value);
    match shown.trim() {
        "" if shown.is_empty() => EMPTY.to_owned(),
        "" => BLANK.to_owned(),
        _ => name(shown),
    }
}

/// Marks, embeddings, overrides and isolates of Unicode's bidirectional algorithm.
pub fn turns_direction(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The blocks of scripts written from right to left: Hebrew to Arabic, their presentation forms, and the two ranges
/// that Unicode keeps for further ones.
fn is_right_to_left(letter: char) -> bool {
    matches!(
        letter,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
            | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_would_not_be_seen_is_said_to_be_blank() {
        let names = GroupKeyNames::default();
        for (value, expected) in [("", "(empty)"), (" \t", "(blank)"), (" a", " a")] {
            assert_eq!(group_value("region", value, &names), expected);
        }
    }

    #[test]
    fn nothing_in_a_name_turns_what_stands_beside_it() {
        for (given, expected) in [
            ("eu-west-1", "eu-west-1"),
            ("Größe", "Größe"),
            ("👩\u{200d}🚀", "👩\u{200d}🚀"),
            ("\u{202e}00.1$", "00.1$"),
            ("a\u{2067}b\u{2069}\u{2069}c\u{200f}", "abc"),
            ("ירושלים", "\u{2068}ירושלים\u{2069}"),
            ("\u{2068}ירושלים\u{2069}", "\u{2068}ירושלים\u{2069}"),
            ("القاهرة 7", "\u{2068}القاهرة 7\u{2069}"),
        ] {
            assert_eq!(name(given), expected);
            assert_eq!(name(&name(given)), expected, "once more changes nothing");
            assert!(!plain(expected).contains(turns_direction));
        }
    }
}
