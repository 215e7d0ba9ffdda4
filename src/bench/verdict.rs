//! Joins what every buyer was told with what the server holds, and names each law that is broken.
//! Must not believe the server's own audit: it is shown beside this one.

mod books;
mod reach;
mod seats;
mod told;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{
    bench::{
        floor::Ground,
        journal::Journal,
        witness::{Seen, View},
    },
    domain::{
        audit::{FINDINGS_PER_LAW_MAX, Finding, Law},
        ids::{OrderNumber, ProgramId},
    },
    wire::{
        admin::{OrderLine, ProgramLine},
        api::OrderState,
    },
};

/// All that is known when a run is over.
#[derive(Debug)]
pub struct Case<'a> {
    /// What was played.
    pub ground: &'a Ground,
    /// What was told.
    pub journal: &'a Journal,
    /// The orders of the program, as far as the server shows them.
    pub seen: &'a Seen,
    /// The program at the end.
    pub program: &'a ProgramLine,
    /// What the status route says of orders that were told and are not among `orders`.
    pub missing: &'a HashMap<OrderNumber, Option<OrderState>>,
}

/// What this side found.
#[derive(Debug, Default)]
pub struct Judged {
    /// What breaks a law.
    pub findings: Vec<Finding>,
    /// Laws that this side could not check, or not wholly, and why. What was found against them stands all the same.
    pub unchecked: BTreeMap<Law, String>,
}

/// Orders that buyers were told of and that the server does not show, with the account to ask as.
#[must_use]
pub fn missing(journal: &Journal, orders: &[OrderLine]) -> Vec<(OrderNumber, u32)> {
    let shown: HashSet<OrderNumber> = orders.iter().map(|o| o.order_number).collect();
    let mut asked = HashSet::new();
    journal
        .told
        .iter()
        .filter_map(|told| told.answer.order().map(|order| (order, told.account)))
        .filter(|(order, _)| !shown.contains(order) && asked.insert(*order))
        .collect()
}

/// Judges.
#[must_use]
pub fn judge(case: &Case<'_>) -> Judged {
    let mut findings = Findings::new(case.program.id);
    let unchecked = reach::unchecked(case);
    told::orders_belong_to_who_was_told(case, &mut findings);
    if case.ground.view == View::Answers {
        return Judged { findings: findings.kept, unchecked };
    }
    books::seats_are_in_one_live_order(case, &mut findings);
    books::limits_are_kept(case, &mut findings);
    books::orders_add_up(case, &mut findings);
    books::keys_made_one_order(case, &mut findings);
    told::orders_are_there(case, &mut findings);
    told::orders_are_what_was_wanted(case, &mut findings);
    told::repeats_named_one_order(case, &mut findings);
    told::nothing_was_made_behind_a_buyers_back(case, &mut findings);
    told::later_words_hold(case, &mut findings);
    if !unchecked.contains_key(&Law::L10) {
        told::nobody_was_sent_away_early(case, &mut findings);
    }
    seats::no_seat_is_shown_twice(case, &mut findings);
    seats::seats_of_live_orders_are_taken(case, &mut findings);
    seats::no_more_tickets_than_seats(case, &mut findings);
    Judged { findings: findings.kept, unchecked }
}

/// Collects findings, up to a limit a law.
struct Findings {
    program: ProgramId,
    kept: Vec<Finding>,
    count: HashMap<Law, usize>,
}

impl Findings {
    fn new(program: ProgramId) -> Self {
        Self { program, kept: Vec::new(), count: HashMap::new() }
    }

    fn add(&mut self, law: Law, order: Option<OrderNumber>, detail: impl FnOnce() -> String) {
        let count = self.count.entry(law).or_default();
        *count += 1;
        if *count <= FINDINGS_PER_LAW_MAX {
            self.kept.push(Finding { law, program: Some(self.program), order, detail: detail() });
        }
    }
}

#[cfg(test)]
mod tests;
