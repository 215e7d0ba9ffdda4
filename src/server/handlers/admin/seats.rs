//! One seat for operators: its state, and the order and account that have it.
//! Must not tell who sits there by more than a masked name.

use axum::Json;

use crate::{
    domain::ids::SeatId,
    server::{
        error::{Failure, Trouble},
        handlers::{request::Ask, shown},
    },
    wire::admin::SeatDetail,
};

/// `GET /api/v1/admin/seats/{seatId}`. State and order are read one after the other: while somebody buys the seat, they may
/// be of two instants.
pub async fn show(ask: Ask) -> Result<Json<SeatDetail>, Trouble> {
    let (id, state): (SeatId, _) = (ask.id()?, &ask.state);
    let Some((program, seat)) = state.catalog.seat(id) else {
        return Err(Trouble::nothing_there("no program has a seat with this id"));
    };
    let broken = || Failure::Broken(format!("seat {id} is not in the hall of program {}", program.id));
    let place = program.hall.place(seat).ok_or_else(broken)?;
    let states = state.inventory.seats(program.id).await?;
    let now = states.get(seat.0 as usize).ok_or_else(broken)?;
    let order = state.ledger.seat_owner(id).await?;
    let buyer = match &order {
        Some(order) => state.ledger.user(order.user).await?,
        None => None,
    };
    Ok(Json(SeatDetail {
        seat_id: id,
        program_id: program.id,
        category_id: place.category,
        row: place.row_code,
        col: place.col_code,
        price: place.price,
        state: now.number(),
        order: order.map(|order| shown::order_line(&order, &program)).transpose()?,
        buyer: buyer.as_ref().map(shown::masked_buyer),
    }))
}
