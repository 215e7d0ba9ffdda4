//! Holds by the moment they end, on the monotonic clock: a wall clock that jumps frees nothing early.
//! Must not decide whether an order is still unpaid: the ledger does.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::domain::ids::{OrderNumber, ProgramId};

type Entry = Reverse<(Instant, OrderNumber, ProgramId)>;

/// Holds that will end.
#[derive(Debug, Default)]
pub struct Expiries {
    ends: Mutex<BinaryHeap<Entry>>,
}

impl Expiries {
    /// This order's hold ends after `left`.
    pub fn push(&self, order: OrderNumber, program: ProgramId, left: Duration) {
        let end = Instant::now() + left;
        self.locked().push(Reverse((end, order, program)));
    }

    /// Takes up to `max` holds that have ended.
    #[must_use]
    pub fn due(&self, max: usize) -> Vec<(OrderNumber, ProgramId)> {
        let now = Instant::now();
        let mut ends = self.locked();
        let mut due = Vec::new();
        while due.len() < max && ends.peek().is_some_and(|Reverse((end, ..))| *end <= now) {
            due.extend(ends.pop().map(|Reverse((_, order, program))| (order, program)));
        }
        due
    }

    /// How many are waited for, the paid and the cancelled included until their time comes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.locked().len()
    }

    /// Nothing is waited for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, BinaryHeap<Entry>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ended_holds_come_out_and_the_oldest_first() {
        let id = |n| OrderNumber::new(n).expect("above zero");
        let program = ProgramId::new(1).expect("above zero");
        let expiries = Expiries::default();
        expiries.push(id(3), program, Duration::from_secs(3600));
        expiries.push(id(1), program, Duration::ZERO);
        expiries.push(id(2), program, Duration::ZERO);
        assert_eq!(expiries.due(1), [(id(1), program)]);
        assert_eq!(expiries.due(9), [(id(2), program)]);
        assert_eq!((expiries.due(9), expiries.len()), (vec![], 1));
    }
}
