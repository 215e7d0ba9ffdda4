//! Accounts: whose ticket users are whose, and signing in.
//! Must not hold a name or a document number.

pub mod attempts;
pub mod mask;
pub mod password;

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{
    domain::ids::{TicketUserId, UserId},
    ledger::{BulkMade, Ledger, LedgerFailure},
    server::account::password::Passwords,
};

/// Most accounts whose ticket users are remembered one by one. Beyond it the memory starts anew: at about 100 bytes an
/// account it stays below 20 MB.
const REMEMBERED_MAX: usize = 100_000;

/// Who owns which ticket users, remembered: accounts made in bulk as ranges, others from the ledger when first asked.
#[derive(Debug, Default)]
pub struct Accounts {
    bulks: RwLock<Vec<BulkMade>>,
    remembered: RwLock<HashMap<UserId, Arc<[TicketUserId]>>>,
    /// Goes up when something is forgotten: what was read from the ledger before is not remembered after.
    forgotten: AtomicU64,
    /// Checks passwords.
    pub passwords: Passwords,
}

impl Accounts {
    /// Remembers nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Are all these ticket users this account's?
    ///
    /// # Errors
    /// When the ledger has to be asked and fails.
    pub async fn owns_all(&self, ledger: &Ledger, user: UserId, ids: &[TicketUserId]) -> Result<bool, LedgerFailure> {
        if self.bulk_owns_all(user, ids) {
            return Ok(true);
        }
        let known = self.remembered.read().unwrap_or_else(PoisonError::into_inner).get(&user).cloned();
        let own = match known {
            Some(own) => own,
            None => self.ask(ledger, user).await?,
        };
        Ok(ids.iter().all(|id| own.contains(id)))
    }

    /// Accounts were made in bulk.
    pub fn remember_bulk(&self, made: BulkMade) {
        self.bulks.write().unwrap_or_else(PoisonError::into_inner).push(made);
    }

    /// This account's ticket users have changed.
    pub fn forget(&self, user: UserId) {
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        self.remembered.write().unwrap_or_else(PoisonError::into_inner).remove(&user);
    }

    /// Says yes only; a no may mean that the account got a ticket user later, and the ledger knows.
    fn bulk_owns_all(&self, user: UserId, ids: &[TicketUserId]) -> bool {
        let bulks = self.bulks.read().unwrap_or_else(PoisonError::into_inner);
        bulks.iter().any(|bulk| match user.get().checked_sub(bulk.first_user.get()) {
            Some(at) if at < u64::from(bulk.count) => {
                let each = u64::from(bulk.each);
                let first = bulk.first_ticket_user.get() + at * each;
                ids.iter().all(|id| (first..first + each).contains(&id.get()))
            }
            _ => false,
        })
    }

    async fn ask(&self, ledger: &Ledger, user: UserId) -> Result<Arc<[TicketUserId]>, LedgerFailure> {
        let before = self.forgotten.load(Ordering::Acquire);
        let own: Arc<[_]> = ledger.ticket_users(user).await?.into_iter().map(|person| person.id).collect();
        let mut remembered = self.remembered.write().unwrap_or_else(PoisonError::into_inner);
        if self.forgotten.load(Ordering::Acquire) == before {
            if remembered.len() >= REMEMBERED_MAX {
                remembered.clear();
            }
            remembered.insert(user, Arc::clone(&own));
        }
        Ok(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_made_in_bulk_owns_its_own_ticket_users_and_no_others() {
        let accounts = Accounts::new();
        let (first_user, first_ticket_user) = (UserId::new(100).unwrap(), TicketUserId::new(1_000).unwrap());
        accounts.remember_bulk(BulkMade { first_user, count: 10, first_ticket_user, each: 3 });
        let owns = |user, ids: &[u64]| {
            let ids: Vec<_> = ids.iter().map(|&id| TicketUserId::new(id).unwrap()).collect();
            accounts.bulk_owns_all(UserId::new(user).unwrap(), &ids)
        };
        assert!(owns(100, &[1_000, 1_002]) && owns(109, &[1_027, 1_028, 1_029]));
        assert!(!owns(100, &[1_003]) && !owns(101, &[1_002, 1_003]) && !owns(109, &[1_030]));
        assert!(!owns(99, &[999]) && !owns(110, &[1_030]));
    }
}
