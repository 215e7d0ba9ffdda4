//! Unpaid orders by the end of their holds, kept up from the tape while somebody watches.
//! Must not decide that a hold is over: it only counts.

use std::collections::HashMap;

use super::tape::HoldMove;
use crate::{
    domain::ids::{Millis, OrderNumber, ProgramId},
    wire::feed::HoldNumbers,
};

/// A hold that ended so long ago was given back, whatever the tape missed.
const FORGOTTEN_AFTER_MS: i64 = 60_000;

/// Unpaid orders.
#[derive(Debug, Default)]
pub struct Holds {
    unpaid: HashMap<OrderNumber, (ProgramId, i64)>,
}

impl Holds {
    /// As the ledger has them.
    #[must_use]
    pub fn of_ledger(unpaid: Vec<(OrderNumber, ProgramId, Millis)>) -> Self {
        Self { unpaid: unpaid.into_iter().map(|(order, program, end)| (order, (program, end.0))).collect() }
    }

    /// Holds begin and end. Those that the ledger had already change nothing.
    pub fn follow(&mut self, moves: &[HoldMove]) {
        for moved in moves {
            match *moved {
                HoldMove::Begins(order, program, end_ms) => {
                    self.unpaid.insert(order, (program, end_ms));
                }
                HoldMove::Ends(order) => {
                    self.unpaid.remove(&order);
                }
            }
        }
    }

    /// Forgets those that must be over.
    pub fn forget_old(&mut self, now: Millis) {
        self.unpaid.retain(|_, (_, end_ms)| *end_ms + FORGOTTEN_AFTER_MS > now.0);
    }

    /// How many there are and end soon: of a program, or of all.
    #[must_use]
    pub fn numbers(&self, program: Option<ProgramId>, now: Millis) -> HoldNumbers {
        let mut numbers = HoldNumbers::default();
        for (of, end_ms) in self.unpaid.values() {
            if program.is_some_and(|program| program != *of) {
                continue;
            }
            let left_ms = end_ms - now.0;
            numbers.all += 1;
            numbers.within_10s += u64::from(left_ms <= 10_000);
            numbers.within_1m += u64::from(left_ms <= 60_000);
            numbers.within_5m += u64::from(left_ms <= 300_000);
        }
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_are_counted_by_the_time_that_is_left() {
        let (order, program) = (|n| OrderNumber::new(n).unwrap(), |n| ProgramId::new(n).unwrap());
        let ends = [(1, 1, 5_000), (2, 1, 10_000), (3, 1, 59_000), (4, 2, 200_000), (5, 1, 900_000)];
        let ends = ends.map(|(n, p, ms)| (order(n), program(p), Millis(ms)));
        let mut holds = Holds::of_ledger(ends.to_vec());
        let all = HoldNumbers { all: 5, within_10s: 2, within_1m: 3, within_5m: 4 };
        assert_eq!(holds.numbers(None, Millis(0)), all);
        assert_eq!(holds.numbers(Some(program(2)), Millis(0)).within_5m, 1);
        let again = HoldMove::Begins(order(1), program(1), 5_000);
        holds.follow(&[HoldMove::Ends(order(2)), again, HoldMove::Ends(order(77))]);
        assert_eq!((holds.numbers(None, Millis(0)).all, holds.numbers(None, Millis(0)).within_10s), (4, 1));
        holds.forget_old(Millis(100_000));
        assert_eq!(
            holds.numbers(None, Millis(100_000)).all,
            3,
            "one that should have ended 95 s ago is forgotten, one of 41 s ago is not"
        );
    }
}
