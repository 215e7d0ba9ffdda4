//! The laws: what must hold of every sale, as pure functions of what the ledger and the inventory say.
//! Must not fetch anything; a law whose facts are missing is reported as not checked, never as kept.

mod acceptance;
mod agreement;
mod contents;
mod counts;
mod double_sale;
mod findings;
#[cfg(test)]
mod good_sale;
mod holds;
mod keys;
mod limits;
mod money;

use std::fmt;

use crate::domain::{
    hold::Census,
    ids::{Millis, OrderNumber, ProgramId, SeatIx},
    money::Cents,
    order::Order,
    program::Program,
};
use findings::Findings;

/// One of the laws, L1 to L10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each law's words stand in `Law::words`")]
pub enum Law {
    L1,
    L2,
    L3,
    L4,
    L5,
    L6,
    L7,
    L8,
    L9,
    L10,
}

impl Law {
    /// All laws, in order.
    pub const ALL: [Self; 10] =
        [Self::L1, Self::L2, Self::L3, Self::L4, Self::L5, Self::L6, Self::L7, Self::L8, Self::L9, Self::L10];

    /// What the law says.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::L1 => "available + held + sold = total in every category, and no seat is in two of them",
            Self::L2 => "a seat is in at most one live order",
            Self::L3 => "inventory and ledger agree, category by category, once the queue is empty",
            Self::L4 => "every held seat has a live order or a hold that has not ended",
            Self::L5 => "every accepted order ends as a visible order or as a rejection with its seats given back",
            Self::L6 => "seats sold = tickets of paid orders; paid bills = paid orders; refunds = refunded orders",
            Self::L7 => "no account, order or real-name ticket user is above its limit",
            Self::L8 => "tickets = seats = ticket users per order, and its price is the sum of theirs",
            Self::L9 => "the same idempotency key made at most one order",
            Self::L10 => "nobody was told sold out while stock was there and was never given back later",
        }
    }
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "L{}", Self::ALL.iter().position(|l| l == self).map_or(0, |i| i + 1))
    }
}

/// A broken law, with what broke it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which law.
    pub law: Law,
    /// In which program.
    pub program: Option<ProgramId>,
    /// Which order, where one is to blame.
    pub order: Option<OrderNumber>,
    /// One sentence with the numbers that differ.
    pub detail: String,
}

/// What the ledger says of one program, for the audit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerFacts {
    /// All orders of the program, any status.
    pub orders: Vec<Order>,
    /// The seat-claim table as stored, apart from the orders: (seat position, owner).
    pub claims: Vec<(SeatIx, OrderNumber)>,
    /// Order price as stored, apart from its tickets' prices.
    pub prices: Vec<(OrderNumber, Cents)>,
    /// Bills: order, status (1 unpaid, 2 cancelled with its order, 3 paid, 4 refunded), amount.
    pub bills: Vec<(OrderNumber, u8, Cents)>,
    /// Refunds on record: order, amount.
    pub refunds: Vec<(OrderNumber, Cents)>,
    /// Accepted orders that were rejected later, on record (v4).
    pub rejected: Vec<OrderNumber>,
}

/// What is known of one program at one quiet instant.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// The program as it is sold.
    pub program: &'a Program,
    /// The ledger's side.
    pub ledger: &'a LedgerFacts,
    /// The inventory's side; `None` on a stopped server: L1, L3 and L4 are then not checked, and
    /// the others not against it.
    pub inventory: Option<&'a Census>,
    /// The instant.
    pub now: Millis,
}

/// The outcome of an audit: findings, and the laws that could not be checked with the facts at hand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Broken laws; empty is good.
    pub findings: Vec<Finding>,
    /// Laws that had no facts to check, with the reason.
    pub unchecked: Vec<(Law, String)>,
}

/// Most findings kept per law: enough to see a pattern without printing a hall.
pub const FINDINGS_PER_LAW_MAX: usize = 20;

/// Why L1, L3 and L4 are not checked on a stopped server.
const NO_INVENTORY: &str = "the server is stopped: its inventory is rebuilt from the ledger at start";
/// Why the inventory is not compared with the ledger while orders are queued.
const STILL_QUEUED: &str = "orders are still queued: ask again when the queue is empty";

/// Checks all laws of one program.
#[must_use]
pub fn check(facts: &Facts<'_>) -> Report {
    let mut report = Report::default();
    for law in Law::ALL {
        let mut findings = Findings::new(law, facts.program.id);
        if let Err(reason) = check_law(law, facts, &mut findings) {
            report.unchecked.push((law, reason.to_owned()));
        }
        report.findings.extend(findings.into_vec());
    }
    report
}

/// One law. An error says why it was not checked, or (L5, L7) what part of it was not.
fn check_law(law: Law, facts: &Facts<'_>, findings: &mut Findings) -> Result<(), &'static str> {
    let inventory = || facts.inventory.ok_or(NO_INVENTORY);
    match law {
        Law::L1 => counts::check(facts.program, inventory()?, findings),
        Law::L2 => double_sale::check(facts.ledger, findings),
        Law::L3 => agreement::check(facts, drained(inventory()?)?, findings),
        Law::L4 => holds::check(facts, inventory()?, findings),
        Law::L5 => acceptance::check(facts, findings),
        Law::L6 => money::check(facts.ledger, findings),
        Law::L7 => {
            limits::check(facts, findings);
            if let Some(census) = facts.inventory {
                limits::check_inventory(facts, drained(census)?, findings);
            }
        }
        Law::L8 => contents::check(facts, findings),
        Law::L9 => keys::check(facts.ledger, findings),
        Law::L10 => return Err("needs the buyers' side: run tpp bench"),
    }
    Ok(())
}

/// The inventory's side, once nothing is on its way to the ledger.
fn drained(census: &Census) -> Result<&Census, &'static str> {
    if census.queue.is_empty() { Ok(census) } else { Err(STILL_QUEUED) }
}

/// Orders that own seats.
fn live(ledger: &LedgerFacts) -> impl Iterator<Item = &Order> {
    ledger.orders.iter().filter(|order| order.status.is_live())
}

#[cfg(test)]
mod tests {
    use super::*;
    use good_sale::GoodSale;

    #[test]
    fn a_good_sale_breaks_no_law_and_only_the_buyers_side_is_missing() {
        let report = GoodSale::new().check();
        assert_eq!(report.findings, []);
        assert_eq!(report.unchecked.iter().map(|(law, _)| *law).collect::<Vec<_>>(), [Law::L10]);
    }

    #[test]
    fn a_stopped_server_is_checked_as_far_as_its_ledger_goes() {
        let sale = GoodSale::new();
        let report = check(&Facts { inventory: None, ..sale.facts() });
        assert_eq!(report.findings, []);
        let laws: Vec<_> = report.unchecked.iter().map(|(law, _)| *law).collect();
        assert_eq!(laws, [Law::L1, Law::L3, Law::L4, Law::L10]);
    }

    #[test]
    fn what_is_still_queued_is_not_called_agreement() {
        let mut sale = GoodSale::new();
        sale.census.queue.push(good_sale::number(900));
        let laws: Vec<_> = sale.check().unchecked.iter().map(|(law, _)| *law).collect();
        assert_eq!(laws, [Law::L3, Law::L7, Law::L10]);
    }

    #[test]
    fn laws_are_called_by_their_numbers() {
        assert_eq!(Law::ALL.map(|law| law.to_string()).join(" "), "L1 L2 L3 L4 L5 L6 L7 L8 L9 L10");
    }
}
