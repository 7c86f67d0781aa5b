//! Why a page is not shown: to developers in a word and a sentence.

/// Why a page is not shown.
pub(super) enum EmbedError {
    /// No token came.
    Missing,
    /// No key of this server signed the token as it came, or it is for something else.
    Invalid,
    /// The token has expired.
    Expired,
    /// The token is of a URL that opens once, and was opened before.
    Used,
    /// The session or the URL was revoked.
    Revoked,
    /// The token is of the other dashboard.
    WrongDashboard,
    /// The customer is archived, or was deleted.
    Gone,
    /// The server failed, or is too busy.
    Unavailable,
}

impl EmbedError {
    /// For developers, a word and a sentence. Readers get less: one message for all tokens that are not good.
    pub(super) fn reason(&self) -> (&'static str, &'static str) {
        match self {
            Self::Missing => ("missing-token", "the address has no token: make one by getEmbeddableUrl"),
            Self::Invalid => (
                "invalid-token",
                "no key of this server signed the token: the address was changed or cut off, or made by another server",
            ),
            Self::Expired => (
                "expired-token",
                "the token has expired: make an embeddable URL each time you draw the page around it",
            ),
            Self::Used => (
                "used-token",
                "the URL opens once, as its single_use says, and was opened before: make another one",
            ),
            Self::Revoked => (
                "revoked-session",
                "the session, or all of its viewer or customer, was revoked after its URL was made",
            ),
            Self::WrongDashboard => (
                "wrong-dashboard",
                "the token is of the other dashboard: use the address as getEmbeddableUrl gave it",
            ),
            Self::Gone => ("archived-customer", "the customer is archived"),
            Self::Unavailable => {
                ("unavailable", "something went wrong on this side, or too much is under way")
            }
        }
    }
}
