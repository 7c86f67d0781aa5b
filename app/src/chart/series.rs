//! A series as markup, alike in tooltip, legend and list: its color and its name.

use crate::markup::{Markup, tag, text};

/// The color of a series. An attribute of SVG: the content security policy allows no style attribute.
pub fn swatch(slot: usize) -> Markup {
    let fill = format!("var(--UsageLine_{slot})");
    let square = [("width", "8"), ("height", "8"), ("rx", "2"), ("fill", fill.as_str())];
    let svg = [("class", "swatch"), ("viewBox", "0 0 8 8"), ("aria-hidden", "true")];
    tag("svg", &svg, tag("rect", &square, Markup::default()))
}

/// A name on one line. Of one that is too long, CSS draws the end from the title over the rest of the line: the ends of
/// machine names tell them apart. Read and copied is the whole name.
pub fn name(name: &str) -> Markup {
    let whole = [("class", "name"), ("title", name), ("dir", "auto")];
    tag("span", &whole, tag("span", &[], text(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_text_however_long_and_names_no_element() {
        for (written, text) in [
            ("us-east-1", "us-east-1"),
            ("eu-west-1-prod-inference-0042", "eu-west-1-prod-inference-0042"),
            ("<b>", "&lt;b&gt;"),
        ] {
            let expected =
                format!("<span class=\"name\" title=\"{text}\" dir=\"auto\"><span>{text}</span></span>");
            assert_eq!(name(written).html(), expected);
        }
    }

    #[test]
    fn a_color_is_that_of_its_slot() {
        assert!(
            swatch(3).html().contains("<rect width=\"8\" height=\"8\" rx=\"2\" fill=\"var(--UsageLine_3)\">")
        );
    }
}
