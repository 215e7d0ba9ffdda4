//! One gate a program: orders pass together, a rebuild or an audit is alone inside.
//! Must not be needed by the ledger: it keeps two stores in step, the ledger's compare-and-set keeps the sale right.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock as AsyncRwLock, watch};

use crate::{
    domain::ids::ProgramId,
    server::{error::Failure, recovery::RETRY_AFTER_S},
};

const REBUILDING: Failure = Failure::Rebuilding { retry_after_s: RETRY_AFTER_S };

/// Why a gate is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closure {
    /// The inventory is not to be trusted: buyers are sent away with `Retry-After`.
    Rebuilding,
    /// A short look: buyers wait.
    Audit,
}

#[derive(Debug, Default)]
struct Door {
    rebuilding: watch::Sender<bool>,
    lock: Arc<AsyncRwLock<()>>,
}

/// The gates of all programs.
#[derive(Debug, Default)]
pub struct SaleGates {
    doors: RwLock<HashMap<ProgramId, Arc<Door>>>,
}

/// Inside, together with others.
pub type Pass = OwnedRwLockReadGuard<()>;

/// Inside, alone.
pub type Alone = OwnedRwLockWriteGuard<()>;

impl SaleGates {
    /// A buyer comes in. Waits for an audit, not for a rebuild.
    ///
    /// # Errors
    /// [`Failure::Rebuilding`].
    pub async fn enter(&self, program: ProgramId) -> Result<Pass, Failure> {
        let door = self.door(program);
        if *door.rebuilding.borrow() {
            return Err(REBUILDING);
        }
        let pass = Arc::clone(&door.lock).read_owned().await;
        // A rebuild that was decided on while this buyer waited must not be sold into.
        if *door.rebuilding.borrow() { Err(REBUILDING) } else { Ok(pass) }
    }

    /// Waits until buyers are sent away. Whoever is inside and waits for something must stop waiting then: a rebuild
    /// begins when the last of them has gone.
    pub async fn closed(&self, program: ProgramId) -> Failure {
        let mut rebuilding = self.door(program).rebuilding.subscribe();
        // An error would mean that the door is gone: then nobody is let in either.
        let _ = rebuilding.wait_for(|rebuilding| *rebuilding).await;
        REBUILDING
    }

    /// Somebody comes in to end an order, which the ledger decides: waits for whatever is going on.
    pub async fn wait_in(&self, program: ProgramId) -> Pass {
        Arc::clone(&self.door(program).lock).read_owned().await
    }

    /// Sends buyers away from now on.
    pub fn close(&self, program: ProgramId) {
        self.door(program).rebuilding.send_replace(true);
    }

    /// Lets buyers in again.
    pub fn open(&self, program: ProgramId) {
        self.door(program).rebuilding.send_replace(false);
    }

    /// Waits until nobody is inside, and is alone until dropped. For a rebuild the gate is closed first, and stays closed
    /// until [`Self::open`].
    pub async fn alone(&self, program: ProgramId, closure: Closure) -> Alone {
        if closure == Closure::Rebuilding {
            self.close(program);
        }
        Arc::clone(&self.door(program).lock).write_owned().await
    }

    /// Is this program being rebuilt, or about to be?
    #[must_use]
    pub fn is_rebuilding(&self, program: ProgramId) -> bool {
        *self.door(program).rebuilding.borrow()
    }

    /// Programs that are being rebuilt, or about to be.
    #[must_use]
    pub fn rebuilding(&self) -> usize {
        let doors = self.doors.read().unwrap_or_else(PoisonError::into_inner);
        doors.values().filter(|door| *door.rebuilding.borrow()).count()
    }

    fn door(&self, program: ProgramId) -> Arc<Door> {
        if let Some(door) = self.doors.read().unwrap_or_else(PoisonError::into_inner).get(&program) {
            return Arc::clone(door);
        }
        let mut doors = self.doors.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(doors.entry(program).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program() -> ProgramId {
        ProgramId::new(1).expect("an id")
    }

    #[tokio::test]
    async fn buyers_are_sent_away_during_a_rebuild_and_let_in_after() {
        let gates = SaleGates::default();
        let alone = gates.alone(program(), Closure::Rebuilding).await;
        assert!(gates.enter(program()).await.is_err());
        drop(alone);
        assert!(gates.enter(program()).await.is_err(), "closed until it is opened");
        gates.open(program());
        assert!(gates.enter(program()).await.is_ok());
    }

    #[tokio::test]
    async fn whoever_waits_inside_hears_that_the_gate_closes() {
        let gates = Arc::new(SaleGates::default());
        let _pass = gates.enter(program()).await.expect("open");
        let shared = Arc::clone(&gates);
        let inside = tokio::spawn(async move { shared.closed(program()).await });
        tokio::task::yield_now().await;
        assert!(!inside.is_finished());
        gates.close(program());
        assert!(matches!(inside.await.expect("no panic"), Failure::Rebuilding { .. }));
    }

    #[tokio::test]
    async fn an_audit_waits_for_those_inside_and_others_wait_for_it() {
        let gates = Arc::new(SaleGates::default());
        let pass = gates.enter(program()).await.expect("open");
        let shared = Arc::clone(&gates);
        let audit = tokio::spawn(async move { shared.alone(program(), Closure::Audit).await });
        tokio::task::yield_now().await;
        assert!(!audit.is_finished());
        drop(pass);
        let alone = audit.await.expect("no panic");
        let shared = Arc::clone(&gates);
        let buyer = tokio::spawn(async move { shared.enter(program()).await.is_ok() });
        tokio::task::yield_now().await;
        assert!(!buyer.is_finished());
        drop(alone);
        assert!(buyer.await.expect("no panic"));
    }
}
