//! Orders of a recorded run as a server would list them, as of a moment.
//! Must not name a seat: row and column of a ticket are 0, and all have the same seat.

use super::{
    PROGRAM,
    frames::category_id,
    recorded::{End, Order, Recorded},
};
use crate::{
    client::OrderQuery,
    domain::{
        ids::{SeatId, TicketUserId, UserId},
        money::Cents,
        order::{Closing, OrderStatus},
    },
    wire::admin::{OrderLine, TicketLine},
};

/// Stands for every seat.
pub(super) const NO_SEAT: SeatId = SeatId::new(1).expect("above zero");
/// Stands for every person on a ticket.
const NOBODY: TicketUserId = TicketUserId::new(1).expect("above zero");
/// Most orders on a page, as on a server's.
const PAGE_MAX: u32 = 10_000;

/// The orders in the books at this moment that are asked for, as `GET /api/v1/admin/orders` picks them.
pub(super) fn page(recorded: &Recorded, query: &OrderQuery, at_us: u64) -> Result<Vec<OrderLine>, String> {
    if !(1..=PAGE_MAX).contains(&query.limit) {
        return Err(format!("limit is not between 1 and {PAGE_MAX}"));
    }
    if query.program.is_some_and(|program| program != PROGRAM) {
        return Ok(Vec::new());
    }
    let from = query.after.map_or(0, |after| recorded.orders.partition_point(|order| order.number <= after));
    let all = recorded.orders.len();
    let to = query.before.map_or(all, |before| recorded.orders.partition_point(|order| order.number < before));
    let between = recorded.orders[from.min(to)..to].iter();
    let wanted = |order: &&Order| is_wanted(recorded, order, query, at_us);
    let line = |order| line(recorded, order, at_us);
    let limit = query.limit as usize;
    Ok(if query.newest {
        between.rev().filter(wanted).take(limit).map(line).collect()
    } else {
        between.filter(wanted).take(limit).map(line).collect()
    })
}

fn is_wanted(recorded: &Recorded, order: &Order, query: &OrderQuery, at_us: u64) -> bool {
    let made_ms = recorded.wall_ms(order.made_us);
    is_in_books(order, at_us)
        && query.user.is_none_or(|user| user == user_id(order.account))
        && query.status.is_none_or(|status| status == self::status(order, at_us))
        && query.version.is_none_or(|version| version == order.version)
        && query.category.is_none_or(|category| category == category_id(usize::from(order.category)))
        && query.made_after_ms.is_none_or(|after_ms| made_ms >= after_ms)
        && query.made_before_ms.is_none_or(|before_ms| made_ms < before_ms)
}

/// A queued order is not there yet, one that was rejected no longer.
pub(super) fn is_in_books(order: &Order, at_us: u64) -> bool {
    order.created_us <= at_us && order.ended(at_us) != Some(End::Rejected)
}

fn status(order: &Order, at_us: u64) -> OrderStatus {
    match order.ended(at_us) {
        None => OrderStatus::Unpaid,
        Some(End::Paid) => OrderStatus::Paid,
        Some(End::Cancelled | End::Rejected) => OrderStatus::Cancelled,
    }
}

/// Accounts are numbered from 1.
pub(super) fn user_id(account: u32) -> UserId {
    UserId::new(u64::from(account) + 1).expect("above zero")
}

/// An order as it was at this moment.
pub(super) fn line(recorded: &Recorded, order: &Order, at_us: u64) -> OrderLine {
    let category = recorded.journal.scene.categories.get(usize::from(order.category));
    let price = Cents(category.map_or(0, |category| category.price_cents));
    let ticket = TicketLine {
        seat_id: NO_SEAT,
        category_id: category_id(usize::from(order.category)),
        row: 0,
        col: 0,
        price,
        ticket_user_id: NOBODY,
    };
    let ended = order.ended(at_us);
    let ended_ms = ended.map(|_| recorded.wall_ms(order.ended_us));
    OrderLine {
        order_number: order.number,
        program_id: PROGRAM,
        user_id: user_id(order.account),
        version: order.version.number(),
        status: status(order, at_us).number(),
        price: Cents(price.0.saturating_mul(i64::from(order.tickets))),
        tickets: vec![ticket; usize::from(order.tickets)],
        request_id: None,
        created_at_ms: recorded.wall_ms(order.made_us),
        hold_ends_at_ms: 0,
        paid_at_ms: ended_ms.filter(|_| ended == Some(End::Paid)),
        closed_at_ms: ended_ms.filter(|_| ended != Some(End::Paid)),
        closing: (ended == Some(End::Cancelled)).then(|| Closing::Buyer.word().to_owned()),
    }
}
