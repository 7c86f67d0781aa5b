//! All groups to choose from, beside those that are shown together because they are not among the largest.

use super::{
    query::{self, GroupSelection},
    state::DashboardState,
    text,
};
use crate::{
    markup::{Markup, all, tag, text as words},
    number::Unit,
    url,
};

/// A form that searches them, and the list: links, each to the page with one group alone. Nothing elsewhere.
pub(super) fn groups(shown: &DashboardState, token: &str) -> Markup {
    let query = &shown.query;
    let (Some(GroupSelection::Rest), Some(key), Some(found)) =
        (&query.only, &query.group_key, &shown.report.found)
    else {
        return Markup::default();
    };
    let name = shown.report.key_name(key);
    let label = text::search_by(&name);
    let to = |only: GroupSelection| query.clone().with_only(Some(only));
    let mut parts: Vec<Markup> = url::parameters(&to(GroupSelection::Rest).href(token))
        .iter()
        .map(|(name, value)| {
            tag("input", &[("type", "hidden"), ("name", name), ("value", value)], Markup::default())
        })
        .collect();
    let field = [
        ("type", "search"),
        ("name", "find"),
        ("value", &query.find),
        ("aria-label", &label),
        ("autocomplete", "off"),
        ("spellcheck", "false"),
    ];
    parts.push(tag("input", &field, Markup::default()));
    parts.push(tag("button", &[("class", "button")], words(text::SEARCH)));
    let form = [("class", "filter"), ("role", "search"), ("action", query::PATH)];
    let links: Vec<Markup> = found
        .groups
        .iter()
        .map(|group| {
            let only = GroupSelection::One(group.group_values.clone());
            tag("li", &[], tag("a", &[("href", &to(only).href(token))], words(&group.name)))
        })
        .collect();
    let count = match links.len() {
        0 => text::none_matches(&name),
        shown => {
            let of = Unit::default().write(found.of.into(), 0);
            text::shown_of(shown, &of)
        }
    };
    all(&[
        tag("form", &form, all(&parts)),
        tag("p", &[("class", "hint")], words(&count)),
        tag("ul", &[], all(&links)),
    ])
}
