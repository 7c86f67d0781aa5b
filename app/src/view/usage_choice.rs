//! What the reader of the usage dashboard chose to see; all of it is in the page's URL.

use crate::billing::UsageWindow;
use std::fmt::Write as _;

/// The values of a group, in the order of its key; `None` for events without the property.
pub type GroupValues = Vec<Option<String>>;

/// What is shown alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Only {
    /// One group.
    Group(GroupValues),
    /// All groups after the largest ones, together.
    Others,
}

/// [`Only::Others`] in a URL: no group's values are written like this.
const OTHERS: &str = "~~";

/// The choices of a reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageChoice {
    /// How many days.
    pub window: UsageWindow,
    /// Each day with all days before it.
    pub is_cumulative: bool,
    /// Money in place of quantities.
    pub is_cost: bool,
    /// The group key to split by.
    pub group_key: Option<Vec<String>>,
    /// The one group that is shown alone.
    pub only: Option<Only>,
}

impl UsageChoice {
    /// Reads the parameters of a URL. What cannot be read is as if it were not there: a page is no place for a lecture.
    pub fn read(
        window: Option<&str>,
        view: Option<&str>,
        measure: Option<&str>,
        group: Option<&str>,
        only: Option<&str>,
    ) -> Self {
        let names = group.filter(|group| !group.is_empty()).map(decode);
        let group_key = names.and_then(|names| names.into_iter().collect::<Option<Vec<String>>>());
        let only = group_key.as_ref().zip(only).and_then(|(names, only)| match only {
            OTHERS => Some(Only::Others),
            values => Some(decode(values)).filter(|values| values.len() == names.len()).map(Only::Group),
        });
        Self {
            window: window
                .and_then(|days| days.parse().ok())
                .and_then(UsageWindow::from_days)
                .unwrap_or_default(),
            is_cumulative: view == Some("cumulative"),
            is_cost: measure == Some("cost"),
            group_key,
            only,
        }
    }

    /// The page that shows this; `base` ends with its first parameter.
    pub fn href(&self, base: &str) -> String {
        let mut href = format!("{base}&window={}", self.window.days());
        if self.is_cumulative {
            href.push_str("&view=cumulative");
        }
        if self.is_cost {
            href.push_str("&measure=cost");
        }
        if let Some(group_key) = &self.group_key {
            let names = group_key.iter().map(|name| Some(name.as_str()));
            let _ = write!(href, "&group={}", encode(names));
            let _ = match &self.only {
                None => Ok(()),
                Some(Only::Others) => write!(href, "&only={OTHERS}"),
                Some(Only::Group(values)) => {
                    write!(href, "&only={}", encode(values.iter().map(Option::as_deref)))
                }
            };
        }
        href
    }

    /// The same with another window.
    pub fn with_window(&self, window: UsageWindow) -> Self {
        Self { window, ..self.clone() }
    }

    /// The same, split by another key: what was shown alone belonged to the old one.
    pub fn with_group_key(&self, group_key: Option<Vec<String>>) -> Self {
        Self { group_key, only: None, ..self.clone() }
    }

    /// The same with one group alone, or with all.
    pub fn with_only(&self, only: Option<Only>) -> Self {
        Self { only, ..self.clone() }
    }

    /// The values of the group that is shown alone.
    pub fn group_alone(&self) -> Option<&GroupValues> {
        match self.only.as_ref()? {
            Only::Group(values) => Some(values),
            Only::Others => None,
        }
    }
}

/// Texts that may be missing, as the value of a URL's parameter: separated by commas, `~` for a missing one.
fn encode<'a>(texts: impl Iterator<Item = Option<&'a str>>) -> String {
    let mut encoded = String::new();
    for (index, text) in texts.enumerate() {
        if index > 0 {
            encoded.push(',');
        }
        let Some(text) = text else {
            encoded.push('~');
            continue;
        };
        for byte in text.bytes() {
            match byte {
                b'~' => encoded.push_str("~0"),
                b',' => encoded.push_str("~1"),
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                    encoded.push(char::from(byte))
                }
                _ => drop(write!(encoded, "%{byte:02X}")),
            }
        }
    }
    encoded
}

/// What [`encode`] wrote, after the URL was taken apart.
fn decode(text: &str) -> GroupValues {
    text.split(',').map(|part| (part != "~").then(|| part.replace("~1", ",").replace("~0", "~"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_survive_the_url() {
        let values =
            |list: &[Option<&str>]| list.iter().map(|one| one.map(ToOwned::to_owned)).collect::<Vec<_>>();
        for (key, only, href) in [
            (vec!["region"], values(&[Some("us-east-1")]), "&group=region&only=us-east-1"),
            (vec!["region"], values(&[None]), "&group=region&only=~"),
            (vec!["region"], values(&[Some("")]), "&group=region&only="),
            (
                vec!["region", "a,b"],
                values(&[Some("~"), Some("Zürich & co")]),
                "&group=region,a~1b&only=~0,Z%C3%BCrich%20%26%20co",
            ),
        ] {
            let choice = UsageChoice {
                window: UsageWindow::Days60,
                is_cumulative: true,
                is_cost: true,
                group_key: Some(key.into_iter().map(ToOwned::to_owned).collect()),
                only: Some(Only::Group(only)),
            };
            let written = choice.href("/embed/usage?token=t");
            assert_eq!(written, format!("/embed/usage?token=t&window=60&view=cumulative&measure=cost{href}"));
            let plain = |name: &str| {
                let start = written.find(&format!("&{name}=")).expect(name) + name.len() + 2;
                let raw = written[start..].split('&').next().unwrap_or_default();
                let mut bytes = Vec::new();
                let mut rest = raw.bytes();
                while let Some(byte) = rest.next() {
                    let hex =
                        |digit: Option<u8>| char::from(digit.unwrap_or(b'0')).to_digit(16).unwrap_or(0) as u8;
                    bytes.push(if byte == b'%' { 16 * hex(rest.next()) + hex(rest.next()) } else { byte });
                }
                String::from_utf8(bytes).expect(name)
            };
            let (group, only) = (plain("group"), plain("only"));
            let read = UsageChoice::read(
                Some("60"),
                Some("cumulative"),
                Some("cost"),
                Some(group.as_str()),
                Some(only.as_str()),
            );
            assert_eq!(read, choice);
        }
    }

    #[test]
    fn what_cannot_be_read_is_as_if_it_were_not_there() {
        let read = UsageChoice::read(Some("31"), Some("x"), Some(""), Some(""), Some("us-east-1"));
        assert_eq!(read, UsageChoice::default());
        let read = UsageChoice::read(None, None, None, Some("region"), Some("a,b"));
        assert_eq!(read.only, None, "two values for one name");
        let others = UsageChoice::read(None, None, None, Some("region"), Some("~~"));
        assert_eq!(others.only, Some(Only::Others));
        assert!(others.href("/u?token=t").ends_with("&group=region&only=~~"));
    }
}
