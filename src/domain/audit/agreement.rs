//! L3: inventory and ledger agree, category by category and seat by seat, once the queue is empty.
//! Must not be asked while orders are on their way from one to the other.

use crate::domain::{
    audit::{Facts, counts::recount, findings::Findings, live},
    hold::{Census, SeatState},
    ids::{OrderNumber, SeatIx},
    order::OrderStatus,
};

/// The ledger's live orders against the inventory's counts and seats.
pub(super) fn check(facts: &Facts<'_>, census: &Census, findings: &mut Findings) {
    let implied = implied(facts, findings);
    for category in &facts.program.hall.categories {
        let SeatIx(first) = category.first_seat;
        let seats = implied.iter().skip(first as usize).take(category.seats as usize);
        let (id, wanted) = (category.id, recount(seats.map(|(state, _)| state)));
        let counted = census.counts.iter().find(|(counted, _)| *counted == id).map(|(_, counts)| *counts);
        if counted != Some(wanted) {
            findings.broken(|| format!("category {id}: the ledger implies {wanted:?}, the inventory says {counted:?}"));
        }
    }
    for (at, (ledger, inventory)) in implied.iter().zip(&census.seats).enumerate() {
        if ledger == inventory {
            continue;
        }
        let detail =
            || format!("the seat at position {at}: ledger {}, inventory {}", words(*ledger), words(*inventory));
        match ledger.1.or(inventory.1) {
            Some(order) => findings.blame(order, detail),
            None => findings.broken(detail),
        }
    }
}

type Seat = (SeatState, Option<OrderNumber>);

/// Every seat as the live orders imply it.
fn implied(facts: &Facts<'_>, findings: &mut Findings) -> Vec<Seat> {
    let mut seats = vec![(SeatState::Available, None); facts.program.hall.seats() as usize];
    for order in live(facts.ledger) {
        let state = if order.status == OrderStatus::Paid { SeatState::Sold } else { SeatState::Held };
        for SeatIx(seat) in order.seats() {
            match seats.get_mut(seat as usize) {
                Some(place) => *place = (state, Some(order.number)),
                None => findings.blame(order.number, || format!("there is no seat at position {seat} in the hall")),
            }
        }
    }
    seats
}

fn words((state, owner): Seat) -> String {
    let state = match state {
        SeatState::Available => "available",
        SeatState::Held => "held",
        SeatState::Sold => "sold",
    };
    owner.map_or_else(|| state.to_owned(), |order| format!("{state} by order {order}"))
}

#[cfg(test)]
mod tests {
    use crate::domain::{
        audit::{
            Law,
            good_sale::{GoodSale, PAID, UNPAID, number},
        },
        hold::SeatState,
        ids::SeatIx,
    };

    #[test]
    fn an_order_that_the_ledger_lost_is_noticed() {
        let mut sale = GoodSale::new();
        sale.ledger.orders.retain(|order| order.number != PAID);
        assert_eq!(sale.blamed_by(Law::L3), [None, None, Some(PAID), Some(PAID)]);
    }

    #[test]
    fn a_seat_that_the_inventory_sells_again_is_noticed() {
        let mut sale = GoodSale::new();
        sale.census.seats[0] = (SeatState::Available, None);
        sale.census.counts[0].1.held -= 1;
        sale.census.counts[0].1.available += 1;
        assert_eq!(sale.blamed_by(Law::L3), [None, Some(UNPAID)]);
    }

    #[test]
    fn a_seat_held_for_a_stranger_is_noticed() {
        let mut sale = GoodSale::new();
        sale.census.seats[0].1 = Some(number(999));
        assert_eq!(sale.blamed_by(Law::L3), [Some(UNPAID)]);
    }

    #[test]
    fn a_paid_seat_that_is_only_held_is_noticed() {
        let mut sale = GoodSale::new();
        sale.census.seats[2].0 = SeatState::Held;
        assert_eq!(sale.blamed_by(Law::L3), [Some(PAID)]);
    }

    #[test]
    fn a_seat_outside_the_hall_is_noticed() {
        let mut sale = GoodSale::new();
        sale.order_mut(UNPAID).tickets[0].seat = SeatIx(99);
        assert!(sale.blamed_by(Law::L3).contains(&Some(UNPAID)));
    }
}
