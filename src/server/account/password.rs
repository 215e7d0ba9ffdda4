//! Passwords: argon2 on threads of its own, few at once, so that signing in cannot starve a sale.
//! Must not keep or log a password.

use std::sync::{Arc, OnceLock};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    domain::{
        ids::{Millis, UserId},
        rejection::Rejection,
    },
    ledger::{Ledger, User},
    server::{
        account::attempts::Attempts,
        error::{Failure, OVERLOAD_RETRY_S, Refusal},
    },
};

/// Passwords checked at once: each takes a core and 19 MiB for some milliseconds.
const AT_ONCE_MAX: usize = 2;
/// Sign-ins that may wait for their turn; beyond it the server says that it is overloaded.
const WAITING_MAX: usize = 256;
/// Longest password: argon2's cost grows with it.
pub const PASSWORD_BYTES_MAX: usize = 256;

/// Longest mobile number, so that what is remembered of attempts stays small.
const MOBILE_BYTES_MAX: usize = 32;

/// What somebody signs in with. Not `Debug`, so that no log can hold it.
pub struct Credentials {
    /// Mobile number.
    pub mobile: String,
    /// Password.
    pub password: String,
}

/// Checks and hashes passwords.
#[derive(Debug)]
pub struct Passwords {
    waiting: Arc<Semaphore>,
    at_work: Arc<Semaphore>,
    attempts: Attempts,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            waiting: Arc::new(Semaphore::new(WAITING_MAX)),
            at_work: Arc::new(Semaphore::new(AT_ONCE_MAX)),
            attempts: Attempts::default(),
        }
    }
}

impl Passwords {
    /// The account that signs in with this mobile number and password. An unknown number, an account without a
    /// password and a wrong password cost the same time and get the same answer.
    ///
    /// # Errors
    /// [`Rejection::WrongPassword`]; [`Rejection::Busy`] after too many attempts; or a failure.
    pub async fn sign_in(&self, ledger: &Ledger, credentials: Credentials, now: Millis) -> Result<UserId, Refusal> {
        let Credentials { mobile, password } = credentials;
        if password.len() > PASSWORD_BYTES_MAX || mobile.len() > MOBILE_BYTES_MAX {
            return Err(Rejection::WrongPassword.into());
        }
        // First a place, then the count: an attempt that nobody has time for is none.
        let place = self.place()?;
        if !self.attempts.begin(&mobile, now) {
            return Err(Rejection::Busy.into());
        }
        let user = ledger.user_by_mobile(mobile.clone()).await?;
        let (id, hash) = match user {
            Some(User { id, password_hash, .. }) => (Some(id), password_hash),
            None => (None, None),
        };
        let known = hash.is_some();
        let right = self.work(place, move || verify(&password, &hash.unwrap_or_else(nobodys_hash))).await?;
        match id {
            Some(id) if known && right => {
                self.attempts.succeeded(&mobile);
                Ok(id)
            }
            _ => Err(Rejection::WrongPassword.into()),
        }
    }

    /// The hash of a password in PHC form, with a salt of its own.
    ///
    /// # Errors
    /// A failure.
    pub async fn hash(&self, password: String) -> Result<String, Refusal> {
        self.work(self.place()?, move || hash(&password)).await?.map_err(|cause| Failure::Broken(cause).into())
    }

    fn place(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        let overloaded = |_| Refusal::from(Failure::Overloaded { retry_after_s: OVERLOAD_RETRY_S });
        Arc::clone(&self.waiting).try_acquire_owned().map_err(overloaded)
    }

    async fn work<T: Send + 'static>(
        &self,
        _place: OwnedSemaphorePermit,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let turn = Arc::clone(&self.at_work).acquire_owned().await;
        let turn = turn.map_err(|closed| Failure::Broken(closed.to_string()))?;
        let done = tokio::task::spawn_blocking(move || {
            // The turn ends with the work, also when whoever asked has gone away.
            let _turn = turn;
            work()
        });
        done.await.map_err(|panicked| Failure::Broken(panicked.to_string()).into())
    }
}

fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

fn hash(password: &str) -> Result<String, String> {
    match Argon2::default().hash_password(password.as_bytes()) {
        Ok(hash) => Ok(hash.to_string()),
        Err(cause) => Err(format!("a password could not be hashed: {cause}")),
    }
}

/// A hash that is checked where an account has none, so that the time taken does not tell.
fn nobodys_hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| hash("nobody's").unwrap_or_default()).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_only() {
        let passwords = Passwords::default();
        let (a, b) = (passwords.hash("abc 123".into()).await.unwrap(), passwords.hash("abc 123".into()).await.unwrap());
        assert_ne!(a, b, "two hashes share a salt");
        assert!(a.starts_with("$argon2id$"));
        assert!(verify("abc 123", &a) && verify("abc 123", &b));
        assert!(!verify("abc 124", &a) && !verify("", &a) && !verify("abc 123", "") && !verify("x", &nobodys_hash()));
    }

    #[tokio::test]
    async fn an_attempt_that_nobody_had_time_for_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.sqlite"), crate::ledger::Durability::Normal).unwrap();
        let (passwords, now) = (Passwords::default(), Millis(1_000));
        let hash = passwords.hash("right".into()).await.unwrap();
        let user = ledger.add_user("1".into(), "A".into(), Some(hash)).await.unwrap().unwrap();
        let right = || Credentials { mobile: "1".into(), password: "right".into() };
        let crowd: Vec<_> = (0..WAITING_MAX).map(|_| passwords.place().unwrap()).collect();
        for _ in 0..100 {
            let refused = passwords.sign_in(&ledger, right(), now).await.unwrap_err();
            assert!(matches!(refused, Refusal::Failed(Failure::Overloaded { .. })), "{refused:?}");
        }
        drop(crowd);
        assert_eq!(passwords.sign_in(&ledger, right(), now).await, Ok(user.id));
    }
}
