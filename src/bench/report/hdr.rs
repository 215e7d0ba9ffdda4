//! Histograms in the two formats of HdrHistogram that public plotters read: percentile files and an interval log.
//! Must not round a value beyond what its histogram holds.

pub mod interval_log;

use std::fmt::Write as _;

use hdrhistogram::Histogram;

/// Lines for each halving of what lies beyond: as the original's `outputPercentileDistribution` does by default.
const LINES_PER_HALVING: u32 = 5;

/// The percentile file (`.hgrm`) of a histogram in microseconds. Values in it are milliseconds.
///
/// The layout is that of HdrHistogram's `outputPercentileDistribution(out, 5, 1000.0)`.
#[must_use]
pub fn percentiles(histogram: &Histogram<u64>) -> String {
    let mut text = format!("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
    let mut seen = 0;
    for step in histogram.iter_quantiles(LINES_PER_HALVING) {
        seen += step.count_since_last_iteration();
        let (value, quantile) = (ms(step.value_iterated_to() as f64), step.quantile_iterated_to());
        write!(text, "{value:>12.3} {quantile:>2.12} {seen:>10}").expect("memory takes every write");
        if quantile < 1.0 {
            write!(text, " {:>14.2}", 1.0 / (1.0 - quantile)).expect("memory takes every write");
        }
        text.push('\n');
    }
    text.push_str(&footer(histogram));
    text
}

fn footer(histogram: &Histogram<u64>) -> String {
    let (buckets, sub_buckets) = buckets(histogram);
    format!(
        "#[Mean    = {:>12.3}, StdDeviation   = {:>12.3}]\n#[Max     = {:>12.3}, Total count    = {:>12}]\n\
         #[Buckets = {buckets:>12}, SubBuckets     = {sub_buckets:>12}]\n",
        ms(histogram.mean()),
        ms(histogram.stdev()),
        ms(histogram.max() as f64),
        histogram.len(),
    )
}

/// How the histogram divides its range: a bucket covers twice the range of the one before in as many parts.
fn buckets(histogram: &Histogram<u64>) -> (u32, u64) {
    let sub_buckets = (2 * 10_u64.pow(u32::from(histogram.sigfig()))).next_power_of_two();
    let doublings = (histogram.high().max(1) / sub_buckets).checked_ilog2().map_or(0, |log| log + 1);
    (doublings + 1, sub_buckets)
}

fn ms(us: f64) -> f64 {
    us / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(spans_us: impl Iterator<Item = u64>) -> Histogram<u64> {
        let mut histogram = Histogram::new(3).unwrap();
        spans_us.for_each(|span| histogram.record(span).unwrap());
        histogram
    }

    /// Value, percentile, count and reciprocal of each line, as a reader splits them.
    fn lines(text: &str) -> Vec<Vec<f64>> {
        let body = text.lines().skip(2).take_while(|line| !line.starts_with('#'));
        body.map(|line| line.split_whitespace().map(|cell| cell.parse().unwrap()).collect()).collect()
    }

    #[test]
    fn the_file_reads_as_the_original_writes_it() {
        let text = percentiles(&of([1_000, 2_000, 3_000, 4_000].into_iter()));
        let expected = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n\
            \x20      1.000 0.000000000000          1           1.00\n\
            \x20      1.000 0.100000000000          1           1.11\n\
            \x20      1.000 0.200000000000          1           1.25\n\
            \x20      2.000 0.300000000000          2           1.43\n";
        assert!(text.starts_with(expected), "{text}");
        let end = "       4.001 1.000000000000          4\n\
            #[Mean    =        2.501, StdDeviation   =        1.118]\n\
            #[Max     =        4.001, Total count    =            4]\n\
            #[Buckets =";
        assert!(text.contains(end), "{text}");
        assert!(text.ends_with(", SubBuckets     =         2048]\n"), "{text}");
    }

    #[test]
    fn counts_and_percentiles_grow_up_to_the_slowest() {
        let histogram = of((1..=10_000).map(|at| at * 13));
        let lines = lines(&percentiles(&histogram));
        assert!(lines.is_sorted_by(|a, b| a[0] <= b[0] && a[1] <= b[1] && a[2] <= b[2]));
        let last = lines.last().unwrap();
        assert_eq!((last.len(), last[1], last[2]), (3, 1.0, 10_000.0));
        let p99 = lines.iter().find(|line| line[1] >= 0.99).unwrap()[0];
        let exact = histogram.value_at_quantile(0.99) as f64 / 1000.0;
        assert!((p99 - exact).abs() / exact < 0.01, "{p99} for {exact}");
    }

    #[test]
    fn a_histogram_of_nothing_is_a_file_without_lines() {
        let text = percentiles(&of(std::iter::empty()));
        assert!(lines(&text).is_empty(), "{text}");
        assert!(text.contains("Total count    =            0"), "{text}");
    }
}
