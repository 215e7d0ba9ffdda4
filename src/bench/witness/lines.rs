//! Orders and counts in the operator's form, made from what buyers are shown or were told.
//! Must not pass a made-up id off as a real one: who makes one up says so.

use std::collections::HashMap;

use crate::{
    bench::{
        floor::Ground,
        journal::{Journal, Later, Told},
    },
    client::public::OrderDetailTold,
    domain::{
        ids::{OrderNumber, SeatId, TicketUserId},
        money::Cents,
    },
    wire::{
        admin::{CategoryLine, OrderLine, ProgramLine, TicketLine},
        program::SeatView,
    },
};

/// Where made-up ids start: above every id that a server hands out, each is used once.
const MADE_UP: u64 = 1 << 62;
/// The original writes its times in UTC+8.
const ZONE_MS: i64 = 8 * 60 * 60 * 1000;

pub(super) struct Line {
    pub(super) order: OrderLine,
    pub(super) seats_hidden: bool,
    pub(super) people_hidden: bool,
}

/// An order as its buyer may read it.
pub(super) fn order(
    told: &OrderDetailTold,
    ground: &Ground,
    account: u32,
    places: &HashMap<(u32, u32), SeatView>,
) -> Line {
    let mut tickets = told.seats.as_ref().map_or_else(
        || tickets(told, places),
        |seats| {
            seats
                .iter()
                .map(|seat| {
                    Some(TicketLine {
                        seat_id: seat.seat_id,
                        category_id: seat.ticket_category_id,
                        row: seat.row_code,
                        col: seat.col_code,
                        price: seat.price,
                        ticket_user_id: seat.ticket_user_id,
                    })
                })
                .collect()
        },
    );
    let seats_hidden = tickets.iter().any(Option::is_none);
    let mut people_hidden = false;
    let people = &told.user_and_ticket_user_info_vo.ticket_user_info_vo_list;
    let number = told.order_number.get();
    let mut lines = Vec::with_capacity(tickets.len());
    for (at, ticket) in tickets.drain(..).enumerate() {
        let mut ticket = ticket.unwrap_or_else(|| unseen(told, ground, at));
        if told.seats.is_none() {
            let person = people.get(at).and_then(|person| person.id);
            people_hidden |= person.is_none();
            ticket.ticket_user_id =
                person.or_else(|| TicketUserId::new(made_up(number, at))).expect("made-up ids are in range");
        }
        lines.push(ticket);
    }
    let order = OrderLine {
        order_number: told.order_number,
        program_id: ground.hall.program,
        user_id: told.user_id.unwrap_or_else(|| ground.user(account)),
        version: 0,
        status: told.order_status,
        price: told.order_price,
        tickets: lines,
        request_id: None,
        created_at_ms: wall_ms(&told.create_order_time).unwrap_or(0),
        hold_ends_at_ms: 0,
        paid_at_ms: None,
        closed_at_ms: wall_ms(&told.cancel_order_time),
        closing: None,
    };
    Line { order, seats_hidden, people_hidden }
}

/// One entry a ticket; `None` where the order does not say which seat.
fn tickets(told: &OrderDetailTold, places: &HashMap<(u32, u32), SeatView>) -> Vec<Option<TicketLine>> {
    let mut tickets = Vec::new();
    for group in &told.order_ticket_info_vo_list {
        let named: Vec<_> = group.seat_info.split(',').map(place).collect();
        for at in 0..group.quantity.min(crate::domain::program::ORDER_TICKETS_MAX) as usize {
            let seat = named.get(at).copied().flatten().and_then(|place| places.get(&place));
            tickets.push(seat.map(|seat| TicketLine {
                seat_id: seat.id,
                category_id: seat.ticket_category_id,
                row: seat.row_code,
                col: seat.col_code,
                price: group.price,
                ticket_user_id: TicketUserId::new(MADE_UP).expect("it is in range"),
            }));
        }
    }
    tickets
}

/// `12排3列`.
fn place(text: &str) -> Option<(u32, u32)> {
    let (row, rest) = text.trim().split_once('排')?;
    Some((row.trim().parse().ok()?, rest.strip_suffix('列')?.trim().parse().ok()?))
}

/// A ticket whose seat is not told; its category is the one with its price.
fn unseen(told: &OrderDetailTold, ground: &Ground, at: usize) -> TicketLine {
    let mut left = at;
    let group = told.order_ticket_info_vo_list.iter().find(|group| {
        let here = left < group.quantity as usize;
        left = left.saturating_sub(group.quantity as usize);
        here
    });
    let price = group.map_or(Cents(0), |group| group.price);
    let category = ground.hall.categories.iter().find(|category| category.price == price);
    TicketLine {
        seat_id: SeatId::new(made_up(told.order_number.get(), at)).expect("made-up ids are in range"),
        category_id: category.unwrap_or(&ground.hall.categories[0]).id,
        row: 0,
        col: 0,
        price,
        ticket_user_id: TicketUserId::new(MADE_UP).expect("it is in range"),
    }
}

/// The same for the same ticket of the same order, and different from any other's but by a rare chance.
fn made_up(order: u64, at: usize) -> u64 {
    let one_each = order.wrapping_mul(16).wrapping_add(at as u64);
    MADE_UP | (one_each.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 2)
}

/// `yyyy-MM-dd HH:mm:ss` in the original's zone, as ms since 1970.
fn wall_ms(text: &str) -> Option<i64> {
    let (date, time) = text.trim().split_once(' ')?;
    let numbers = |text: &str, mark| text.split(mark).map(|part| part.parse().ok()).collect::<Option<Vec<i64>>>();
    let (date, time) = (numbers(date, '-')?, numbers(time, ':')?);
    let (&[year, month, day], &[hour, minute, second]) = (date.as_slice(), time.as_slice()) else { return None };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(1970..=9999).contains(&year) {
        return None;
    }
    // Days from civil: years begin in March, so that leap days come last.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 - ZONE_MS)
}

/// Each order that a buyer was told, as it was told.
pub(super) fn orders_as_told(ground: &Ground, journal: &Journal) -> Vec<OrderLine> {
    let mut orders: HashMap<OrderNumber, OrderLine> = HashMap::new();
    for told in &journal.told {
        if let Some(number) = told.answer.order() {
            orders.entry(number).or_insert_with(|| order_as_told(ground, journal, told, number));
        }
    }
    for sequel in &journal.sequels {
        if let Some(order) = orders.get_mut(&sequel.order) {
            match sequel.what {
                Later::Paid => order.status = 3,
                Later::Cancelled | Later::Rejected(_) => order.status = 2,
                Later::Created | Later::Pending => {}
            }
        }
    }
    let mut orders: Vec<OrderLine> = orders.into_values().collect();
    orders.sort_unstable_by_key(|order| order.order_number);
    orders
}

fn order_as_told(ground: &Ground, journal: &Journal, told: &Told, number: OrderNumber) -> OrderLine {
    let category = &ground.hall.categories[usize::from(told.category)];
    let ticket = |at: usize| TicketLine {
        seat_id: SeatId::new(made_up(number.get(), at)).expect("made-up ids are in range"),
        category_id: category.id,
        row: 0,
        col: 0,
        price: category.price,
        ticket_user_id: TicketUserId::new(made_up(number.get(), at)).expect("made-up ids are in range"),
    };
    OrderLine {
        order_number: number,
        program_id: ground.hall.program,
        user_id: ground.user(told.account),
        version: 0,
        status: 1,
        price: Cents(category.price.0 * i64::from(told.tickets)),
        tickets: (0..usize::from(told.tickets)).map(ticket).collect(),
        request_id: None,
        created_at_ms: journal.wall_ms(told.answered_us),
        hold_ends_at_ms: 0,
        paid_at_ms: None,
        closed_at_ms: None,
        closing: None,
    }
}

/// The hall of the scenario, with as many seats taken as buyers were told.
pub(super) fn program_as_told(ground: &Ground, journal: &Journal) -> ProgramLine {
    let orders = orders_as_told(ground, journal);
    let taken = |id, status| {
        let tickets = orders.iter().filter(|order| order.status == status).flat_map(|order| &order.tickets);
        tickets.filter(|ticket| ticket.category_id == id).count() as u32
    };
    let categories: Vec<CategoryLine> = (ground.hall.categories.iter())
        .map(|category| {
            let (held, sold) = (taken(category.id, 1), taken(category.id, 3));
            CategoryLine {
                id: category.id,
                name: category.name.clone(),
                price: category.price,
                first_seat: 0,
                total: category.seats,
                available: category.seats.saturating_sub(held + sold),
                held,
                sold,
            }
        })
        .collect();
    let sum = |of: fn(&CategoryLine) -> u32| categories.iter().map(|category| u64::from(of(category))).sum();
    ProgramLine {
        id: ground.hall.program,
        title: ground.hall.title.clone(),
        place: String::new(),
        show_time: String::new(),
        on_sale: true,
        permit_choose_seat: false,
        real_name: false,
        per_order_limit: ground.hall.per_order_limit,
        per_account_limit: ground.hall.per_account_limit,
        total: ground.hall.seats(),
        available: sum(|category| category.available),
        held: sum(|category| category.held),
        sold: sum(|category| category.sold),
        seat_base: 0,
        categories,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_from_the_originals_words() {
        assert_eq!(place("12排3列"), Some((12, 3)));
        assert_eq!(place(" 1排10列 "), Some((1, 10)));
        assert_eq!((place("暂无座位信息"), place(""), place("排列")), (None, None, None));
    }

    #[test]
    fn the_originals_times_are_in_its_own_zone() {
        assert_eq!(wall_ms("1970-01-01 08:00:00"), Some(0));
        assert_eq!(wall_ms("2024-02-29 23:59:59"), Some(1_709_222_399_000));
        assert_eq!(wall_ms("2025-06-20 12:00:00"), Some(1_750_392_000_000));
        assert_eq!((wall_ms(""), wall_ms("2025-06-20"), wall_ms("2025-13-01 00:00:00")), (None, None, None));
    }
}
