//! How long answers took, by buckets.

use std::time::Duration;

/// Upper bounds of the buckets: in microseconds, and as they are written, in seconds.
pub(super) const BOUNDS: [(u64, &str); 15] = [
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_000_000, "2"),
    (5_000_000, "5"),
    (10_000_000, "10"),
    (30_000_000, "30"),
    (60_000_000, "60"),
];

/// Times, counted by the buckets that they fall into.
#[derive(Clone, Debug, Default)]
pub(super) struct Histogram {
    /// For each bound, the times up to it: those of smaller bounds are among them.
    pub(super) buckets: [u64; BOUNDS.len()],
    /// All of them.
    pub(super) count: u64,
    /// Their sum, in microseconds.
    micros: u64,
}

impl Histogram {
    pub(super) fn observe(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        for (bucket, (bound, _)) in self.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(micros <= bound);
        }
        self.count += 1;
        self.micros = self.micros.saturating_add(micros);
    }

    /// The sum in seconds, to the microsecond: `0.001500`.
    pub(super) fn seconds(&self) -> String {
        format!("{}.{:06}", self.micros / 1_000_000, self.micros % 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_counts_in_its_bucket_and_in_all_larger_ones() {
        let mut times = Histogram::default();
        for micros in [400, 1_000, 1_001, 61_000_000] {
            times.observe(Duration::from_micros(micros));
        }
        assert_eq!(times.buckets[..3], [2, 3, 3]);
        assert_eq!((times.buckets[14], times.count), (3, 4));
        assert_eq!(times.seconds(), "61.002401");
    }
}
