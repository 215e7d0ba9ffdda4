//! How many repeats each class has left: of one worker, so that workers need not ask each other.
//! Must not know why a buyer repeats.

use std::{cell::RefCell, collections::BTreeMap};

use crate::bench::quantity::Share;

/// First submits and repeats of each class.
#[derive(Debug, Default)]
pub struct Budgets(RefCell<BTreeMap<u16, (u64, u64)>>);

impl Budgets {
    /// A first submit of this class.
    pub fn earn(&self, class: u16) {
        self.0.borrow_mut().entry(class).or_default().0 += 1;
    }

    /// May the class repeat once more? If so, it is counted.
    #[must_use]
    pub fn spend(&self, class: u16, budget: Share) -> bool {
        let mut classes = self.0.borrow_mut();
        let (firsts, repeats) = classes.entry(class).or_default();
        let within = (*repeats + 1) as f64 <= budget.0 * *firsts as f64;
        *repeats += u64::from(within);
        within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_repeats_no_more_than_its_share_of_first_submits() {
        let budgets = Budgets::default();
        assert!(!budgets.spend(0, Share(0.5)), "nothing is earned yet");
        (0..10).for_each(|_| budgets.earn(0));
        let spent = (0..20).filter(|_| budgets.spend(0, Share(0.5))).count();
        assert_eq!(spent, 5);
        assert!(!budgets.spend(1, Share(1.0)), "another class has a budget of its own");
    }
}
