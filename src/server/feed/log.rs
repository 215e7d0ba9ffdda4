//! The last lines of what the server repaired, or could not do, for whoever looks later.
//! Must not hold more than a hundred lines, nor be the only record: the log of the process has them, too.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{domain::ids::Millis, wire::feed::LogLine};

/// Lines kept.
pub const LINES_MAX: usize = 100;
/// A worker that fails and fails has one line in so many milliseconds.
const WORKER_LINE_EVERY_MS: i64 = 1_000;

/// The log of repairs.
#[derive(Debug, Default)]
pub struct RepairLog {
    lines: Mutex<Lines>,
}

#[derive(Debug, Default)]
struct Lines {
    kept: VecDeque<LogLine>,
    /// All there ever were.
    total: u64,
    failures: BTreeMap<&'static str, i64>,
}

impl RepairLog {
    /// Something that is as it should be.
    pub fn note(&self, now: Millis, words: String) {
        self.locked().add(LogLine { at_ms: now.0, warning: false, words });
    }

    /// Something that is worth a look.
    pub fn warn(&self, now: Millis, words: String) {
        self.locked().add(LogLine { at_ms: now.0, warning: true, words });
    }

    /// A worker's step failed.
    pub fn failed(&self, now: Millis, worker: &'static str, cause: &str) {
        let mut lines = self.locked();
        if lines.failures.get(worker).is_some_and(|last| (0..WORKER_LINE_EVERY_MS).contains(&(now.0 - last))) {
            return;
        }
        lines.failures.insert(worker, now.0);
        let words = format!("the worker {worker} failed and tries again: {cause}");
        lines.add(LogLine { at_ms: now.0, warning: true, words });
    }

    /// Lines after the first `seen` there ever were, as far as they are kept, and how many there ever were.
    #[must_use]
    pub fn after(&self, seen: u64) -> (Vec<LogLine>, u64) {
        let lines = self.locked();
        let new = usize::try_from(lines.total.saturating_sub(seen)).unwrap_or(usize::MAX).min(lines.kept.len());
        (lines.kept.range(lines.kept.len() - new..).cloned().collect(), lines.total)
    }

    fn locked(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    fn add(&mut self, line: LogLine) {
        if self.kept.len() == LINES_MAX {
            self.kept.pop_front();
        }
        self.kept.push_back(line);
        self.total += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_hundred_lines_are_kept_and_new_ones_are_told_apart() {
        let log = RepairLog::default();
        for n in 0..150 {
            log.note(Millis(n), n.to_string());
        }
        let (all, total) = log.after(0);
        assert_eq!((all.len(), all[0].words.as_str(), total), (LINES_MAX, "50", 150));
        log.warn(Millis(150), "new".to_owned());
        let (new, total) = log.after(total);
        assert_eq!((new.len(), new[0].words.as_str(), new[0].warning, total), (1, "new", true, 151));
        assert_eq!(log.after(151), (vec![], 151));
    }

    #[test]
    fn a_worker_that_fails_all_the_time_has_a_line_a_second() {
        let log = RepairLog::default();
        for ms in 0..2_500 {
            log.failed(Millis(ms), "rebuild", "no answer");
            log.failed(Millis(ms), "numbers", "no answer");
        }
        assert_eq!(log.after(0).1, 6);
    }
}
