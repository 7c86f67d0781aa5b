//! Parts of a page that nobody changes piece by piece, as markup in one piece: an element of its own for each of their
//! words would weigh ten times as much in the browser, and cost more to take over than to draw.
//!
//! Text and elements are the only ways to make markup, so no name from an event or a plan can become an element.

/// Markup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markup(String);

impl Markup {
    /// For `inner_html`.
    pub fn html(self) -> String {
        self.0
    }
}

/// Of a link that is followed in place once the app runs, though it is no element of its own.
pub const IN_PLACE: (&str, &str) = ("data-in-place", "");

/// A text as markup.
pub fn text(text: &str) -> Markup {
    Markup(escaped(text))
}

/// Characters of a figure that any line holds.
const SHORT: usize = 12;

/// A figure, or a text with figures: where it is too long for its line, it breaks after a separator of thousands.
pub fn figure(text: &str) -> Markup {
    let Markup(markup) = self::text(text);
    Markup(if text.len() > SHORT { markup.replace(',', ",<wbr>") } else { markup })
}

/// An element. An attribute without a name is left out.
pub fn tag(name: &str, attributes: &[(&str, &str)], inside: Markup) -> Markup {
    let mut markup = String::with_capacity(inside.0.len() + 2 * name.len() + 5);
    markup.push('<');
    markup.push_str(name);
    for (name, value) in attributes.iter().filter(|(name, _)| !name.is_empty()) {
        markup.push(' ');
        markup.push_str(name);
        markup.push_str("=\"");
        markup.push_str(&escaped(value));
        markup.push('"');
    }
    markup.push('>');
    // A field holds nothing and has no end.
    if name != "input" {
        markup.push_str(&inside.0);
        markup.push_str("</");
        markup.push_str(name);
        markup.push('>');
    }
    Markup(markup)
}

/// One after the other, with a blank between them: without one, screen readers read one word.
pub fn all(parts: &[Markup]) -> Markup {
    let parts = parts.iter().filter(|part| !part.0.is_empty()).map(|part| part.0.as_str());
    Markup(parts.collect::<Vec<_>>().join(" "))
}

/// One after the other, with nothing between them: rows of a table and their cells.
pub fn adjacent(parts: &[Markup]) -> Markup {
    Markup(parts.iter().map(|part| part.0.as_str()).collect())
}

/// An attribute without a value where something holds.
pub fn flag(name: &str, holds: bool) -> (&str, &str) {
    if holds { (name, "") } else { ("", "") }
}

/// A row of a text and an amount: a sum under a table.
pub fn sum_row(class: &str, columns: &str, name: &str, amount: &str) -> Markup {
    let head = tag("th", &[("scope", "row"), ("colspan", columns)], text(name));
    tag("tr", &[("class", class)], all(&[head, tag("td", &[], figure(amount))]))
}

/// A text with HTML's special characters escaped, also for an attribute in quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_does_not_become_an_element() {
        let name = tag("p", &[("title", "\"<i>\""), ("", "x"), flag("hidden", true)], text("<b>&</b>"));
        assert_eq!(
            name.html(),
            "<p title=\"&quot;&lt;i&gt;&quot;\" hidden=\"\">&lt;b&gt;&amp;&lt;/b&gt;</p>"
        );
        assert_eq!(flag("hidden", false), ("", ""));
        assert_eq!(tag("input", &[("name", "find")], Markup::default()).html(), "<input name=\"find\">");
    }

    #[test]
    fn a_long_figure_breaks_after_its_separators_alone() {
        for (given, expected) in [
            ("$1,204.11", "$1,204.11"),
            ("$123,456,789.01", "$123,<wbr>456,<wbr>789.01"),
            ("<b>,123,456,789", "&lt;b&gt;,<wbr>123,<wbr>456,<wbr>789"),
        ] {
            assert_eq!(figure(given).html(), expected);
        }
    }

    #[test]
    fn parts_are_apart_and_empty_ones_leave_no_trace() {
        assert_eq!(all(&[text("a"), Markup::default(), text("b")]).html(), "a b");
        assert_eq!(
            sum_row("sum", "3", "Total", "$1.00").html(),
            "<tr class=\"sum\"><th scope=\"row\" colspan=\"3\">Total</th> <td>$1.00</td></tr>"
        );
    }
}
