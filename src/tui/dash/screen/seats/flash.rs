//! Seats that changed a moment ago, so that the eye sees the sale go.
//! Must not keep a change longer than it is shown.

use std::collections::VecDeque;

use crate::wire::feed::SeatRun;

/// How long a change is shown.
const SHOWN_MS: i64 = 600;

/// Which seats changed a moment ago.
#[derive(Debug, Clone, Default)]
pub struct Flash {
    /// Changes that are still shown, of every seat.
    changes: Vec<u8>,
    /// When, and which seats, oldest first.
    batches: VecDeque<(i64, Vec<SeatRun>)>,
}

impl Flash {
    /// Takes the changes of a frame in. A snapshot is no change: everything in it may be old.
    pub fn hear(&mut self, whole: bool, runs: &[SeatRun], seats: usize, now_ms: i64) {
        if whole || self.changes.len() != seats {
            self.batches.clear();
            self.changes.clear();
            self.changes.resize(seats, 0);
        }
        self.fade(now_ms);
        if !whole && !runs.is_empty() {
            self.mark(runs, |changes| changes.saturating_add(1));
            self.batches.push_back((now_ms, runs.to_vec()));
        }
    }

    /// Forgets what has been shown for long enough.
    pub fn fade(&mut self, now_ms: i64) {
        while self.batches.front().is_some_and(|(at_ms, _)| now_ms - at_ms >= SHOWN_MS) {
            if let Some((_, runs)) = self.batches.pop_front() {
                self.mark(&runs, |changes| changes.saturating_sub(1));
            }
        }
    }

    fn mark(&mut self, runs: &[SeatRun], changed: impl Fn(u8) -> u8) {
        for run in runs {
            let first = run.0 as usize;
            let last = first.saturating_add(run.1 as usize).min(self.changes.len());
            let seats = self.changes.get_mut(first..last).unwrap_or(&mut []);
            seats.iter_mut().for_each(|seat| *seat = changed(*seat));
        }
    }

    /// For every seat, how many of its changes are shown.
    #[must_use]
    pub fn seats(&self) -> &[u8] {
        &self.changes
    }
}
