//! A histogram of fixed buckets that may be recorded to from anywhere at once.
//! Must not lock.

use std::{
    fmt::{self, Write},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use crate::wire::feed::{BATCH_BOUNDS, LATENCY_BOUNDS_US, Latency};

/// What is counted, and in which unit Prometheus has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// Microseconds here, seconds there.
    Time,
    /// Things.
    Pieces,
}

/// Counts below each bound, and above all.
#[derive(Debug)]
pub struct Histogram {
    unit: Unit,
    bounds: &'static [u64],
    buckets: Vec<AtomicU64>,
    sum: AtomicU64,
}

impl Histogram {
    /// Of times.
    #[must_use]
    pub fn of_times() -> Self {
        Self::new(Unit::Time, &LATENCY_BOUNDS_US)
    }

    /// Of batches, by their orders.
    #[must_use]
    pub fn of_batches() -> Self {
        Self::new(Unit::Pieces, &BATCH_BOUNDS)
    }

    fn new(unit: Unit, bounds: &'static [u64]) -> Self {
        let buckets = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self { unit, bounds, buckets, sum: AtomicU64::new(0) }
    }

    /// One more value.
    pub fn record(&self, value: u64) {
        let at = self.bounds.partition_point(|&bound| bound < value);
        self.buckets[at].fetch_add(1, Relaxed);
        self.sum.fetch_add(value, Relaxed);
    }

    /// One more time.
    pub fn took(&self, time: Duration) {
        self.record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    /// How many values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.load(Relaxed)).sum()
    }

    /// All values together.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.sum.load(Relaxed)
    }

    /// The counts of all buckets, as they are at this moment.
    #[must_use]
    pub fn counts(&self) -> Vec<u64> {
        self.buckets.iter().map(|bucket| bucket.load(Relaxed)).collect()
    }

    /// As the feed has it: without counts while there are none.
    #[must_use]
    pub fn latency(&self) -> Latency {
        let counts = self.counts();
        let counts = if counts.iter().any(|&count| count > 0) { counts } else { Vec::new() };
        Latency { counts, sum_us: self.sum() }
    }

    /// Its lines in Prometheus text. `labels` are `name="value"`, joined by commas, or empty.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, text: &mut String, name: &str, labels: &str) -> fmt::Result {
        let comma = if labels.is_empty() { "" } else { "," };
        let braced = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        let mut below = 0;
        for (at, bucket) in self.buckets.iter().enumerate() {
            below += bucket.load(Relaxed);
            match self.bounds.get(at) {
                Some(&bound) => writeln!(text, "{name}_bucket{{{labels}{comma}le=\"{}\"}} {below}", self.shown(bound))?,
                None => writeln!(text, "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {below}")?,
            }
        }
        writeln!(text, "{name}_sum{braced} {}", self.shown(self.sum()))?;
        writeln!(text, "{name}_count{braced} {below}")
    }

    fn shown(&self, value: u64) -> f64 {
        match self.unit {
            Unit::Time => value as f64 / 1e6,
            Unit::Pieces => value as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_bounds_belong_to_their_bucket() {
        let histogram = Histogram::of_batches();
        for value in [1, 2, 2, 5_000] {
            histogram.record(value);
        }
        let mut text = String::new();
        histogram.write(&mut text, "x", "").unwrap();
        assert!(text.starts_with("x_bucket{le=\"1\"} 1\nx_bucket{le=\"2\"} 3\n"), "{text}");
        assert!(text.ends_with("x_bucket{le=\"+Inf\"} 4\nx_sum 5005\nx_count 4\n"), "{text}");
    }

    #[test]
    fn times_are_microseconds_in_the_feed_and_seconds_for_prometheus() {
        let histogram = Histogram::of_times();
        assert_eq!(histogram.latency(), Latency::default(), "nothing is not a list of zeros");
        histogram.took(Duration::from_micros(630));
        let mut text = String::new();
        histogram.write(&mut text, "x", "a=\"b\"").unwrap();
        assert!(text.contains("x_bucket{a=\"b\",le=\"0.0005\"} 0\nx_bucket{a=\"b\",le=\"0.00063\"} 1\n"), "{text}");
        assert!(text.contains("x_sum{a=\"b\"} 0.00063\n"), "{text}");
        let latency = histogram.latency();
        assert_eq!((latency.counts.len(), latency.sum_us), (LATENCY_BOUNDS_US.len() + 1, 630));
        assert_eq!(latency.counts.iter().position(|&count| count == 1), Some(8));
    }
}
