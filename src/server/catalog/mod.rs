//! Programs on sale, in memory: read on every order, changed rarely.
//! Must not know what is left of them.

pub mod import;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use crate::domain::{
    ids::{ProgramId, SeatId, SeatIx},
    program::Program,
};

/// All programs. Reading clones one `Arc`.
#[derive(Debug, Default)]
pub struct Catalog {
    programs: RwLock<HashMap<ProgramId, Arc<Program>>>,
    /// Held by whoever changes a program in ledger and catalog, so that both see the same order of changes.
    changing: tokio::sync::Mutex<()>,
}

impl Catalog {
    /// No program yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The program with this id.
    pub fn get(&self, id: ProgramId) -> Option<Arc<Program>> {
        self.programs.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// All programs, by id.
    pub fn all(&self) -> Vec<Arc<Program>> {
        let mut all: Vec<_> = self.programs.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        all.sort_by_key(|program| program.id);
        all
    }

    /// The program that a seat is of, and its position there. The ledger gives each hall a range of ids of its own.
    pub fn seat(&self, seat: SeatId) -> Option<(Arc<Program>, SeatIx)> {
        let programs = self.programs.read().unwrap_or_else(PoisonError::into_inner);
        programs.values().find_map(|program| Some((Arc::clone(program), program.hall.seat_ix(seat)?)))
    }

    /// Adds a program, or replaces the one with its id.
    pub fn put(&self, program: Arc<Program>) {
        self.programs.write().unwrap_or_else(PoisonError::into_inner).insert(program.id, program);
    }

    /// Waits until nobody else changes programs.
    pub async fn changing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.changing.lock().await
    }
}
