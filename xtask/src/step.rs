//! Visible progress: a line when a step begins, its time when it ends.

use anyhow::Result;
use std::{
    fmt::Display,
    time::{Duration, Instant},
};

/// Runs a step between two lines of progress.
pub(crate) fn step<T>(what: impl Display, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("▸ {what}");
    let start = Instant::now();
    let outcome = work();
    let mark = if outcome.is_ok() { "✓" } else { "✗" };
    println!("{mark} {what} ({})", seconds(start.elapsed()));
    outcome
}

/// A remark below the current step.
pub(crate) fn note(what: impl Display) {
    println!("  {what}");
}

/// `0.4 s`, `12 s`, `3 min 5 s`.
pub(crate) fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        whole @ 10..60 => format!("{whole} s"),
        whole => format!("{} min {} s", whole / 60, whole % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_exact_as_they_are_of_use() {
        let shown = [400, 12_900, 185_000].map(|millis| seconds(Duration::from_millis(millis)));
        assert_eq!(shown, ["0.4 s", "12 s", "3 min 5 s"]);
    }
}
