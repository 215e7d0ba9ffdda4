//! L2: a seat is in at most one live order. Twice told: by the orders' tickets and by the claims that guard them.
//! Must not trust one of the two for the other.

use std::collections::HashMap;

use crate::domain::{
    audit::{LedgerFacts, findings::Findings, live},
    ids::{OrderNumber, SeatIx},
};

/// Tickets against tickets, then tickets against claims.
pub(super) fn check(ledger: &LedgerFacts, findings: &mut Findings) {
    let mut owners: HashMap<SeatIx, OrderNumber> = HashMap::new();
    for order in live(ledger) {
        for SeatIx(seat) in order.seats() {
            if let Some(first) = owners.insert(SeatIx(seat), order.number) {
                findings.blame(order.number, || {
                    format!("the seat at position {seat} is in order {first} and in order {}", order.number)
                });
            }
        }
    }
    let mut claimed: HashMap<SeatIx, OrderNumber> = HashMap::new();
    for &(seat, order) in &ledger.claims {
        let SeatIx(at) = seat;
        if let Some(first) = claimed.insert(seat, order) {
            findings.blame(order, || format!("the seat at position {at} is claimed by order {first} and by {order}"));
        }
        if !owners.contains_key(&seat) {
            findings
                .blame(order, || format!("order {order} claims the seat at position {at}, which no live order has"));
        }
    }
    for order in live(ledger) {
        for seat in order.seats() {
            let (SeatIx(at), claim) = (seat, claimed.get(&seat));
            if claim != Some(&order.number) {
                findings.blame(order.number, || match claim {
                    Some(other) => format!("its seat at position {at} is claimed by order {other}"),
                    None => format!("its seat at position {at} is not claimed"),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::{
        audit::{
            Law,
            good_sale::{CANCELLED, GoodSale, PAID, UNPAID},
        },
        ids::SeatIx,
    };

    #[test]
    fn a_seat_sold_twice_is_noticed() {
        let mut sale = GoodSale::new();
        sale.order_mut(PAID).tickets[0].seat = SeatIx(1);
        assert!(sale.blamed_by(Law::L2).contains(&Some(PAID)));
    }

    #[test]
    fn a_live_order_without_its_claim_is_noticed() {
        let mut sale = GoodSale::new();
        sale.ledger.claims.retain(|(seat, _)| *seat != SeatIx(0));
        assert_eq!(sale.blamed_by(Law::L2), [Some(UNPAID)]);
    }

    #[test]
    fn a_claim_that_outlived_its_order_is_noticed() {
        let mut sale = GoodSale::new();
        sale.ledger.claims.push((SeatIx(3), CANCELLED));
        assert_eq!(sale.blamed_by(Law::L2), [Some(CANCELLED)]);
    }

    #[test]
    fn a_claim_of_another_s_seat_is_noticed() {
        let mut sale = GoodSale::new();
        sale.ledger.claims[0].1 = PAID;
        assert_eq!(sale.blamed_by(Law::L2), [Some(UNPAID)]);
    }

    #[test]
    fn a_seat_claimed_twice_is_noticed() {
        let mut sale = GoodSale::new();
        sale.ledger.claims.insert(0, (SeatIx(0), PAID));
        assert_eq!(sale.blamed_by(Law::L2), [Some(UNPAID)]);
    }
}
