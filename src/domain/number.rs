//! Order numbers: 63 bits, strictly unique across restarts and clock steps back.
//! Must not read a clock or remember anything on disk: time comes in, the ceiling is kept by the caller.
//!
//! | bits | field | meaning |
//! |---|---|---|
//! | 62..22 | time | milliseconds since 2024-01-01 UTC, 41 bits: until 2093 |
//! | 21..16 | worker | which server issued it, 0 to 63 |
//! | 15..6 | sequence | within the millisecond |
//! | 5..0 | user | low bits of the user id, so that an order routes by number or by user |
//!
//! Uniqueness rests on a *ceiling* that the caller has made durable before any number below it is issued: after a
//! restart, numbering starts at the ceiling, whatever the clock says.

use crate::domain::ids::{Millis, OrderNumber, UserId};

/// 2024-01-01T00:00:00Z.
pub const EPOCH_MS: i64 = 1_704_067_200_000;
const TIME_SHIFT: u32 = 22;
const WORKER_SHIFT: u32 = 16;
const SEQUENCE_SHIFT: u32 = 6;
const SEQUENCE_PER_MS: u64 = 1 << (WORKER_SHIFT - SEQUENCE_SHIFT);
const USER_MASK: u64 = (1 << SEQUENCE_SHIFT) - 1;
/// Largest worker number.
pub const WORKER_MAX: u8 = 63;
const TIME_MAX: u64 = (1 << 41) - 1;

/// Issues order numbers for one worker.
#[derive(Debug)]
pub struct Numbering {
    worker: u8,
    /// Next (time, sequence) as one counter: time × 1024 + sequence.
    next: u64,
    /// First time (ms since [`EPOCH_MS`]) that is not durable yet.
    ceiling: u64,
}

/// The durable ceiling has been reached: raise it, then ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CeilingReached;

impl Numbering {
    /// Starts after every number that could have been issued below `ceiling`, the value kept from the last run
    /// ([`Millis`] 0 when there was none). Nothing is issued until [`Self::raise`].
    ///
    /// # Panics
    /// When the worker is above [`WORKER_MAX`].
    #[must_use]
    pub fn resume(worker: u8, ceiling: Millis) -> Self {
        assert!(worker <= WORKER_MAX, "worker {worker} does not fit into 6 bits");
        let ceiling = since_epoch(ceiling);
        Self { worker, next: ceiling * SEQUENCE_PER_MS, ceiling }
    }

    /// Allows numbers below this moment, which the caller has made durable. Never lowers.
    pub fn raise(&mut self, ceiling: Millis) {
        self.ceiling = self.ceiling.max(since_epoch(ceiling));
    }

    /// The moment up to which the ceiling should be raised so that numbering may go on for `span_ms` from `now`.
    #[must_use]
    pub fn wanted_ceiling(&self, now: Millis, span_ms: i64) -> Millis {
        let from = (self.next / SEQUENCE_PER_MS).max(since_epoch(now));
        Millis(EPOCH_MS + from.cast_signed() + span_ms)
    }

    /// The next number for this user.
    ///
    /// # Errors
    /// [`CeilingReached`] when the number would lie at or above the durable ceiling.
    ///
    /// # Panics
    /// In the year 2093, when 41 bits of milliseconds run out.
    pub fn issue(&mut self, now: Millis, user: UserId) -> Result<OrderNumber, CeilingReached> {
        let next = self.next.max(since_epoch(now) * SEQUENCE_PER_MS);
        let (time, sequence) = (next / SEQUENCE_PER_MS, next % SEQUENCE_PER_MS);
        if time >= self.ceiling {
            return Err(CeilingReached);
        }
        self.next = next + 1;
        let bits = time << TIME_SHIFT
            | u64::from(self.worker) << WORKER_SHIFT
            | sequence << SEQUENCE_SHIFT
            | (user.get() & USER_MASK);
        Ok(OrderNumber::new(bits).expect("time above zero keeps the number above zero; 63 bits fit"))
    }

    /// Could this number have been issued to this user, by this run or by one before it? A cheap test that rules out
    /// made-up numbers; it asks no clock, since numbers run ahead of it after every restart.
    #[must_use]
    pub fn may_have_issued(&self, number: OrderNumber, user: UserId) -> bool {
        let (bits, sequences) = (number.get(), SEQUENCE_PER_MS - 1);
        let counter = (bits >> TIME_SHIFT) * SEQUENCE_PER_MS + (bits >> SEQUENCE_SHIFT & sequences);
        bits & USER_MASK == user.get() & USER_MASK && counter < self.next
    }
}

/// A number below those of all orders made at this moment or later, since numbers run ahead of the clock at times, never
/// behind it. For the same reason nothing can be said of the numbers of orders made earlier. None for a moment before
/// the first number.
#[must_use]
pub fn last_before(moment: Millis) -> Option<OrderNumber> {
    let time = u64::try_from(moment.0.checked_sub(EPOCH_MS)?).ok()?.min(TIME_MAX);
    OrderNumber::new((time << TIME_SHIFT).checked_sub(1)?)
}

fn since_epoch(moment: Millis) -> u64 {
    let ms = u64::try_from(moment.0 - EPOCH_MS).unwrap_or(0).max(1);
    assert!(ms <= TIME_MAX, "41 bits of milliseconds end in 2093");
    ms
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    const NOW: i64 = EPOCH_MS + 1_000_000;

    #[test]
    fn orders_made_since_a_moment_have_higher_numbers_whatever_the_numbering_has_seen() {
        let user = UserId::new(1 << 20).unwrap();
        let mut numbering = Numbering::resume(0, Millis(NOW));
        numbering.raise(Millis(i64::MAX / 2).min(Millis(EPOCH_MS + (1 << 40))));
        for ms in [0, 1, 5_000, 2_000_000, 3, 2_000_001] {
            let made = Millis(EPOCH_MS + ms);
            let number = numbering.issue(made, user).unwrap();
            assert!(last_before(made).is_none_or(|last| last < number), "{ms}");
        }
        let mut sharp = Numbering::resume(0, Millis(0));
        sharp.raise(Millis(NOW + 10));
        let number = sharp.issue(Millis(NOW), user).unwrap();
        assert!(last_before(Millis(NOW)).unwrap() < number && last_before(Millis(NOW + 1)).unwrap() >= number);
        for far in [i64::MIN, 0, EPOCH_MS] {
            assert_eq!(last_before(Millis(far)), None);
        }
        assert!(last_before(Millis(i64::MAX)).is_some());
    }

    #[derive(Debug, Clone)]
    enum Step {
        Issue(u64),
        ClockMoves(i64),
        Restart,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            8 => (1u64..1_000_000).prop_map(Step::Issue),
            1 => (-100_000i64..5_000).prop_map(Step::ClockMoves),
            1 => Just(Step::Restart),
        ];
        prop::collection::vec(step, 1..400)
    }

    proptest! {
        #[test]
        fn numbers_never_repeat_whatever_the_clock_and_the_power_do(steps in steps()) {
            let (mut now, mut durable) = (NOW, Millis(0));
            let mut numbering = Numbering::resume(3, durable);
            let mut seen = HashSet::new();
            let mut last = 0;
            for step in steps {
                match step {
                    Step::ClockMoves(by) => now += by,
                    Step::Restart => numbering = Numbering::resume(3, durable),
                    Step::Issue(user) => {
                        let user = UserId::new(user).expect("above zero");
                        let number = numbering.issue(Millis(now), user).unwrap_or_else(|CeilingReached| {
                            durable = numbering.wanted_ceiling(Millis(now), 10);
                            numbering.raise(durable);
                            numbering.issue(Millis(now), user).expect("the ceiling was just raised")
                        });
                        prop_assert!(seen.insert(number), "{number} was issued twice");
                        prop_assert!(number.get() >> SEQUENCE_SHIFT > last >> SEQUENCE_SHIFT, "numbers must grow");
                        prop_assert_eq!(number.get() & USER_MASK, user.get() & USER_MASK);
                        last = number.get();
                    }
                }
            }
        }
    }

    #[test]
    fn a_busy_millisecond_runs_into_the_next_one() {
        let mut numbering = Numbering::resume(0, Millis(0));
        numbering.raise(Millis(NOW + 100));
        let user = UserId::new(7).expect("above zero");
        let all: HashSet<_> =
            (0..5_000).map(|_| numbering.issue(Millis(NOW), user).expect("below the ceiling")).collect();
        assert_eq!(all.len(), 5_000);
    }

    #[test]
    fn without_the_durable_ceiling_a_restart_would_repeat_numbers() {
        let user = UserId::new(7).expect("above zero");
        let first = |ceiling| {
            let mut numbering = Numbering::resume(0, ceiling);
            numbering.raise(Millis(NOW + 100));
            numbering.issue(Millis(NOW), user).expect("below the ceiling")
        };
        assert_eq!(first(Millis(0)), first(Millis(0)), "the fault that the ceiling is for");
        assert_ne!(first(Millis(0)), {
            let mut numbering = Numbering::resume(0, Millis(NOW + 100));
            numbering.raise(Millis(NOW + 200));
            numbering.issue(Millis(NOW), user).expect("below the ceiling")
        });
    }

    #[test]
    fn numbers_of_earlier_runs_are_known_however_often_the_server_was_restarted() {
        let user = UserId::new(7).expect("above zero");
        let (mut durable, mut issued) = (Millis(0), Vec::new());
        for _ in 0..20 {
            let mut numbering = Numbering::resume(0, durable);
            durable = numbering.wanted_ceiling(Millis(NOW), 60_000);
            numbering.raise(durable);
            issued.push(numbering.issue(Millis(NOW), user).expect("below the ceiling"));
            assert!(issued.iter().all(|&number| numbering.may_have_issued(number, user)));
        }
        let numbering = Numbering::resume(0, durable);
        let later = OrderNumber::new(issued[19].get() + (120_000 << TIME_SHIFT)).expect("an id");
        assert!(!numbering.may_have_issued(later, user), "a number that nobody has issued");
        assert!(!numbering.may_have_issued(issued[0], UserId::new(8).expect("above zero")));
    }
}
