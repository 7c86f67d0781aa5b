//! What a reader asked of the usage dashboard; all of it is in the page's address.

use crate::url;

/// The dashboard, as its own pages name it. Addresses on a page are relative to it: what stands before `/embed` in the
/// address of the page is known to its proxy alone.
pub const PATH: &str = "usage";

/// The days that a chart can always show.
pub const WINDOWS: [u32; 3] = [30, 60, 90];

/// [`Window::Period`] in an address.
const PERIOD: &str = "period";

/// The days that a chart shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// So many to today, one of [`WINDOWS`].
    Days(u32),
    /// Those of the running billing period, up to today.
    Period,
}

impl Default for Window {
    fn default() -> Self {
        Self::Days(WINDOWS[0])
    }
}

impl Window {
    /// Reads what [`Self::text`] writes; `None` for anything else.
    pub fn read(text: &str) -> Option<Self> {
        if text == PERIOD {
            return Some(Self::Period);
        }
        text.parse().ok().filter(|days| WINDOWS.contains(days)).map(Self::Days)
    }

    /// As it stands in an address: `30`, `period`.
    pub fn text(self) -> String {
        match self {
            Self::Days(days) => days.to_string(),
            Self::Period => PERIOD.to_owned(),
        }
    }
}

/// The values of a group, in the order of its key; `None` for events without the property.
pub type GroupValues = Vec<Option<String>>;

/// The groups that are shown alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum GroupSelection {
    /// One group.
    One(GroupValues),
    /// All groups after the largest ones, together.
    #[default]
    Rest,
}

/// [`GroupSelection::Rest`] in an address: no group's values are written like this.
const REST: &str = "~~";

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageQuery {
    /// Which days.
    pub window: Window,
    /// Each day with all days before it.
    pub is_cumulative: bool,
    /// Money in place of quantities.
    pub is_cost: bool,
    /// The group key to split by.
    pub group_key: Option<Vec<String>>,
    /// The groups that are shown alone.
    pub only: Option<GroupSelection>,
    /// Beside [`GroupSelection::Rest`], what the names of the groups hold that are listed to choose from.
    pub find: String,
}

impl UsageQuery {
    /// Reads the parameters of an address. Those that cannot be read are ignored.
    pub fn read<'a>(parameter: impl Fn(&str) -> Option<&'a str>) -> Self {
        let group_key = parameter("group").filter(|group| !group.is_empty()).and_then(read_group_key);
        let only = group_key.as_ref().zip(parameter("only")).and_then(|(names, only)| match only {
            REST => Some(GroupSelection::Rest),
            values => Some(read_group_values(values))
                .filter(|values| values.len() == names.len())
                .map(GroupSelection::One),
        });
        let find = parameter("find").filter(|_| only == Some(GroupSelection::Rest)).unwrap_or_default();
        Self {
            window: parameter("window").and_then(Window::read).unwrap_or_default(),
            is_cumulative: parameter("view") == Some("cumulative"),
            is_cost: parameter("measure") == Some("cost"),
            group_key,
            find: find.to_owned(),
            only,
        }
    }

    /// What an address shows that [`Self::href`] wrote.
    pub fn of_address(address: &str) -> Self {
        let parameters = url::parameters(address);
        Self::read(|name| parameters.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str()))
    }

    /// The parameters of the address that shows this.
    fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = vec![("window", self.window.text())];
        if self.is_cumulative {
            parameters.push(("view", "cumulative".to_owned()));
        }
        if self.is_cost {
            parameters.push(("measure", "cost".to_owned()));
        }
        if let Some(group_key) = &self.group_key {
            parameters.push(("group", write_group_key(group_key)));
            match &self.only {
                None => {}
                Some(GroupSelection::Rest) => {
                    parameters.push(("only", REST.to_owned()));
                    if !self.find.is_empty() {
                        parameters.push(("find", self.find.clone()));
                    }
                }
                Some(GroupSelection::One(values)) => parameters.push(("only", write_group_values(values))),
            }
        }
        parameters
    }

    /// The page that shows this. The token is left out where it is empty, as in the address bar.
    pub fn href(&self, token: &str) -> String {
        let mut href = PATH.to_owned();
        if !token.is_empty() {
            url::append(&mut href, "token", token);
        }
        for (name, value) in self.parameters() {
            url::append(&mut href, name, &value);
        }
        href
    }

    /// The call that answers the report for this, of a customer.
    pub fn report_path(&self, customer_id: &str) -> String {
        let mut path = format!("../v1/customers/{customer_id}/dashboards/usage");
        url::append(&mut path, "window", &self.window.text());
        if let Some(group_key) = &self.group_key {
            url::append(&mut path, "group_key", &write_group_key(group_key));
            match &self.only {
                None => {}
                Some(GroupSelection::Rest) => url::append(&mut path, "find", &self.find),
                Some(GroupSelection::One(values)) => {
                    url::append(&mut path, "group_values", &write_group_values(values));
                }
            }
        }
        path
    }

    /// The same, split by another key: what was shown alone belonged to the old one.
    pub fn with_group_key(self, group_key: Option<Vec<String>>) -> Self {
        Self { group_key, ..self }.with_only(None)
    }

    /// The same, with these groups alone: what was searched for has been found.
    pub fn with_only(self, only: Option<GroupSelection>) -> Self {
        Self { only, find: String::new(), ..self }
    }
}

/// Texts that may be missing as one: separated by commas, `~` for a missing one.
fn join<'a>(texts: impl Iterator<Item = Option<&'a str>>) -> String {
    let one = |text: Option<&str>| match text {
        None => "~".to_owned(),
        Some(text) => text.replace('~', "~0").replace(',', "~1"),
    };
    texts.map(one).collect::<Vec<_>>().join(",")
}

/// What [`join`] wrote.
fn split(text: &str) -> GroupValues {
    text.split(',').map(|part| (part != "~").then(|| part.replace("~1", ",").replace("~0", "~"))).collect()
}

/// A group key as one parameter: its names, separated by commas.
pub fn write_group_key(group_key: &[String]) -> String {
    join(group_key.iter().map(|name| Some(name.as_str())))
}

/// The values of a group as one parameter: separated by commas, `~` for a missing one.
fn write_group_values(values: &GroupValues) -> String {
    join(values.iter().map(Option::as_deref))
}

/// The values of a group as [`UsageQuery::report_path`] writes them.
pub fn read_group_values(text: &str) -> GroupValues {
    split(text)
}

/// A group key as [`UsageQuery::report_path`] writes it.
pub fn read_group_key(text: &str) -> Option<Vec<String>> {
    split(text).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(parameters: &[(&'static str, String)]) -> UsageQuery {
        UsageQuery::read(|name| {
            parameters.iter().find(|(one, _)| *one == name).map(|(_, value)| value.as_str())
        })
    }

    #[test]
    fn what_was_asked_survives_the_address() {
        let values = |list: &[Option<&str>]| -> GroupValues {
            list.iter().map(|one| one.map(ToOwned::to_owned)).collect()
        };
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
            let query = UsageQuery {
                window: Window::Days(60),
                is_cumulative: true,
                is_cost: true,
                group_key: Some(key.into_iter().map(ToOwned::to_owned).collect()),
                only: Some(GroupSelection::One(only)),
                find: String::new(),
            };
            let expected = format!("usage?token=t&window=60&view=cumulative&measure=cost{href}");
            assert_eq!(query.href("t"), expected);
            assert_eq!(read(&query.parameters()), query);
            assert_eq!(UsageQuery::of_address(&query.href("")), query);
        }
        let rest = UsageQuery {
            group_key: Some(vec!["region".to_owned()]),
            only: Some(GroupSelection::Rest),
            ..UsageQuery::default()
        };
        assert_eq!(rest.href(""), "usage?window=30&group=region&only=~~");
        assert_eq!(read(&rest.parameters()), rest);
        assert_eq!(
            rest.report_path("c"),
            "../v1/customers/c/dashboards/usage?window=30&group_key=region&find=",
            "all are listed"
        );
        let search = UsageQuery { find: "eu & co".to_owned(), ..rest.clone() };
        assert_eq!(search.href(""), "usage?window=30&group=region&only=~~&find=eu%20%26%20co");
        assert_eq!(read(&search.parameters()), search);
        assert_eq!(
            search.report_path("c"),
            "../v1/customers/c/dashboards/usage?window=30&group_key=region&find=eu%20%26%20co"
        );
        assert_eq!(search.clone().with_only(rest.only.clone()), rest, "another choice ends a search");
        assert_eq!(search.with_group_key(rest.group_key.clone()), UsageQuery { only: None, ..rest });
        let period = UsageQuery { window: Window::Period, ..UsageQuery::default() };
        assert_eq!(period.href(""), "usage?window=period");
        assert_eq!(period.report_path("c"), "../v1/customers/c/dashboards/usage?window=period");
        assert_eq!(read(&period.parameters()), period);
    }

    #[test]
    fn parameters_that_cannot_be_read_are_ignored() {
        let with = |parameters: &[(&'static str, &str)]| {
            read(&parameters.iter().map(|(name, value)| (*name, (*value).to_owned())).collect::<Vec<_>>())
        };
        let nothing = [("window", "31"), ("view", "x"), ("measure", ""), ("group", ""), ("only", "us")];
        assert_eq!(with(&nothing), UsageQuery::default());
        assert_eq!(with(&[("group", "region"), ("only", "a,b")]).only, None, "two values for one name");
        for other in [vec![("group", "region"), ("find", "eu")], vec![("only", "~~"), ("find", "eu")]] {
            assert_eq!(with(&other).find, "", "there is no list to search");
        }
    }
}
