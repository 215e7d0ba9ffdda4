//! L4: every held seat has a live order or a hold that has not ended.
//! Must not mind which of the two: an order on its way to the ledger has only the hold.

use std::collections::HashSet;

use crate::domain::{
    audit::{Facts, findings::Findings},
    hold::{Census, SeatState},
    ids::OrderNumber,
    order::OrderStatus,
};

/// The owner of every held seat is unpaid in the ledger, queued, or holds for a while yet.
pub(super) fn check(facts: &Facts<'_>, census: &Census, findings: &mut Findings) {
    let unpaid = facts.ledger.orders.iter().filter(|order| order.status == OrderStatus::Unpaid);
    let holding = census.holds.iter().filter(|(_, ends_at)| *ends_at > facts.now);
    let entitled: HashSet<OrderNumber> = unpaid
        .map(|order| order.number)
        .chain(holding.map(|(order, _)| *order))
        .chain(census.queue.iter().copied())
        .collect();
    for (at, (state, owner)) in census.seats.iter().enumerate() {
        let Some(order) = owner else { continue };
        if *state == SeatState::Held && !entitled.contains(order) {
            findings.blame(*order, || {
                format!("the seat at position {at} is held by order {order}, which is not unpaid and has no time left")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::{
        audit::{
            Law,
            good_sale::{CANCELLED, GoodSale, number},
        },
        hold::SeatState,
        ids::Millis,
    };

    #[test]
    fn a_seat_of_a_cancelled_order_that_never_came_back_is_noticed() {
        let mut sale = GoodSale::new();
        sale.census.seats[3] = (SeatState::Held, Some(CANCELLED));
        assert_eq!(sale.blamed_by(Law::L4), [Some(CANCELLED)]);
    }

    #[test]
    fn a_hold_without_an_order_counts_until_it_ends() {
        let mut sale = GoodSale::new();
        sale.census.seats[3] = (SeatState::Held, Some(number(900)));
        sale.census.holds.push((number(900), Millis(i64::MAX)));
        assert!(sale.check().findings.iter().all(|finding| finding.law != Law::L4));
        sale.census.holds[1].1 = Millis(0);
        assert_eq!(sale.blamed_by(Law::L4), [Some(number(900))]);
    }

    #[test]
    fn a_queued_order_may_hold() {
        let mut sale = GoodSale::new();
        sale.census.seats[3] = (SeatState::Held, Some(number(900)));
        sale.census.queue.push(number(900));
        assert!(sale.check().findings.iter().all(|finding| finding.law != Law::L4));
    }
}
