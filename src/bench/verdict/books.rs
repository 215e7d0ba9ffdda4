//! Laws that the server's list of orders must keep whatever buyers were told.
//! Must not use the journal.

use std::collections::{HashMap, HashSet};

use super::{Case, Findings};
use crate::{
    domain::{
        audit::Law,
        ids::{SeatId, TicketUserId, UserId},
        money::Cents,
        order::OrderStatus,
    },
    wire::admin::OrderLine,
};

/// Does the order own its seats?
pub(super) fn is_live(order: &OrderLine) -> bool {
    OrderStatus::from_number(order.status).is_some_and(OrderStatus::is_live)
}

/// L2.
pub(super) fn seats_are_in_one_live_order(case: &Case<'_>, findings: &mut Findings) {
    let mut owners: HashMap<SeatId, &OrderLine> = HashMap::new();
    for order in case.seen.orders.iter().filter(|o| is_live(o)) {
        for ticket in &order.tickets {
            if let Some(other) = owners.insert(ticket.seat_id, order) {
                findings.add(Law::L2, Some(order.order_number), || {
                    let (seat, row, col) = (ticket.seat_id, ticket.row, ticket.col);
                    format!(
                        "seat {seat} (row {row}, column {col}) is in order {} and in order {}",
                        other.order_number, order.order_number
                    )
                });
            }
        }
    }
}

/// L7.
pub(super) fn limits_are_kept(case: &Case<'_>, findings: &mut Findings) {
    let hall = &case.ground.hall;
    let mut accounts: HashMap<UserId, u64> = HashMap::new();
    let mut names: HashMap<TicketUserId, &OrderLine> = HashMap::new();
    for order in &case.seen.orders {
        let tickets = order.tickets.len() as u64;
        if tickets > u64::from(hall.per_order_limit) {
            findings.add(Law::L7, Some(order.order_number), || {
                format!("{tickets} tickets in one order, {} are allowed", hall.per_order_limit)
            });
        }
        if !is_live(order) {
            continue;
        }
        let sum = accounts.entry(order.user_id).or_default();
        *sum += tickets;
        if *sum > u64::from(hall.per_account_limit) {
            findings.add(Law::L7, Some(order.order_number), || {
                format!("account {} holds {sum} live tickets, {} are allowed", order.user_id, hall.per_account_limit)
            });
        }
        for ticket in order.tickets.iter().filter(|_| hall.real_name) {
            if let Some(other) = names.insert(ticket.ticket_user_id, order) {
                findings.add(Law::L7, Some(order.order_number), || {
                    format!("ticket user {} is also in order {}", ticket.ticket_user_id, other.order_number)
                });
            }
        }
    }
}

/// L8.
pub(super) fn orders_add_up(case: &Case<'_>, findings: &mut Findings) {
    for order in &case.seen.orders {
        let number = Some(order.order_number);
        let sum: Cents = order.tickets.iter().map(|t| t.price).sum();
        if sum != order.price {
            findings.add(Law::L8, number, || format!("its price is {}, its seats cost {sum}", order.price));
        }
        let seats: HashSet<_> = order.tickets.iter().map(|t| t.seat_id).collect();
        let people: HashSet<_> = order.tickets.iter().map(|t| t.ticket_user_id).collect();
        if order.tickets.is_empty() || seats.len() != order.tickets.len() || people.len() != order.tickets.len() {
            findings.add(Law::L8, number, || {
                let tickets = order.tickets.len();
                format!("{tickets} tickets for {} seats and {} ticket users", seats.len(), people.len())
            });
        }
        for ticket in &order.tickets {
            let category = case.ground.hall.categories.iter().find(|c| c.id == ticket.category_id);
            if category.is_none_or(|c| c.price != ticket.price) {
                findings.add(Law::L8, number, || {
                    format!("seat {} was sold for {}, which is not its category's price", ticket.seat_id, ticket.price)
                });
            }
        }
    }
}

/// L9.
pub(super) fn keys_made_one_order(case: &Case<'_>, findings: &mut Findings) {
    let mut keys: HashMap<(UserId, &str), &OrderLine> = HashMap::new();
    for order in &case.seen.orders {
        let Some(key) = order.request_id.as_deref() else { continue };
        if let Some(other) = keys.insert((order.user_id, key), order) {
            findings.add(Law::L9, Some(order.order_number), || {
                format!("request {key} of account {} also made order {}", order.user_id, other.order_number)
            });
        }
    }
}
