//! L8: tickets = seats = ticket users per order, and its price is the sum of theirs.
//! Must not compare with today's prices: a ticket keeps the price of its hour.

use std::collections::{HashMap, HashSet};

use crate::domain::{
    audit::{Facts, findings::Findings},
    ids::{OrderNumber, SeatIx},
    money::Cents,
    order::Order,
    program::Hall,
};

/// Every order by itself, and its stored price.
pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let prices: HashMap<OrderNumber, Cents> = facts.ledger.prices.iter().copied().collect();
    for order in &facts.ledger.orders {
        check_counts(order, findings);
        check_places(order, &facts.program.hall, findings);
        let (sum, stored) = (order.price(), prices.get(&order.number));
        if stored != Some(&sum) {
            findings.blame(order.number, || match stored {
                Some(stored) => format!("its price is {stored}, its tickets cost {sum}"),
                None => format!("it has no price, its tickets cost {sum}"),
            });
        }
    }
}

fn check_counts(order: &Order, findings: &mut Findings) {
    let tickets = order.tickets.len();
    let seats = order.tickets.iter().map(|ticket| ticket.seat).collect::<HashSet<_>>().len();
    let names = order.tickets.iter().map(|ticket| ticket.ticket_user).collect::<HashSet<_>>().len();
    if tickets == 0 || seats != tickets || names != tickets {
        findings.blame(order.number, || format!("it has {tickets} tickets, {seats} seats and {names} ticket users"));
    }
}

fn check_places(order: &Order, hall: &Hall, findings: &mut Findings) {
    for ticket in &order.tickets {
        let (SeatIx(at), lies_in) = (ticket.seat, hall.category_of(ticket.seat).map(|category| category.id));
        if lies_in != Some(ticket.category) {
            findings.blame(order.number, || match lies_in {
                Some(id) => format!("its seat at position {at} is of category {id}, not {}", ticket.category),
                None => format!("its seat at position {at} is not in the hall"),
            });
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
        ids::{CategoryId, SeatIx},
        money::Cents,
    };

    #[test]
    fn a_price_that_is_not_the_sum_is_noticed() {
        let mut sale = GoodSale::new();
        sale.ledger.prices[0].1 = Cents(1);
        assert_eq!(sale.blamed_by(Law::L8), [Some(UNPAID)]);
        sale.ledger.prices.remove(0);
        assert_eq!(sale.blamed_by(Law::L8), [Some(UNPAID)]);
    }

    #[test]
    fn an_order_without_tickets_is_noticed() {
        let mut sale = GoodSale::new();
        sale.order_mut(CANCELLED).tickets.clear();
        assert!(sale.blamed_by(Law::L8).contains(&Some(CANCELLED)));
    }

    #[test]
    fn one_person_on_two_tickets_of_an_order_is_noticed() {
        let mut sale = GoodSale::new();
        let name = sale.order_mut(PAID).tickets[0].ticket_user;
        sale.order_mut(PAID).tickets[1].ticket_user = name;
        assert_eq!(sale.blamed_by(Law::L8), [Some(PAID)]);
    }

    #[test]
    fn one_seat_on_two_tickets_of_an_order_is_noticed() {
        let mut sale = GoodSale::new();
        sale.order_mut(UNPAID).tickets[1].seat = SeatIx(0);
        assert_eq!(sale.blamed_by(Law::L8), [Some(UNPAID)]);
    }

    #[test]
    fn a_ticket_of_another_category_than_its_seat_is_noticed() {
        let mut sale = GoodSale::new();
        sale.order_mut(PAID).tickets[1].category = CategoryId::new(11).unwrap();
        assert_eq!(sale.blamed_by(Law::L8), [Some(PAID)]);
    }
}
