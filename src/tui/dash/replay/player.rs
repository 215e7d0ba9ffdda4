//! Where a replay is, how fast it goes, and whether it stands still.
//! Must not know what is played.

use crate::tui::dash::ask::{Playback, Playing};

/// Fastest: 2^6, 64 times real time.
const DOUBLINGS_MAX: i32 = 6;
/// Slowest: 2^-4, a sixteenth of real time.
const DOUBLINGS_MIN: i32 = -4;
/// Most real time that a step plays: what a sleeping machine missed is not rushed through.
const STEP_MAX_MS: i64 = 1_000;

/// A position that moves.
#[derive(Debug, Clone)]
pub(super) struct Player {
    at_us: u64,
    length_us: u64,
    doublings: i32,
    paused: bool,
    stepped_at_ms: Option<i64>,
}

impl Player {
    /// At the start of a run of this length, in real time.
    pub(super) const fn over(length_us: u64) -> Self {
        Self { at_us: 0, length_us, doublings: 0, paused: false, stepped_at_ms: None }
    }

    /// Microseconds since the start of the run.
    pub(super) const fn at_us(&self) -> u64 {
        self.at_us
    }

    /// Real time went on to this moment.
    pub(super) fn advance(&mut self, now_ms: i64) {
        let before_ms = self.stepped_at_ms.replace(now_ms).unwrap_or(now_ms);
        let passed_ms = now_ms.saturating_sub(before_ms).clamp(0, STEP_MAX_MS);
        if !self.paused {
            let passed_us = passed_ms.unsigned_abs() * 1_000;
            let played_us =
                if self.doublings >= 0 { passed_us << self.doublings } else { passed_us >> -self.doublings };
            self.at_us = self.at_us.saturating_add(played_us).min(self.length_us);
        }
    }

    /// As fast as this times real time, as near as there is a power of two.
    pub(super) fn set_speed(&mut self, speed: f64) {
        self.doublings = (speed.log2().round() as i32).clamp(DOUBLINGS_MIN, DOUBLINGS_MAX);
    }

    /// Does what is wanted; says whether it is elsewhere now.
    pub(super) fn obey(&mut self, playback: Playback) -> bool {
        match playback {
            Playback::Toggle if self.at_us == self.length_us => return self.restart(),
            Playback::Toggle => self.paused = !self.paused,
            Playback::Faster => self.doublings = (self.doublings + 1).min(DOUBLINGS_MAX),
            Playback::Slower => self.doublings = (self.doublings - 1).max(DOUBLINGS_MIN),
            Playback::Seek(ms) => {
                let by_us = ms.unsigned_abs().saturating_mul(1_000);
                let to_us = if ms < 0 { self.at_us.saturating_sub(by_us) } else { self.at_us.saturating_add(by_us) };
                self.at_us = to_us.min(self.length_us);
                return true;
            }
            Playback::Restart => return self.restart(),
        }
        false
    }

    /// Goes to a moment.
    pub(super) fn go_to(&mut self, at_ms: i64) {
        self.at_us = u64::try_from(at_ms).unwrap_or(0).saturating_mul(1_000).min(self.length_us);
    }

    /// From the start, and going.
    const fn restart(&mut self) -> bool {
        (self.at_us, self.paused) = (0, false);
        true
    }

    /// How it is going. At its end a run stands still.
    pub(super) fn playing(&self) -> Playing {
        Playing {
            at_ms: whole_ms(self.at_us),
            length_ms: whole_ms(self.length_us),
            speed: 2_f64.powi(self.doublings),
            paused: self.paused || self.at_us == self.length_us,
        }
    }
}

/// Microseconds as whole milliseconds.
pub(super) fn whole_ms(us: u64) -> i64 {
    i64::try_from(us / 1_000).expect("a thousandth of 64 bits fits into 63")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started() -> Player {
        let mut player = Player::over(10_000_000);
        player.advance(5_000);
        player
    }

    fn after(player: &mut Player, now_ms: i64) -> (i64, f64, bool) {
        player.advance(now_ms);
        let playing = player.playing();
        (playing.at_ms, playing.speed, playing.paused)
    }

    #[test]
    fn a_run_is_played_at_the_speed_that_is_wanted() {
        let mut player = started();
        assert_eq!(after(&mut player, 5_100), (100, 1.0, false));
        player.obey(Playback::Faster);
        player.obey(Playback::Faster);
        assert_eq!(after(&mut player, 5_200), (500, 4.0, false));
        for _ in 0..3 {
            player.obey(Playback::Slower);
        }
        assert_eq!(after(&mut player, 5_300), (550, 0.5, false));
    }

    #[test]
    fn speed_has_two_ends() {
        let mut player = started();
        for _ in 0..20 {
            player.obey(Playback::Faster);
        }
        assert_eq!(player.playing().speed, 64.0);
        for _ in 0..30 {
            player.obey(Playback::Slower);
        }
        assert_eq!(player.playing().speed, 1.0 / 16.0);
        assert_eq!(after(&mut player, 5_160).0, 10);
    }

    #[test]
    fn a_pause_is_not_made_up_for_and_a_clock_may_jump() {
        let mut player = started();
        player.obey(Playback::Toggle);
        assert_eq!(after(&mut player, 5_900), (0, 1.0, true));
        player.obey(Playback::Toggle);
        assert_eq!(after(&mut player, 6_000), (100, 1.0, false));
        assert_eq!(after(&mut player, 1_000).0, 100, "back an hour: nothing is played");
        assert_eq!(after(&mut player, 3_600_000).0, 1_100, "on an hour: a second is played");
    }

    #[test]
    fn the_end_stands_still_and_can_be_left() {
        let mut player = started();
        assert!(player.obey(Playback::Seek(9_950)));
        assert_eq!(after(&mut player, 5_100), (10_000, 1.0, true));
        assert!(player.obey(Playback::Seek(-1_000)));
        assert_eq!(after(&mut player, 5_200), (9_100, 1.0, false));
        player.obey(Playback::Seek(i64::MAX));
        assert!(player.obey(Playback::Toggle), "from the end there is only the start");
        assert_eq!(after(&mut player, 5_300), (100, 1.0, false));
        player.obey(Playback::Seek(i64::MIN));
        assert_eq!(player.at_us(), 0);
    }

    #[test]
    fn the_start_is_played_even_when_the_replay_stood_still() {
        let mut player = started();
        player.go_to(3_000);
        player.obey(Playback::Toggle);
        assert_eq!(after(&mut player, 5_100), (3_000, 1.0, true));
        assert!(player.obey(Playback::Restart));
        assert_eq!(after(&mut player, 5_200), (100, 1.0, false));
        player.go_to(-5);
        assert_eq!(player.at_us(), 0);
    }
}
