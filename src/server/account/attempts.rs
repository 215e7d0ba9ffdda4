//! How often somebody tries to sign in to one account: guessing a password takes longer than it is worth.
//! Must not tell whether the account exists.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::domain::ids::Millis;

/// Attempts for one mobile number in [`WINDOW_MS`] that did not succeed.
pub const ATTEMPTS_MAX: u32 = 10;
/// How long attempts are counted together.
pub const WINDOW_MS: i64 = 60_000;
/// Numbers counted at once. Passwords are checked so slowly that a window never sees that many.
const COUNTED_MAX: usize = 100_000;

/// Attempts by mobile number: when the window began, and how many since.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<HashMap<String, (Millis, u32)>>);

impl Attempts {
    /// Counts an attempt before it is made, so that many at once are no way around. False: too many.
    pub fn begin(&self, mobile: &str, now: Millis) -> bool {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.len() >= COUNTED_MAX {
            counted.retain(|_, (began, _)| now < began.plus_ms(WINDOW_MS));
            if counted.len() >= COUNTED_MAX {
                return false;
            }
        }
        let (began, attempts) = counted.entry(mobile.to_owned()).or_insert((now, 0));
        if now >= began.plus_ms(WINDOW_MS) {
            (*began, *attempts) = (now, 0);
        }
        *attempts += 1;
        *attempts <= ATTEMPTS_MAX
    }

    /// An attempt succeeded: the count starts anew.
    pub fn succeeded(&self, mobile: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(mobile);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_is_stopped_for_a_minute_and_for_one_account_only() {
        let (attempts, now) = (Attempts::default(), Millis(1_000));
        assert!((0..ATTEMPTS_MAX).all(|_| attempts.begin("1", now)));
        assert!(!attempts.begin("1", now.plus_ms(WINDOW_MS - 1)) && attempts.begin("2", now));
        assert!(attempts.begin("1", now.plus_ms(WINDOW_MS)));
    }

    #[test]
    fn who_knows_the_password_may_sign_in_as_often_as_they_like() {
        let (attempts, now) = (Attempts::default(), Millis(1_000));
        for _ in 0..5 * ATTEMPTS_MAX {
            assert!(attempts.begin("1", now));
            attempts.succeeded("1");
        }
    }
}
