//! L5: every accepted order ends as a visible order or as a rejection with its seats given back.
//! Must not say what the buyers were told: that half is the bench's journal.

use std::collections::HashSet;

use crate::domain::{
    audit::{Facts, findings::Findings},
    ids::{OrderNumber, SeatIx},
};

/// Nothing is both rejected and visible, and what is rejected owns nothing.
pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let rejected: HashSet<OrderNumber> = facts.ledger.rejected.iter().copied().collect();
    let visible = facts.ledger.orders.iter().map(|order| order.number);
    for order in visible.filter(|order| rejected.contains(order)) {
        findings.blame(order, || format!("order {order} is visible and was rejected on record"));
    }
    for (SeatIx(at), order) in facts.ledger.claims.iter().filter(|(_, order)| rejected.contains(order)) {
        findings.blame(*order, || format!("rejected order {order} claims the seat at position {at} in the ledger"));
    }
    let Some(census) = facts.inventory else { return };
    for (at, (_, owner)) in census.seats.iter().enumerate() {
        if let Some(order) = owner.filter(|order| rejected.contains(order)) {
            findings.blame(order, || format!("rejected order {order} owns the seat at position {at}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::{
        audit::{
            Law,
            good_sale::{GoodSale, REJECTED, UNPAID},
        },
        hold::SeatState,
        ids::SeatIx,
    };

    #[test]
    fn an_order_that_is_rejected_and_visible_is_noticed() {
        let mut sale = GoodSale::new();
        sale.ledger.rejected.push(UNPAID);
        assert!(sale.blamed_by(Law::L5).iter().all(|order| *order == Some(UNPAID)));
    }

    #[test]
    fn a_rejected_order_that_keeps_its_seat_is_noticed() {
        let mut sale = GoodSale::new();
        sale.census.seats[5] = (SeatState::Held, Some(REJECTED));
        assert_eq!(sale.blamed_by(Law::L5), [Some(REJECTED)]);
    }

    #[test]
    fn a_rejected_order_that_keeps_its_claim_is_noticed() {
        let mut sale = GoodSale::new();
        sale.ledger.claims.push((SeatIx(5), REJECTED));
        assert_eq!(sale.blamed_by(Law::L5), [Some(REJECTED)]);
    }
}
