//! How fast the dashboard was: frames, what drawing them took, and how long keys waited for theirs.
//! Must not decide whether that is fast enough.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

/// The longest time that is told apart, in microseconds.
const LONGEST_US: u64 = 60_000_000;

/// Times since the start.
#[derive(Debug)]
pub struct Pace {
    draws: Histogram<u64>,
    keys: Histogram<u64>,
}

/// What a script reads of it; times in microseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Paces {
    /// Frames drawn.
    pub frames: u64,
    /// Half of them were drawn within.
    pub draw_us_p50: u64,
    /// 99 of a hundred were.
    pub draw_us_p99: u64,
    /// All were.
    pub draw_us_max: u64,
    /// Keys that a frame answered.
    pub keys: u64,
    /// Half of them were answered on the screen within.
    pub key_us_p50: u64,
    /// 99 of a hundred were.
    pub key_us_p99: u64,
    /// All were.
    pub key_us_max: u64,
}

impl Default for Pace {
    fn default() -> Self {
        let empty = || Histogram::new_with_max(LONGEST_US, 2).expect("two digits up to a minute are within its bounds");
        Self { draws: empty(), keys: empty() }
    }
}

impl Pace {
    pub(super) fn drawn(&mut self, took: Duration) {
        self.draws.saturating_record(us(took));
    }

    pub(super) fn answered(&mut self, took: Duration) {
        self.keys.saturating_record(us(took));
    }

    /// The figures.
    #[must_use]
    pub fn figures(&self) -> Paces {
        let at = |times: &Histogram<u64>, percent: f64| times.value_at_quantile(percent / 100.0);
        Paces {
            frames: self.draws.len(),
            draw_us_p50: at(&self.draws, 50.0),
            draw_us_p99: at(&self.draws, 99.0),
            draw_us_max: self.draws.max(),
            keys: self.keys.len(),
            key_us_p50: at(&self.keys, 50.0),
            key_us_p99: at(&self.keys, 99.0),
            key_us_max: self.keys.max(),
        }
    }
}

fn us(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_and_keys_are_told_apart() {
        let mut pace = Pace::default();
        (1..=100).for_each(|ms| pace.drawn(Duration::from_millis(ms)));
        pace.answered(Duration::from_secs(3_600));
        let told = pace.figures();
        assert_eq!((told.frames, told.keys), (100, 1));
        assert!(told.draw_us_p50.abs_diff(50_000) < 1_000 && told.draw_us_max.abs_diff(100_000) < 1_000, "{told:?}");
        assert!(told.key_us_max >= LONGEST_US, "beyond a minute it is a minute");
    }
}
