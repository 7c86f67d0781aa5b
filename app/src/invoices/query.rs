//! What a reader asked of the invoices dashboard; all of it is in the page's address.

use super::status::InvoiceStatus;
use crate::url;

/// The dashboard, as its own pages name it. Addresses on a page are relative to it: what stands before `/embed` in the
/// address of the page is known to its proxy alone.
pub const PATH: &str = "invoices";

/// The id of the days of an invoice.
pub const BY_DAY: &str = "by-day";

/// Where PDF and CSV come from.
pub const DOWNLOAD: &str = "invoices/download";

/// What is searched for is cut to so many characters.
const LONGEST_SEARCH: usize = 100;

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvoicesQuery {
    /// The list.
    List(ListQuery),
    /// One invoice alone.
    Document(DocumentQuery),
}

/// What a reader asked of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Only invoices of this status.
    pub status: Option<InvoiceStatus>,
    /// Only invoices whose number holds this, or whose total is it.
    pub number: String,
    /// Where the rows begin; `None` for the newest.
    pub next_page: Option<String>,
}

/// What a reader asked of one invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentQuery {
    /// The invoice.
    pub id: String,
    /// Only group values that hold this.
    pub find: String,
    /// Every group value is shown.
    pub show_all: bool,
    /// The line whose days are shown, in place of what all cost; empty for none.
    pub line: String,
}

impl Default for InvoicesQuery {
    fn default() -> Self {
        Self::List(ListQuery::default())
    }
}

impl InvoicesQuery {
    /// Reads the parameters of an address. Those that cannot be read are ignored.
    pub fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let searched = |name: &str| {
            let text = parameter(name).unwrap_or_default();
            text.trim().chars().take(LONGEST_SEARCH).collect::<String>()
        };
        match parameter("invoice") {
            Some(id) => Self::Document(DocumentQuery {
                id,
                find: searched("find"),
                show_all: parameter("show").is_some_and(|show| show == "all"),
                line: parameter("line").unwrap_or_default(),
            }),
            None => Self::List(ListQuery {
                status: parameter("status").and_then(|status| status.parse().ok()),
                number: searched("number"),
                next_page: parameter("next_page").filter(|cursor| !cursor.is_empty()),
            }),
        }
    }

    /// What an address shows that [`Self::href`] wrote.
    pub fn of_address(address: &str) -> Self {
        let parameters = url::parameters(address);
        Self::read(|name| parameters.iter().find(|(one, _)| one == name).map(|(_, value)| value.clone()))
    }

    /// The document of an invoice, as it is at first.
    pub fn document(id: &str) -> Self {
        Self::Document(DocumentQuery { id: id.to_owned(), ..DocumentQuery::default() })
    }

    /// The line whose days are shown; empty for none.
    pub fn line(&self) -> &str {
        match self {
            Self::List(_) => "",
            Self::Document(document) => &document.line,
        }
    }

    /// Whether the way back leads there: from an invoice to the list, from the days of a line to its invoice.
    pub fn is_part_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Document(_), Self::List(_)) => true,
            (Self::Document(own), Self::Document(other)) => {
                own.id == other.id && other.line.is_empty() && !own.line.is_empty()
            }
            (Self::List(_), _) => false,
        }
    }

    /// What is searched for.
    pub fn searched(&self) -> &str {
        match self {
            Self::List(list) => &list.number,
            Self::Document(document) => &document.find,
        }
    }

    /// The same, searched for something else, from the first row on.
    pub fn search(self, text: &str) -> Self {
        let text = text.to_owned();
        match self {
            Self::List(list) => Self::List(ListQuery { number: text, next_page: None, ..list }),
            Self::Document(document) => {
                Self::Document(DocumentQuery { find: text, show_all: false, ..document })
            }
        }
    }

    /// The page that shows this. The token is left out where it is empty, as in the address bar.
    pub fn href(&self, token: &str) -> String {
        let mut href = PATH.to_owned();
        append(&mut href, &[("token", token)]);
        match self {
            Self::List(list) => append(&mut href, &list.parameters()),
            Self::Document(DocumentQuery { id, find, show_all, line }) => {
                let show = if *show_all { "all" } else { "" };
                append(&mut href, &[("invoice", id), ("show", show), ("find", find), ("line", line)]);
                if !line.is_empty() {
                    href.push('#');
                    href.push_str(BY_DAY);
                }
            }
        }
        href
    }

    /// The call that answers the report for this, of a customer.
    pub fn report_path(&self, customer_id: &str) -> String {
        let mut path = format!("../v1/customers/{customer_id}/dashboards/invoices");
        match self {
            Self::List(list) => append(&mut path, &list.parameters()),
            Self::Document(DocumentQuery { id, find, show_all, line }) => {
                path.push('/');
                url::encode(id, &mut path);
                let show_all = if *show_all { "true" } else { "" };
                append(&mut path, &[("show_all", show_all), ("find", find), ("line", line)]);
            }
        }
        path
    }
}

impl ListQuery {
    /// Its parameters, which page and call have by the same names.
    fn parameters(&self) -> [(&str, &str); 3] {
        [
            ("status", self.status.map(InvoiceStatus::as_str).unwrap_or_default()),
            ("number", &self.number),
            ("next_page", self.next_page.as_deref().unwrap_or_default()),
        ]
    }
}

/// Puts the parameters that say something behind an address.
fn append(address: &mut String, parameters: &[(&str, &str)]) {
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        url::append(address, name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_what_was_asked_and_nothing_else() {
        assert_eq!(InvoicesQuery::default().href("t"), "invoices?token=t");
        assert_eq!(InvoicesQuery::default().href(""), "invoices");
        let list = |status, number: &str, next_page: Option<&str>| {
            let next_page = next_page.map(ToOwned::to_owned);
            InvoicesQuery::List(ListQuery { status, number: number.to_owned(), next_page })
        };
        let document = |find: &str, show_all| {
            let (id, find) = ("7".to_owned(), find.to_owned());
            InvoicesQuery::Document(DocumentQuery { id, find, show_all, line: String::new() })
        };
        let line = DocumentQuery { id: "7".to_owned(), line: "c1".to_owned(), ..DocumentQuery::default() };
        for (query, href, path) in [
            (
                list(Some(InvoiceStatus::Void), "INV 4&é", None),
                "invoices?status=VOID&number=INV%204%26%C3%A9",
                "../v1/customers/c/dashboards/invoices?status=VOID&number=INV%204%26%C3%A9",
            ),
            (
                list(None, "", Some("abc")),
                "invoices?next_page=abc",
                "../v1/customers/c/dashboards/invoices?next_page=abc",
            ),
            (
                document("eu", false),
                "invoices?invoice=7&find=eu",
                "../v1/customers/c/dashboards/invoices/7?find=eu",
            ),
            (
                document("", true),
                "invoices?invoice=7&show=all",
                "../v1/customers/c/dashboards/invoices/7?show_all=true",
            ),
            (
                InvoicesQuery::Document(line),
                "invoices?invoice=7&line=c1#by-day",
                "../v1/customers/c/dashboards/invoices/7?line=c1",
            ),
        ] {
            assert_eq!(query.href(""), href);
            assert_eq!(query.report_path("c"), path);
            assert_eq!(InvoicesQuery::of_address(href), query);
        }
    }

    #[test]
    fn a_line_is_part_of_its_invoice_and_that_of_the_list() {
        let document = |id: &str, line: &str| {
            InvoicesQuery::Document(DocumentQuery {
                id: id.to_owned(),
                line: line.to_owned(),
                ..DocumentQuery::default()
            })
        };
        assert!(document("7", "c1").is_part_of(&document("7", "")));
        assert!(document("7", "c1").is_part_of(&InvoicesQuery::default()));
        assert!(document("7", "").is_part_of(&InvoicesQuery::default()));
        for (own, other) in [("", ""), ("", "c1"), ("c1", "c2")] {
            assert!(!document("7", own).is_part_of(&document("7", other)), "{own} {other}");
        }
        assert!(!document("7", "c1").is_part_of(&document("8", "")));
        assert!(!InvoicesQuery::default().is_part_of(&InvoicesQuery::default()));
    }

    #[test]
    fn parameters_that_cannot_be_read_are_ignored() {
        assert_eq!(
            InvoicesQuery::of_address("invoices?status=PAID&number=%20&next_page="),
            InvoicesQuery::default()
        );
        let InvoicesQuery::List(list) = InvoicesQuery::of_address(&format!("?number={}", "x".repeat(300)))
        else {
            panic!("a list")
        };
        assert_eq!(list.number.len(), LONGEST_SEARCH);
    }
}
