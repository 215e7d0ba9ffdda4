//! The orders that are seen against the seats that are seen.
//! Must not blame a seat that is taken without an order of ours: another buyer may have it.

use std::collections::{HashMap, HashSet};

use super::{Case, Findings, books::is_live};
use crate::domain::{
    audit::Law,
    ids::{CategoryId, SeatId},
};

/// A free seat on the wire.
const UNSOLD: u8 = 1;

/// L1.
pub(super) fn no_seat_is_shown_twice(case: &Case<'_>, findings: &mut Findings) {
    let mut seen = HashSet::new();
    for seat in case.seen.seats.iter().filter(|seat| !seen.insert(seat.id)) {
        findings.add(Law::L1, None, || format!("the seat map shows seat {} twice", seat.id));
    }
}

/// L3.
pub(super) fn seats_of_live_orders_are_taken(case: &Case<'_>, findings: &mut Findings) {
    let free: HashSet<SeatId> =
        case.seen.seats.iter().filter(|seat| seat.sell_status == UNSOLD).map(|seat| seat.id).collect();
    for order in case.seen.orders.iter().filter(|order| is_live(order)) {
        for ticket in order.tickets.iter().filter(|ticket| free.contains(&ticket.seat_id)) {
            findings.add(Law::L3, Some(order.order_number), || {
                format!("seat {} is in live order {} and is shown as free", ticket.seat_id, order.order_number)
            });
        }
    }
}

/// L2, where orders do not say which seats they hold: there cannot be more live tickets than seats.
pub(super) fn no_more_tickets_than_seats(case: &Case<'_>, findings: &mut Findings) {
    let mut live: HashMap<CategoryId, u64> = HashMap::new();
    for ticket in case.seen.orders.iter().filter(|order| is_live(order)).flat_map(|order| &order.tickets) {
        *live.entry(ticket.category_id).or_default() += 1;
    }
    for category in &case.program.categories {
        let tickets = live.get(&category.id).copied().unwrap_or(0);
        if tickets > u64::from(category.total) {
            findings.add(Law::L2, None, || {
                format!("{tickets} live tickets of {:?}, which has {} seats", category.name, category.total)
            });
        }
    }
}
