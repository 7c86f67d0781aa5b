//! Addresses within the invoices dashboard: the token first, then only what differs from the plain list.

use crate::billing::InvoiceStatus;

/// What a reader asked of the list; all of it is in the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvoiceQuery {
    /// Only invoices of this status.
    pub status: Option<InvoiceStatus>,
    /// Only invoices whose number holds this.
    pub number: String,
    /// Where the rows begin; `None` for the newest.
    pub next_page: Option<String>,
}

/// What a reader asked of one invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentQuery {
    /// Every group value is shown.
    pub show_all: bool,
    /// Only group values that hold this.
    pub find: String,
}

/// Makes the addresses, each with the link token of the page.
#[derive(Clone, Debug)]
pub struct Links {
    token: String,
}

impl Links {
    /// The path of the dashboard.
    pub const PATH: &str = "/embed/invoices";
    /// Where PDF and CSV come from.
    pub const DOWNLOAD: &str = "/embed/invoices/download";

    /// Addresses with this token.
    pub fn new(token: String) -> Self {
        Self { token }
    }

    /// The token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The list as asked.
    pub fn list(&self, query: &InvoiceQuery) -> String {
        self.with(&[
            ("status", query.status.map(InvoiceStatus::as_str).unwrap_or_default()),
            ("number", &query.number),
            ("next_page", query.next_page.as_deref().unwrap_or_default()),
        ])
    }

    /// One invoice as asked.
    pub fn invoice(&self, id: &str, query: &DocumentQuery) -> String {
        self.with(&[
            ("invoice", id),
            ("show", if query.show_all { "all" } else { "" }),
            ("find", &query.find),
        ])
    }

    fn with(&self, parameters: &[(&str, &str)]) -> String {
        let mut href = format!("{}?token={}", Self::PATH, self.token);
        for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
            href.push('&');
            href.push_str(name);
            href.push('=');
            encode(value, &mut href);
        }
        href
    }
}

/// An address with another token in the place of its own.
pub fn with_token(href: &str, token: &str) -> String {
    let Some((before, own)) = href.split_once("token=") else { return href.to_owned() };
    let after = own.find('&').map_or("", |end| &own[end..]);
    format!("{before}token={token}{after}")
}

/// Percent-encodes all but what never needs it.
fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            into.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_what_was_asked_and_nothing_else() {
        let links = Links::new("t".to_owned());
        assert_eq!(links.list(&InvoiceQuery::default()), "/embed/invoices?token=t");
        let query =
            InvoiceQuery {
                status: Some(InvoiceStatus::Void), number: "INV 4&é".to_owned(), next_page: None
            };
        assert_eq!(links.list(&query), "/embed/invoices?token=t&status=VOID&number=INV%204%26%C3%A9");
        let find = DocumentQuery { show_all: false, find: "eu".to_owned() };
        assert_eq!(links.invoice("7", &find), "/embed/invoices?token=t&invoice=7&find=eu");
    }

    #[test]
    fn a_renewed_token_takes_the_place_of_the_old_one() {
        assert_eq!(with_token("/embed/invoices?token=old", "new"), "/embed/invoices?token=new");
        assert_eq!(with_token("/embed/usage?token=old&window=60", "new"), "/embed/usage?token=new&window=60");
        assert_eq!(with_token("/embed/usage?window=60", "new"), "/embed/usage?window=60");
    }
}
