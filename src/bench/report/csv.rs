//! A run over time as CSV: a line a stretch. `docs/RESULTS.md` describes the columns.
//! Must not invent a figure: what is not known is an empty cell.

use std::ops::Range;

use hdrhistogram::Histogram;

use super::wording::BEYOND_MIN;
use crate::bench::series::{Sample, Series, Window};

/// The columns, in order.
pub const COLUMNS: [&str; 31] = [
    "run",
    "offset_s",
    "width_s",
    "planned",
    "released",
    "submits",
    "repeats",
    "placed",
    "confirmed",
    "sold_out",
    "rejected",
    "failed",
    "paid",
    "requests",
    "create_count",
    "create_p50_ms",
    "create_p90_ms",
    "create_p99_ms",
    "create_max_ms",
    "confirm_count",
    "confirm_p50_ms",
    "confirm_p90_ms",
    "confirm_p99_ms",
    "confirm_max_ms",
    "available",
    "held",
    "sold",
    "queue",
    "generator_cpu_pct",
    "server_cpu_pct",
    "reasons",
];

/// The first line.
#[must_use]
pub fn heading() -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).expect("memory takes every write");
    finished(writer)
}

/// Lines of these stretches.
#[must_use]
pub fn lines(run: &str, series: &Series, stretches: Range<usize>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let nothing = Window::default();
    for at in stretches {
        let window = series.windows.get(at).unwrap_or(&nothing);
        let planned = series.planned.get(at).copied().unwrap_or(0);
        let record = Line { run, series, at, planned, window, sample: sample(series, at) }.cells();
        writer.write_record(&record).expect("memory takes every write");
    }
    finished(writer)
}

/// Stretches in which something was planned, done or seen.
#[must_use]
pub fn stretches(series: &Series) -> usize {
    let seen = match series.samples.last() {
        Some(last) if series.width_us > 0 => (last.at_us / series.width_us) as usize + 1,
        _ => 0,
    };
    series.windows.len().max(series.planned.len()).max(seen)
}

fn finished(writer: csv::Writer<Vec<u8>>) -> String {
    let bytes = writer.into_inner().expect("memory takes every write");
    String::from_utf8(bytes).expect("only text was written")
}

/// The last look in a stretch.
fn sample(series: &Series, at: usize) -> Option<&Sample> {
    let (from_us, to_us) = (at as u64 * series.width_us, (at as u64 + 1) * series.width_us);
    let end = series.samples.partition_point(|sample| sample.at_us < to_us);
    series.samples[..end].last().filter(|sample| sample.at_us >= from_us)
}

struct Line<'a> {
    run: &'a str,
    series: &'a Series,
    at: usize,
    planned: u64,
    window: &'a Window,
    sample: Option<&'a Sample>,
}

impl Line<'_> {
    fn cells(&self) -> Vec<String> {
        let width_s = self.series.width_us as f64 / 1e6;
        let window = self.window;
        let mut cells = vec![self.run.to_owned(), format!("{:.3}", self.at as f64 * width_s), format!("{width_s:.3}")];
        let counts = [
            self.planned,
            window.released,
            window.submits,
            window.repeats,
            window.placed,
            window.confirmed,
            window.sold_out,
            window.rejected,
            window.failed,
            window.paid,
            window.requests,
        ];
        cells.extend(counts.iter().map(u64::to_string));
        cells.extend(spread(&window.create));
        cells.extend(spread(&window.confirm));
        cells.extend(self.seats());
        let seen = self.sample;
        cells.push(seen.and_then(|s| s.queue).map(|q| q.to_string()).unwrap_or_default());
        for cpu in [seen.and_then(|s| s.generator_cpu_pct), seen.and_then(|s| s.server_cpu_pct)] {
            cells.push(cpu.map(|pct| format!("{pct:.1}")).unwrap_or_default());
        }
        let reasons: Vec<_> = window.reasons.iter().map(|(word, count)| format!("{word}={count}")).collect();
        cells.push(reasons.join(" "));
        cells
    }

    fn seats(&self) -> [String; 3] {
        let Some(sample) = self.sample.filter(|sample| !sample.seats.is_empty()) else {
            return Default::default();
        };
        let sum = |of: fn(&crate::bench::series::Seats) -> u64| sample.seats.iter().map(of).sum::<u64>().to_string();
        [sum(|s| s.available), sum(|s| s.held), sum(|s| s.sold)]
    }
}

/// Count, median, two percentiles where enough samples lie beyond them, and the slowest.
fn spread(histogram: &Histogram<u64>) -> [String; 5] {
    let count = histogram.len();
    if count == 0 {
        return ["0".to_owned(), String::new(), String::new(), String::new(), String::new()];
    }
    let ms = |us: u64| format!("{:.3}", us as f64 / 1000.0);
    let told = |quantile: f64| {
        let enough = count as f64 * (1.0 - quantile) >= BEYOND_MIN - 1e-6;
        if enough { ms(histogram.value_at_quantile(quantile)) } else { String::new() }
    };
    [count.to_string(), ms(histogram.value_at_quantile(0.5)), told(0.9), told(0.99), ms(histogram.max())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::sample_run::{empty_run, sample_run};

    fn records(text: &str) -> Vec<std::collections::HashMap<String, String>> {
        csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
    }

    #[test]
    fn every_stretch_has_a_line_and_the_lines_add_up_to_the_run() {
        let run = sample_run("v4-embedded-1", 1);
        let text = heading() + &lines(&run.name, &run.series, 0..stretches(&run.series));
        let records = records(&text);
        assert_eq!(records.len(), run.series.windows.len());
        let sum = |column: &str| records.iter().map(|r| r[column].parse::<u64>().unwrap()).sum::<u64>();
        assert_eq!(sum("planned"), run.series.planned.iter().sum::<u64>());
        assert_eq!(sum("create_count"), sum("submits"));
        assert_eq!((sum("placed"), &records[79]["available"][..]), (2_000, "0"));
        assert_eq!(&records[79]["sold"], "1995");
        assert_eq!((&records[10]["offset_s"][..], &records[10]["width_s"][..]), ("1.000", "0.100"));
    }

    #[test]
    fn a_percentile_with_few_samples_beyond_it_is_an_empty_cell() {
        let run = sample_run("r", 1);
        let records = records(&(heading() + &lines(&run.name, &run.series, 0..1)));
        assert_eq!(&records[0]["create_count"], "150");
        assert!(!records[0]["create_p90_ms"].is_empty(), "15 samples are beyond it");
        assert!(records[0]["create_p99_ms"].is_empty(), "a sample and a half is beyond it");
        assert!(!records[0]["create_max_ms"].is_empty());
    }

    #[test]
    fn a_run_without_a_course_has_no_lines_and_what_nobody_saw_is_empty() {
        let empty = empty_run("r");
        assert_eq!(stretches(&empty.series), 0);
        let mut run = sample_run("a \"quoted\", name", 1);
        run.series.samples.clear();
        let records = records(&(heading() + &lines(&run.name, &run.series, 0..1)));
        assert_eq!((&records[0]["run"][..], &records[0]["sold"][..]), ("a \"quoted\", name", ""));
        assert!(records[0]["queue"].is_empty() && records[0]["server_cpu_pct"].is_empty());
    }
}
