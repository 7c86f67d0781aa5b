//! What holds from one instant to another.

use chrono::{DateTime, Utc};

/// A half-open stretch of time, UTC, that may have no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Inclusive.
    pub starting_at: DateTime<Utc>,
    /// Exclusive; `None` where it has no end.
    pub ending_before: Option<DateTime<Utc>>,
}

impl Span {
    /// True from its start to just before its end.
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.starting_at <= at && self.ending_before.is_none_or(|end| at < end)
    }
}

/// A value, and when it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Dated<T> {
    /// When it holds.
    pub span: Span,
    /// What holds then.
    pub value: T,
}

impl<T> Dated<T> {
    /// The value that holds at an instant, of values whose spans do not overlap.
    pub fn find(all: &[Self], at: DateTime<Utc>) -> Option<&T> {
        all.iter().find(|one| one.span.contains(at)).map(|one| &one.value)
    }
}
