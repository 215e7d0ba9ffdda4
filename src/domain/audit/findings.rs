//! Collects what breaks one law, up to a limit, and counts the rest.
//! Must not judge.

use crate::domain::{
    audit::{FINDINGS_PER_LAW_MAX, Finding, Law},
    ids::{OrderNumber, ProgramId},
};

/// What broke one law in one program.
#[derive(Debug)]
pub(super) struct Findings {
    law: Law,
    program: ProgramId,
    kept: Vec<Finding>,
    more: usize,
}

impl Findings {
    /// None yet.
    pub(super) const fn new(law: Law, program: ProgramId) -> Self {
        Self { law, program, kept: Vec::new(), more: 0 }
    }

    /// An order broke it. The sentence is only built while there is room.
    pub(super) fn blame(&mut self, order: OrderNumber, detail: impl FnOnce() -> String) {
        self.add(Some(order), detail);
    }

    /// It is broken, and no one order is to blame.
    pub(super) fn broken(&mut self, detail: impl FnOnce() -> String) {
        self.add(None, detail);
    }

    /// What was kept, and a last line for what was not.
    pub(super) fn into_vec(mut self) -> Vec<Finding> {
        if self.more > 0 {
            let detail = format!("and {} more like these", self.more);
            self.kept.push(Finding { law: self.law, program: Some(self.program), order: None, detail });
        }
        self.kept
    }

    fn add(&mut self, order: Option<OrderNumber>, detail: impl FnOnce() -> String) {
        if self.kept.len() < FINDINGS_PER_LAW_MAX {
            self.kept.push(Finding { law: self.law, program: Some(self.program), order, detail: detail() });
        } else {
            self.more += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_hall_is_cut_short_and_says_so() {
        let mut findings = Findings::new(Law::L2, ProgramId::new(1).unwrap());
        for i in 0..25 {
            findings.broken(|| format!("seat {i}"));
        }
        let all = findings.into_vec();
        assert_eq!(all.len(), FINDINGS_PER_LAW_MAX + 1);
        assert_eq!(all.last().unwrap().detail, "and 5 more like these");
    }
}
