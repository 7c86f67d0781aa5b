//! What a person writes about a call; everything else is read off its handler.

/// In which order a call answers its rows.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// What the reference says: "Oldest first."
    pub words: &'static str,
    /// The fields that it goes by, as paths into a row, the first before the others; `-` before one that falls. One that
    /// rows do not show is named all the same: the `created_at` of a plan.
    pub by: &'static [&'static str],
}

/// The words about a call, beside its handler.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Its name in Metronome's SDKs where it has one (`customers.create`), else one in the same manner.
    pub id: &'static str,
    /// What it does, in a few words: "Create a customer".
    pub summary: &'static str,
    /// The rules, in Markdown: paragraphs, lists, `code`, **strong** and [links](#).
    pub about: &'static str,
    /// The order of what it lists; every list has one.
    pub order: Option<Order>,
    /// An example's query: `limit=2`. It may hold placeholders like `{customer_id}`, see [`super::samples`].
    pub query: &'static str,
    /// An example's body, as JSON with placeholders.
    pub body: &'static str,
    /// What its 404 says is missing; paths with an id have one.
    pub missing: &'static str,
    /// When it answers 409; empty if never.
    pub conflict: &'static str,
    /// The media type of its answer when that is not JSON: `application/pdf`.
    pub media_type: &'static str,
    /// True for a POST that only reads, open to API tokens of scope `read`.
    pub reads: bool,
}

impl Call {
    /// A call by its name and what it does.
    pub const fn new(id: &'static str, summary: &'static str) -> Self {
        Self {
            id,
            summary,
            about: "",
            order: None,
            query: "",
            body: "",
            missing: "",
            conflict: "",
            media_type: "",
            reads: false,
        }
    }

    /// The rules of this call, in Markdown.
    pub const fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    /// The order of what it lists, in words and by fields: `("Oldest first.", &["created_at"])`.
    pub const fn order(mut self, words: &'static str, by: &'static [&'static str]) -> Self {
        self.order = Some(Order { words, by });
        self
    }

    /// An example's query.
    pub const fn query(mut self, query: &'static str) -> Self {
        self.query = query;
        self
    }

    /// An example's body.
    pub const fn body(mut self, body: &'static str) -> Self {
        self.body = body;
        self
    }

    /// What is missing when it answers 404: "the plan".
    pub const fn missing(mut self, missing: &'static str) -> Self {
        self.missing = missing;
        self
    }

    /// When it answers 409.
    pub const fn conflict(mut self, conflict: &'static str) -> Self {
        self.conflict = conflict;
        self
    }

    /// The media type of its answer, when that is not JSON.
    pub const fn media_type(mut self, media_type: &'static str) -> Self {
        self.media_type = media_type;
        self
    }

    /// A POST that only reads.
    pub const fn reads(mut self) -> Self {
        self.reads = true;
        self
    }
}
