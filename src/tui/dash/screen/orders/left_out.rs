//! How much the feed had no room for.
//! Must not guess what it was.

use std::collections::VecDeque;

/// Time over which the rate is taken.
const WINDOW_MS: i64 = 2_000;
/// Frames of that time that are remembered: ten a second, and some.
const FRAMES_MAX: usize = 64;

/// Changes that were not shown.
#[derive(Debug, Clone, Default)]
pub struct LeftOut {
    recent: VecDeque<(i64, u64)>,
    since_page: u64,
}

impl LeftOut {
    /// A frame came, and so many had no room in it.
    pub fn hear(&mut self, count: u64, now_ms: i64) {
        self.since_page = self.since_page.saturating_add(count);
        self.recent.push_back((now_ms, count));
        while self.recent.len() > FRAMES_MAX || self.recent.front().is_some_and(|(at, _)| now_ms - at >= WINDOW_MS) {
            self.recent.pop_front();
        }
    }

    /// The ledger told what they were.
    pub const fn settled(&mut self) {
        self.since_page = 0;
    }

    /// A second, over the last two.
    pub fn per_s(&self, now_ms: i64) -> u64 {
        let recent = self.recent.iter().filter(|(at, _)| now_ms - at < WINDOW_MS);
        recent.map(|(_, count)| count).sum::<u64>() * 1_000 / WINDOW_MS.unsigned_abs()
    }

    /// Since the last page of the ledger.
    pub const fn since_page(&self) -> u64 {
        self.since_page
    }

    /// Some were left out, and none are any more.
    pub fn is_over(&self, now_ms: i64) -> bool {
        self.since_page > 0 && self.per_s(now_ms) == 0
    }
}
