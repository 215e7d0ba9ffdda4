//! The course of latency as an HDR interval log (format 1.3, histograms V2, compressed), a line a stretch and tag.
//! Must not read a clock: the moment of the start is handed in.
//!
//! Values in it are nanoseconds, since the public tools divide by a million to show milliseconds unless told otherwise.

use std::{
    ops::Range,
    time::{Duration, UNIX_EPOCH},
};

use hdrhistogram::{
    Histogram,
    serialization::{
        V2DeflateSerializer,
        interval_log::{IntervalLogWriter, IntervalLogWriterBuilder, Tag},
    },
};

use crate::bench::series::Series;

/// Nanoseconds to a microsecond.
const NS: u64 = 1000;
/// What the column for people is divided by: nanoseconds to milliseconds.
const SHOWN_BY: f64 = 1e6;

type Writer<'a, 'b> = IntervalLogWriter<'a, 'b, Vec<u8>, V2DeflateSerializer>;

/// The lines before the first histogram. Offsets count from the start, which is the wall clock in ms since 1970.
#[must_use]
pub fn heading(start_wall_ms: i64) -> String {
    let start = UNIX_EPOCH + Duration::from_millis(u64::try_from(start_wall_ms).unwrap_or(0));
    let mut text = written(
        IntervalLogWriterBuilder::new()
            .add_comment("[Histogram log format version 1.3]")
            .add_comment("[Latency of a sale by tpp bench; values are nanoseconds]")
            .add_comment("[Tags: create = response of submits, confirm = intended submit to confirmed order]")
            .with_start_time(start)
            .with_base_time(start),
        |_| {},
    );
    text.push_str("\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n");
    text
}

/// Lines of these stretches; those in which nothing was measured have none.
#[must_use]
pub fn lines(series: &Series, stretches: Range<usize>) -> String {
    let width = Duration::from_micros(series.width_us);
    let text = written(IntervalLogWriterBuilder::new().with_max_value_divisor(SHOWN_BY), |log| {
        for at in stretches {
            let Some(window) = series.windows.get(at) else { continue };
            let start = Duration::from_micros(at as u64 * series.width_us);
            for (tag, histogram) in [("create", &window.create), ("confirm", &window.confirm)] {
                let tag = Tag::new(tag).expect("a word without comma or space is a tag");
                if !histogram.is_empty() {
                    let written = log.write_histogram(&in_ns(histogram), start, width, Some(tag));
                    written.expect("memory takes every write, and such histograms can be serialised");
                }
            }
        }
    });
    // The divisor's own comment belongs to no line of a log that was begun before.
    text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect()
}

fn written(builder: &IntervalLogWriterBuilder, write: impl FnOnce(&mut Writer<'_, '_>)) -> String {
    let (mut bytes, mut serializer) = (Vec::new(), V2DeflateSerializer::new());
    let mut log = builder.begin_log_with(&mut bytes, &mut serializer).expect("memory takes every write");
    write(&mut log);
    String::from_utf8(bytes).expect("an interval log is text")
}

fn in_ns(histogram: &Histogram<u64>) -> Histogram<u64> {
    let mut scaled = Histogram::new(histogram.sigfig()).expect("it had as many digits before");
    for step in histogram.iter_recorded() {
        let value = step.value_iterated_to().saturating_mul(NS);
        scaled.record_n(value, step.count_at_value()).expect("a histogram that grows takes every span");
    }
    scaled
}

#[cfg(test)]
mod tests {
    use hdrhistogram::serialization::{
        Deserializer,
        interval_log::{IntervalLogIterator, LogEntry},
    };

    use super::*;
    use crate::bench::report::{csv::stretches, sample_run::sample_run};

    /// What a reader finds: tag, start and histogram of each line.
    fn read(log: &str) -> Vec<(String, Duration, Histogram<u64>)> {
        // The column heads are for spreadsheets; this reader of the format wants none.
        let log = log.lines().filter(|l| !l.starts_with('"')).map(|l| format!("{l}\n")).collect::<String>();
        let entries = IntervalLogIterator::new(log.as_bytes()).map(Result::unwrap);
        let intervals = entries.filter_map(|entry| match entry {
            LogEntry::Interval(line) => {
                let bytes = base64(line.encoded_histogram());
                let histogram = Deserializer::new().deserialize(&mut &bytes[..]).unwrap();
                Some((line.tag().unwrap().as_str().to_owned(), line.start_timestamp(), histogram))
            }
            _ => None,
        });
        intervals.collect()
    }

    fn base64(text: &str) -> Vec<u8> {
        let digit =
            |c: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".iter().position(|d| *d == c);
        let digits: Vec<u32> = text.bytes().filter_map(digit).map(|d| d as u32).collect();
        let group = |group: &[u32]| {
            let bits = group.iter().enumerate().map(|(at, digit)| digit << (18 - 6 * at)).sum::<u32>();
            bits.to_be_bytes()[1..group.len()].to_vec()
        };
        digits.chunks(4).flat_map(group).collect()
    }

    #[test]
    fn a_reader_finds_every_sample_again_in_nanoseconds() {
        let series = sample_run("r", 1).series;
        let log = heading(1_700_000_000_123) + &lines(&series, 0..stretches(&series));
        assert!(log.contains("#[StartTime: 1700000000.123 (seconds since epoch)]\n"), "{log}");
        let found = read(&log);
        let sum = |tag: &str| found.iter().filter(|(t, ..)| t == tag).map(|(.., h)| h.len()).sum::<u64>();
        assert_eq!(sum("create"), series.windows.iter().map(|w| w.submits).sum::<u64>());
        assert_eq!(sum("confirm"), series.windows.iter().map(|w| w.confirmed).sum::<u64>());
        let (tag, start, histogram) = &found[0];
        assert_eq!((&tag[..], *start), ("create", Duration::ZERO));
        let (found, was) = (histogram.max() as f64, series.windows[0].create.max() as f64 * 1000.0);
        assert!((found - was).abs() / was < 0.02, "{found} for {was}");
    }

    #[test]
    fn lines_that_are_written_as_they_come_are_those_of_the_whole() {
        let series = sample_run("r", 1).series;
        let parts: String = (0..4).map(|at| lines(&series, at * 20..at * 20 + 20)).collect();
        assert_eq!(parts, lines(&series, 0..80));
        assert!(!parts.contains('#'), "no heading in the middle");
    }
}
