//! Order numbers, with their ceiling kept in the ledger.
//! Must not issue a number at or above the durable ceiling.

use std::sync::{Mutex, PoisonError};

use crate::{
    domain::{
        ids::{Millis, OrderNumber, UserId},
        number::Numbering,
    },
    ledger::{Ledger, LedgerFailure},
};

/// Where the ceiling is kept.
const CEILING: &str = "order_number_ceiling_ms";
/// How far ahead of the clock the ceiling is set: one small write every [`RAISE_BELOW_MS`], and numbers skip at most
/// this much time after a crash.
const AHEAD_MS: i64 = 60_000;
/// Less than this left: time to raise.
const RAISE_BELOW_MS: i64 = 30_000;

/// Issues numbers for one server.
#[derive(Debug)]
pub struct Numbers {
    numbering: Mutex<(Numbering, Millis)>,
    raising: tokio::sync::Mutex<()>,
}

impl Numbers {
    /// Resumes above every number of the last run.
    ///
    /// # Errors
    /// When the ledger fails.
    pub async fn resume(ledger: &Ledger, worker: u8, now: Millis) -> Result<Self, LedgerFailure> {
        let kept = ledger.setting(CEILING).await?.and_then(|text| text.parse().ok()).map_or(Millis(0), Millis);
        let numbering = Mutex::new((Numbering::resume(worker, kept), Millis(0)));
        let numbers = Self { numbering, raising: tokio::sync::Mutex::new(()) };
        numbers.raise(ledger, now).await?;
        Ok(numbers)
    }

    /// The next number.
    ///
    /// # Errors
    /// When the ceiling had to be raised and the ledger failed.
    pub async fn issue(&self, ledger: &Ledger, now: Millis, user: UserId) -> Result<OrderNumber, LedgerFailure> {
        loop {
            let issued = self.locked().0.issue(now, user);
            if let Ok(number) = issued {
                return Ok(number);
            }
            let _one_at_a_time = self.raising.lock().await;
            if self.is_low(now) {
                self.raise(ledger, now).await?;
            }
        }
    }

    /// Could this number have been issued to this user?
    #[must_use]
    pub fn may_have_issued(&self, number: OrderNumber, user: UserId) -> bool {
        self.locked().0.may_have_issued(number, user)
    }

    /// Raises the ceiling when it comes near. Returns whether it did.
    ///
    /// # Errors
    /// When the ledger fails.
    pub async fn keep_ahead(&self, ledger: &Ledger, now: Millis) -> Result<bool, LedgerFailure> {
        let _one_at_a_time = self.raising.lock().await;
        if !self.is_low(now) {
            return Ok(false);
        }
        self.raise(ledger, now).await.map(|()| true)
    }

    async fn raise(&self, ledger: &Ledger, now: Millis) -> Result<(), LedgerFailure> {
        let ceiling = self.locked().0.wanted_ceiling(now, AHEAD_MS);
        ledger.set_setting(CEILING, ceiling.0.to_string()).await?;
        let mut numbering = self.locked();
        numbering.0.raise(ceiling);
        numbering.1 = ceiling;
        Ok(())
    }

    fn is_low(&self, now: Millis) -> bool {
        let numbering = self.locked();
        numbering.1.0 - numbering.0.wanted_ceiling(now, 0).0 < RAISE_BELOW_MS
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, (Numbering, Millis)> {
        self.numbering.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
