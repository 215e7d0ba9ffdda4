//! Programs and orders as the wire shows them.
//! Must not leave a name or a document number unmasked.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Serialize, Serializer};

use crate::{
    domain::{
        hold::Counts,
        ids::{CategoryId, Millis, OrderNumber, ProgramId, TicketUserId, UserId},
        money::Cents,
        order::Order,
        program::Program,
        rejection::Rejection,
    },
    ledger::{TicketUser, User},
    server::{
        account::mask,
        error::{Failure, Refusal},
        handlers::civil,
        state::State,
    },
    wire::{
        account::TicketUserView,
        admin::{CategoryLine, MaskedBuyer, OrderLine, ProgramLine, TicketLine},
        order::{OrderDetail, OrderSummary, PeopleOfOrder, TicketGroup, TicketSeat, UserInfo},
        program::{CategoryBrief, ProgramDetail},
    },
};

/// An order number as the data of an envelope: text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number(pub OrderNumber);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A program that an order names.
///
/// # Errors
/// A failure when it is not in the catalog: no program is ever taken out.
pub fn program_of(state: &State, id: ProgramId) -> Result<Arc<Program>, Refusal> {
    state
        .catalog
        .get(id)
        .ok_or_else(|| Failure::Broken(format!("program {id} of an order is not in the catalog")).into())
}

/// A program that a request names.
///
/// # Errors
/// [`Rejection::ProgramMissing`].
pub fn program(state: &State, id: ProgramId) -> Result<Arc<Program>, Refusal> {
    state.catalog.get(id).ok_or_else(|| Rejection::ProgramMissing.into())
}

/// `/program/detail`.
#[must_use]
pub fn program_detail(program: &Program) -> ProgramDetail {
    let brief = program.hall.categories.iter();
    ProgramDetail {
        id: program.id,
        title: program.title.clone(),
        actor: program.actor.clone(),
        place: program.place.clone(),
        item_picture: String::new(),
        area_name: program.area.clone(),
        program_category_name: program.category.clone(),
        show_time: program.show_time.clone(),
        show_week_time: civil::weekday(&program.show_time).to_owned(),
        pre_sell: 0,
        permit_choose_seat: u8::from(program.permit_choose_seat),
        permit_refund: 0,
        rel_name_ticket_entrance: u8::from(program.real_name),
        per_order_limit_purchase_count: program.per_order_limit,
        per_account_limit_purchase_count: program.per_account_limit,
        ticket_category_vo_list: brief
            .map(|category| CategoryBrief { id: category.id, introduce: category.name.clone(), price: category.price })
            .collect(),
    }
}

/// A program for an operator.
#[must_use]
pub fn program_line(program: &Program, counts: &[(CategoryId, Counts)], now: Millis) -> ProgramLine {
    let categories = program.hall.categories.iter().map(|category| {
        let counts =
            counts.iter().find(|(id, _)| *id == category.id).map_or_else(Counts::default, |(_, counts)| *counts);
        CategoryLine {
            id: category.id,
            name: category.name.clone(),
            price: category.price,
            first_seat: category.first_seat.0,
            total: category.seats,
            available: counts.available,
            held: counts.held,
            sold: counts.sold,
        }
    });
    let categories: Vec<_> = categories.collect();
    let sum = |of: fn(&CategoryLine) -> u32| categories.iter().map(|category| u64::from(of(category))).sum();
    ProgramLine {
        id: program.id,
        title: program.title.clone(),
        place: program.place.clone(),
        show_time: program.show_time.clone(),
        on_sale: program.sale.is_open(now),
        permit_choose_seat: program.permit_choose_seat,
        real_name: program.real_name,
        per_order_limit: program.per_order_limit,
        per_account_limit: program.per_account_limit,
        total: sum(|category| category.total),
        available: sum(|category| category.available),
        held: sum(|category| category.held),
        sold: sum(|category| category.sold),
        seat_base: program.hall.seat_base,
        categories,
    }
}

/// An entry of `/order/select/list`.
#[must_use]
pub fn order_summary(order: &Order, program: &Program) -> OrderSummary {
    OrderSummary {
        order_number: order.number,
        program_id: order.program,
        program_item_picture: String::new(),
        program_title: program.title.clone(),
        program_place: program.place.clone(),
        program_show_time: program.show_time.clone(),
        ticket_count: tickets(order.tickets.len()),
        order_price: order.price(),
        order_status: order.status.number(),
        create_order_time: civil::date_time(order.created_at),
    }
}

/// `/order/get`.
///
/// # Errors
/// A failure when a seat of the order is not in the hall.
pub fn order_detail(
    order: &Order,
    program: &Program,
    user: Option<&User>,
    people: &[TicketUser],
) -> Result<OrderDetail, Refusal> {
    let seats = ticket_seats(order, program)?;
    let people = order.tickets.iter().map(|ticket| person(order.user, ticket.ticket_user, people)).collect();
    Ok(OrderDetail {
        order_number: order.number,
        program_id: order.program,
        user_id: order.user,
        program_item_picture: String::new(),
        program_title: program.title.clone(),
        program_place: program.place.clone(),
        program_show_time: program.show_time.clone(),
        distribution_mode: "电子票".to_owned(),
        take_ticket_mode: "请使用购票人身份证直接入场".to_owned(),
        order_price: order.price(),
        order_status: order.status.number(),
        create_order_time: civil::date_time(order.created_at),
        cancel_order_time: civil::date_time_or_empty(order.closed_at),
        pay_order_time: civil::date_time_or_empty(order.paid_at),
        order_ticket_info_vo_list: groups(&seats, program),
        user_and_ticket_user_info_vo: PeopleOfOrder {
            user_info_vo: UserInfo {
                name: user.map(|user| user.name.clone()).unwrap_or_default(),
                mobile: user.map(|user| mask::mobile(&user.mobile)).unwrap_or_default(),
            },
            ticket_user_info_vo_list: people,
        },
        seats,
    })
}

fn ticket_seats(order: &Order, program: &Program) -> Result<Vec<TicketSeat>, Refusal> {
    let seats = order.tickets.iter().map(|ticket| {
        let place = program.hall.place(ticket.seat).ok_or_else(|| {
            Failure::Broken(format!("order {} has a seat that its hall has not: {}", order.number, ticket.seat.0))
        })?;
        Ok(TicketSeat {
            seat_id: program.hall.seat_id(ticket.seat),
            ticket_category_id: ticket.category,
            row_code: place.row_code,
            col_code: place.col_code,
            price: ticket.price,
            ticket_user_id: ticket.ticket_user,
        })
    });
    seats.collect()
}

/// Tickets by price, dearest last.
fn groups(seats: &[TicketSeat], program: &Program) -> Vec<TicketGroup> {
    let mut by_price: BTreeMap<Cents, Vec<&TicketSeat>> = BTreeMap::new();
    for seat in seats {
        by_price.entry(seat.price).or_default().push(seat);
    }
    let groups = by_price.into_iter().map(|(price, seats)| {
        let places: Vec<_> = seats.iter().map(|seat| format!("{}排{}列", seat.row_code, seat.col_code)).collect();
        TicketGroup {
            seat_info: if program.permit_choose_seat { places.join(",") } else { "暂无座位信息".to_owned() },
            price,
            quantity: tickets(seats.len()),
            favourable_price: String::new(),
            rel_price: seats.iter().map(|seat| seat.price).sum(),
        }
    });
    groups.collect()
}

fn person(user: UserId, id: TicketUserId, people: &[TicketUser]) -> TicketUserView {
    match people.iter().find(|person| person.id == id) {
        Some(person) => ticket_user(person),
        None => TicketUserView { id, user_id: user, rel_name: String::new(), id_type: 1, id_number: String::new() },
    }
}

/// A person on an account's list, masked.
#[must_use]
pub fn ticket_user(person: &TicketUser) -> TicketUserView {
    TicketUserView {
        id: person.id,
        user_id: person.user,
        rel_name: mask::name(&person.name),
        id_type: person.id_type,
        id_number: mask::document(&person.id_number),
    }
}

/// An account for an operator who looks at one of its orders.
#[must_use]
pub fn masked_buyer(user: &User) -> MaskedBuyer {
    MaskedBuyer { user_id: user.id, name: mask::name(&user.name), mobile: mask::mobile(&user.mobile) }
}

/// An order for an operator.
///
/// # Errors
/// A failure when a seat of the order is not in the hall.
pub fn order_line(order: &Order, program: &Program) -> Result<OrderLine, Refusal> {
    let tickets = ticket_seats(order, program)?.into_iter().map(|seat| TicketLine {
        seat_id: seat.seat_id,
        category_id: seat.ticket_category_id,
        row: seat.row_code,
        col: seat.col_code,
        price: seat.price,
        ticket_user_id: seat.ticket_user_id,
    });
    Ok(OrderLine {
        order_number: order.number,
        program_id: order.program,
        user_id: order.user,
        version: order.version.number(),
        status: order.status.number(),
        price: order.price(),
        tickets: tickets.collect(),
        request_id: order.request.as_ref().map(|request| request.key.to_string()),
        created_at_ms: order.created_at.0,
        hold_ends_at_ms: order.hold_ends_at.0,
        paid_at_ms: order.paid_at.map(|moment| moment.0),
        closed_at_ms: order.closed_at.map(|moment| moment.0),
        closing: order.closing.map(|closing| closing.word().to_owned()),
    })
}

fn tickets(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
