//! The files of a run that grow while it goes, so that a bench that is killed leaves what it measured.
//! Must not write a stretch that can still change.

use std::{
    fs::File,
    io::{self, Write as _},
    path::Path,
};

use crate::bench::{
    report::{csv, hdr::interval_log},
    series::Series,
};

/// How long after a stretch its last answers are counted at the latest, in microseconds: workers hand over what they
/// counted now and then, not at once.
const HANDED_OVER_US: u64 = 2_000_000;

/// Two files, and how far they are.
#[derive(Debug)]
pub struct Recording {
    run: String,
    series: File,
    log: File,
    written: usize,
}

impl Recording {
    pub(super) fn begin(run: &str, series: &Path, log: &Path, start_wall_ms: i64) -> io::Result<Self> {
        let (mut series, mut log) = (File::create(series)?, File::create(log)?);
        series.write_all(csv::heading().as_bytes())?;
        log.write_all(interval_log::heading(start_wall_ms).as_bytes())?;
        Ok(Self { run: run.to_owned(), series, log, written: 0 })
    }

    /// Lines of the next stretch that is complete and not written yet. Whoever fills the series waits meanwhile, so it is
    /// one stretch at a time, and [`Recording::write`] comes after.
    #[must_use]
    pub fn next(&mut self, series: &Series) -> Option<Lines> {
        let at = self.written;
        (at < complete(series)).then(|| {
            self.written += 1;
            Lines { series: csv::lines(&self.run, series, at..at + 1), log: interval_log::lines(series, at..at + 1) }
        })
    }

    /// Appends lines, each file in one write.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&mut self, lines: &Lines) -> io::Result<()> {
        self.series.write_all(lines.series.as_bytes())?;
        self.log.write_all(lines.log.as_bytes())
    }
}

/// Lines for both files.
#[derive(Debug)]
pub struct Lines {
    series: String,
    log: String,
}

/// How many stretches, from the first, will not change any more: those that ended long enough before the last that is
/// known of.
fn complete(series: &Series) -> usize {
    if series.width_us == 0 {
        return 0;
    }
    let counted_us = (series.windows.len() as u64).saturating_sub(1) * series.width_us;
    let seen_us = series.samples.last().map_or(0, |sample| sample.at_us);
    let done_us = counted_us.max(seen_us).saturating_sub(HANDED_OVER_US);
    ((done_us / series.width_us) as usize).min(csv::stretches(series))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::sample_run::sample_run;

    #[test]
    fn a_stretch_is_complete_when_a_later_one_is_old_enough() {
        let mut series = sample_run("r", 1).series;
        assert_eq!(complete(&series), 59, "two seconds are twenty stretches");
        series.samples.clear();
        series.windows.truncate(30);
        assert_eq!(complete(&series), 9);
        series.windows.truncate(3);
        assert_eq!(complete(&series), 0);
        assert_eq!(complete(&Series::default()), 0);
    }

    #[test]
    fn what_is_written_while_the_run_goes_is_what_is_written_at_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let (csv_path, log_path) = (folder.path().join("a"), folder.path().join("b"));
        let whole = sample_run("v4-embedded-1", 1).series;
        let mut recording = Recording::begin("v4-embedded-1", &csv_path, &log_path, 7).unwrap();
        for windows in [1, 25, 26, 80] {
            let mut series = whole.clone();
            series.windows.truncate(windows);
            series.samples.truncate(windows);
            while let Some(lines) = recording.next(&series) {
                recording.write(&lines).unwrap();
            }
        }
        let written = std::fs::read_to_string(&csv_path).unwrap();
        assert_eq!(written, csv::heading() + &csv::lines("v4-embedded-1", &whole, 0..59));
        let log = std::fs::read_to_string(&log_path).unwrap();
        assert_eq!(log, interval_log::heading(7) + &interval_log::lines(&whole, 0..59));
    }
}
