//! Why a page is not shown: to developers in a word and a sentence.

/// Why a page is not shown.
pub(super) enum EmbedError {
    /// No token came.
    Missing,
    /// No key of this server signed the token as it came, or it is for something else.
    Invalid,
    /// Its time is over.
    Expired,
    /// It is of the other dashboard.
    WrongDashboard,
    /// The customer is archived, or was deleted.
    Gone,
    /// Something went wrong on this side, or too much is under way.
    Unavailable,
}

impl EmbedError {
    /// For developers, in a word and in a sentence. A reader is told less: of tokens that came, all the same.
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
