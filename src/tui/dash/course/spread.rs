//! Histograms of the feed: differences, sums and percentiles.
//! Must not average a percentile: each is read from buckets.

use crate::{
    tui::panel::latency::Percentiles,
    wire::feed::{LATENCY_BOUNDS_US, Latency},
};

/// Values by bucket, of a stretch of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spread(Vec<u64>);

impl Spread {
    /// What came between two moments. A histogram that went back was started anew: all of it came.
    pub fn between(before: &Latency, after: &Latency) -> Self {
        let count = |at: usize| before.counts.get(at).copied().unwrap_or(0);
        let differences = after.counts.iter().enumerate().map(|(at, now)| now.checked_sub(count(at)));
        differences.collect::<Option<Vec<_>>>().map_or_else(|| Self(after.counts.clone()), Self)
    }

    /// Takes these in, too.
    pub fn add(&mut self, other: &Self) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        for (mine, more) in self.0.iter_mut().zip(&other.0) {
            *mine = mine.saturating_add(*more);
        }
    }

    /// Median and 99 of 100; none when there is no value.
    pub fn percentiles(&self) -> Option<Percentiles> {
        Some(Percentiles { p50_us: self.quantile(0.5)?, p99_us: self.quantile(0.99)? })
    }

    /// Below which this share of the values lies, as if values lay evenly in their bucket. The last bucket has no upper end:
    /// of what lies there only its lower end is known.
    fn quantile(&self, share: f64) -> Option<u64> {
        let all: f64 = self.0.iter().map(|count| *count as f64).sum();
        if all == 0.0 {
            return None;
        }
        let wanted = all * share;
        let mut before = 0.0;
        for (at, count) in self.0.iter().enumerate().filter(|(_, count)| **count > 0) {
            let count = *count as f64;
            if before + count >= wanted {
                let lower = match at {
                    0 => 0,
                    at => LATENCY_BOUNDS_US[(at - 1).min(LATENCY_BOUNDS_US.len() - 1)],
                };
                let upper = LATENCY_BOUNDS_US.get(at).copied().unwrap_or(lower);
                let inside = (wanted - before) / count;
                return Some(lower + ((upper - lower) as f64 * inside).round() as u64);
            }
            before += count;
        }
        LATENCY_BOUNDS_US.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latency(counts: &[(usize, u64)]) -> Latency {
        let mut latency = Latency { counts: vec![0; LATENCY_BOUNDS_US.len() + 1], sum_us: 0 };
        for (at, count) in counts {
            latency.counts[*at] = *count;
        }
        latency
    }

    fn percentiles(counts: &[(usize, u64)]) -> Option<(u64, u64)> {
        let spread = Spread::between(&Latency::default(), &latency(counts));
        spread.percentiles().map(|of| (of.p50_us, of.p99_us))
    }

    #[test]
    fn a_percentile_lies_inside_its_bucket() {
        // Bucket 10 goes from 800 to 1,000 µs, bucket 20 from 8 to 10 ms.
        assert_eq!(percentiles(&[(10, 100)]), Some((900, 998)));
        assert_eq!(percentiles(&[(10, 50), (20, 50)]), Some((1_000, 9_960)));
        assert_eq!(percentiles(&[(0, 4)]), Some((50, 99)), "the first bucket begins at nothing");
    }

    #[test]
    fn what_is_beyond_the_last_bound_is_said_to_be_at_it() {
        assert_eq!(percentiles(&[(51, 7)]), Some((10_000_000, 10_000_000)));
    }

    #[test]
    fn no_value_has_no_percentile() {
        assert_eq!(percentiles(&[]), None);
        assert_eq!(Spread::default().percentiles(), None);
        let same = latency(&[(3, 9)]);
        assert_eq!(Spread::between(&same, &same).percentiles(), None, "nothing came between");
    }

    #[test]
    fn only_what_came_between_counts() {
        let (before, after) = (latency(&[(10, 1_000)]), latency(&[(10, 1_000), (20, 10)]));
        assert_eq!(Spread::between(&before, &after).percentiles().map(|of| of.p50_us), Some(9_000));
    }

    #[test]
    fn a_histogram_that_went_back_counts_from_nothing() {
        let (before, after) = (latency(&[(10, 1_000)]), latency(&[(10, 4)]));
        assert_eq!(Spread::between(&before, &after), Spread(after.counts.clone()));
    }

    #[test]
    fn more_buckets_than_bounds_do_no_harm() {
        let odd = Latency { counts: vec![0; 90].into_iter().chain([5]).collect(), sum_us: 0 };
        let spread = Spread::between(&Latency::default(), &odd);
        assert_eq!(spread.percentiles().map(|of| of.p99_us), Some(10_000_000));
    }
}
