//! What became of v4 orders lately, so that a poll does not ask the ledger.
//! Must not be the only record of anything: what is forgotten here stands in queue or ledger.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::domain::{
    ids::{OrderNumber, ProgramId, UserId},
    rejection::Rejection,
};

/// Most finished orders remembered, per shard: about 100 bytes each.
const FINISHED_PER_SHARD_MAX: usize = 16_384;
const SHARDS: usize = 16;

/// Where an accepted order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Held and queued.
    Pending,
    /// Committed.
    Created,
    /// Will never be.
    Rejected(Rejection),
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    user: UserId,
    program: ProgramId,
    outcome: Outcome,
}

#[derive(Debug, Default)]
struct Shard {
    entries: HashMap<OrderNumber, Entry>,
    finished: VecDeque<OrderNumber>,
}

/// Outcomes by order number.
#[derive(Debug, Default)]
pub struct Outcomes {
    shards: [Mutex<Shard>; SHARDS],
}

impl Outcomes {
    /// An order was held and queued. Does nothing when the worker was faster.
    pub fn accepted(&self, order: OrderNumber, user: UserId, program: ProgramId) {
        let entry = Entry { user, program, outcome: Outcome::Pending };
        self.shard(order).entries.entry(order).or_insert(entry);
    }

    /// An order was written, or rejected for good.
    pub fn finished(&self, order: OrderNumber, user: UserId, program: ProgramId, outcome: Outcome) {
        let mut shard = self.shard(order);
        shard.entries.insert(order, Entry { user, program, outcome });
        shard.finished.push_back(order);
        if shard.finished.len() > FINISHED_PER_SHARD_MAX
            && let Some(oldest) = shard.finished.pop_front()
        {
            shard.entries.remove(&oldest);
        }
    }

    /// What is remembered of an order: its owner, its program, where it is.
    #[must_use]
    pub fn get(&self, order: OrderNumber) -> Option<(UserId, ProgramId, Outcome)> {
        self.shard(order).entries.get(&order).map(|e| (e.user, e.program, e.outcome))
    }

    /// Is it held and queued, as far as is remembered?
    #[must_use]
    pub fn is_pending(&self, order: OrderNumber) -> bool {
        matches!(self.get(order), Some((_, _, Outcome::Pending)))
    }

    /// Orders of a program that were accepted and not finished.
    #[must_use]
    pub fn pending_of(&self, program: ProgramId) -> Vec<(OrderNumber, UserId)> {
        let pending = |e: &Entry| e.program == program && e.outcome == Outcome::Pending;
        let of_shard = |shard: &Mutex<Shard>| {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.entries.iter().filter(|(_, e)| pending(e)).map(|(&n, e)| (n, e.user)).collect::<Vec<_>>()
        };
        self.shards.iter().flat_map(of_shard).collect()
    }

    /// Forgets the orders of a program (it was reset).
    pub fn forget(&self, program: ProgramId) {
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.entries.retain(|_, e| e.program != program);
            let Shard { entries, finished } = &mut *shard;
            finished.retain(|n| entries.contains_key(n));
        }
    }

    fn shard(&self, order: OrderNumber) -> MutexGuard<'_, Shard> {
        // The user's bits are the lowest; the sequence above them spreads evenly.
        let at = usize::try_from(order.get() >> 6).unwrap_or(0) % SHARDS;
        self.shards[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_acceptance_does_not_undo_a_finished_order() {
        let (order, user) = (OrderNumber::new(77).expect("id"), UserId::new(5).expect("id"));
        let program = ProgramId::new(1).expect("id");
        let outcomes = Outcomes::default();
        outcomes.finished(order, user, program, Outcome::Created);
        outcomes.accepted(order, user, program);
        assert_eq!(outcomes.get(order), Some((user, program, Outcome::Created)));
        assert!(outcomes.pending_of(program).is_empty());
    }

    #[test]
    fn memory_is_bounded_and_pending_orders_are_never_forgotten() {
        let (user, program) = (UserId::new(5).expect("id"), ProgramId::new(1).expect("id"));
        let outcomes = Outcomes::default();
        let pending = OrderNumber::new(1 << 40).expect("id");
        outcomes.accepted(pending, user, program);
        for n in 1..=(FINISHED_PER_SHARD_MAX as u64 * SHARDS as u64 + 10_000) {
            outcomes.finished(OrderNumber::new(n << 6).expect("id"), user, program, Outcome::Created);
        }
        let held: usize = outcomes.shards.iter().map(|s| s.lock().expect("not poisoned").entries.len()).sum();
        assert!(held <= FINISHED_PER_SHARD_MAX * SHARDS + 1, "{held}");
        assert!(outcomes.is_pending(pending));
    }
}
