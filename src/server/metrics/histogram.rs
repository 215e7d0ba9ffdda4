//! A histogram of fixed buckets that may be recorded to from anywhere at once.
//! Must not lock.

use std::{
    fmt::{self, Write},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// Upper bounds of latency buckets, in seconds.
pub const LATENCY_S: [f64; 16] =
    [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Upper bounds of buckets that count things.
pub const SIZES: [f64; 11] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0];

/// Counts below each bound, and above all.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [f64],
    buckets: Vec<AtomicU64>,
    /// In millionths.
    sum: AtomicU64,
}

impl Histogram {
    /// Empty, with these upper bounds, lowest first.
    #[must_use]
    pub fn new(bounds: &'static [f64]) -> Self {
        let buckets = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self { bounds, buckets, sum: AtomicU64::new(0) }
    }

    /// One more value, not negative.
    pub fn record(&self, value: f64) {
        let at = self.bounds.partition_point(|&bound| bound < value);
        self.buckets[at].fetch_add(1, Relaxed);
        self.sum.fetch_add((value * 1e6) as u64, Relaxed);
    }

    /// How many values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.load(Relaxed)).sum()
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
                Some(bound) => writeln!(text, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {below}")?,
                None => writeln!(text, "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {below}")?,
            }
        }
        writeln!(text, "{name}_sum{braced} {}", self.sum.load(Relaxed) as f64 / 1e6)?;
        writeln!(text, "{name}_count{braced} {below}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_bounds_belong_to_their_bucket() {
        let histogram = Histogram::new(&SIZES);
        for value in [1.0, 1.5, 2.0, 5_000.0] {
            histogram.record(value);
        }
        let mut text = String::new();
        histogram.write(&mut text, "x", "").unwrap();
        assert!(text.starts_with("x_bucket{le=\"1\"} 1\nx_bucket{le=\"2\"} 3\n"), "{text}");
        assert!(text.ends_with("x_bucket{le=\"+Inf\"} 4\nx_sum 5004.5\nx_count 4\n"), "{text}");
    }
}
