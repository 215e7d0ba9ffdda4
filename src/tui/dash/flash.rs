//! A word about what has just been done or refused, for a few seconds in the last line.
//! Must not be the only place where something lasting is said.

use crate::tui::theme::Meaning;

/// Long enough to read a line, short enough not to be in the way.
const SHOWN_MS: i64 = 4_000;
/// The same for what went wrong.
const WARNED_MS: i64 = 8_000;

/// The word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    /// What is said.
    pub words: String,
    /// How it is meant.
    pub meaning: Meaning,
    until_ms: i64,
}

impl Flash {
    /// Something is as it was asked for.
    pub fn good(words: impl Into<String>, now_ms: i64) -> Self {
        Self { words: words.into(), meaning: Meaning::Good, until_ms: now_ms + SHOWN_MS }
    }

    /// Something cannot be done here.
    pub fn refusal(words: impl Into<String>, now_ms: i64) -> Self {
        Self { words: words.into(), meaning: Meaning::Warning, until_ms: now_ms + SHOWN_MS }
    }

    /// Something was tried and failed.
    pub fn failure(words: impl Into<String>, now_ms: i64) -> Self {
        Self { words: words.into(), meaning: Meaning::Bad, until_ms: now_ms + WARNED_MS }
    }

    /// It has been shown for long enough.
    pub const fn is_over(&self, now_ms: i64) -> bool {
        now_ms >= self.until_ms
    }
}
