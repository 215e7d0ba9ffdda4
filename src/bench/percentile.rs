//! Percentiles, told only when enough samples lie beyond them.
//! Must not interpolate: a percentile is a sample, or the bucket of one.

use hdrhistogram::Histogram;

/// Samples that must lie beyond a percentile for it to be told: with fewer it is the maximum under another name.
pub const BEYOND_MIN: f64 = 10.0;

/// Percentiles that have a name, and the share of samples up to them.
pub const NAMED: [(&str, f64); 5] = [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999)];

/// Do enough of so many samples lie beyond this share of them?
#[must_use]
pub fn is_told(samples: u64, share: f64) -> bool {
    // 100 × (1 - 0.9) is a little below 10 in binary.
    samples as f64 * (1.0 - share) >= BEYOND_MIN - 1e-6
}

/// Samples from which on a figure with this name is told; `None` when it is no percentile.
#[must_use]
pub fn samples_needed(name: &str) -> Option<u64> {
    let ending = name.strip_suffix("_ms").unwrap_or(name);
    let (_, share) = NAMED.iter().find(|(word, _)| ending.ends_with(&format!("_{word}")))?;
    Some(((BEYOND_MIN - 1e-6) / (1.0 - share)).ceil() as u64)
}

/// Of a histogram.
#[must_use]
pub fn of_histogram(histogram: &Histogram<u64>, share: f64) -> Option<u64> {
    is_told(histogram.len(), share).then(|| histogram.value_at_quantile(share))
}

/// Of values in rising order: the smallest that this share of them does not exceed.
#[must_use]
pub fn of_sorted(values: &[u64], share: f64) -> Option<u64> {
    let rank = (values.len() as f64 * share - 1e-6).ceil() as usize;
    is_told(values.len() as u64, share).then(|| values[rank.saturating_sub(1)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_told_from_ten_samples_beyond_it_on() {
        for (share, samples) in [(0.5, 20), (0.9, 100), (0.95, 200), (0.99, 1_000), (0.999, 10_000)] {
            assert!(is_told(samples, share), "{samples} samples tell the percentile at {share}");
            assert!(!is_told(samples - 1, share), "{} samples do not tell it at {share}", samples - 1);
        }
        let needed = ["confirm_p99_ms", "overtakes_p50", "create_max_ms"].map(samples_needed);
        assert_eq!(needed, [Some(1_000), Some(20), None]);
    }

    #[test]
    fn a_percentile_is_the_smallest_value_that_its_share_does_not_exceed() {
        let values: Vec<u64> = (1..=1_000).collect();
        assert_eq!((of_sorted(&values, 0.5), of_sorted(&values, 0.99)), (Some(500), Some(990)));
        assert_eq!(of_sorted(&values[..19], 0.5), None);
    }
}
