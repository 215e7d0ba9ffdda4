//! Programs and seats on the original's routes. Anybody may look: a bad token is not refused here.
//! Must not change anything.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    domain::{hold::SeatState, ids::SeatIx, money::Cents, program::Program, rejection::Rejection},
    server::{
        error::{Failure, Refusal},
        handlers::{civil, request::Call, shown},
    },
    wire::program::{CategoryStock, OfProgram, ProgramDetail, ProgramRef, SeatMap, SeatView},
};

/// Halls above this size are drawn on a thread of their own, so that they do not hold up orders.
const DRAWN_IN_PLACE_MAX: u32 = 2_000;

/// `POST /program/detail`.
pub async fn detail(call: Call<ProgramRef>) -> Result<ProgramDetail, Refusal> {
    Ok(shown::program_detail(&*shown::program(&call.state, call.body.id)?))
}

/// `POST /ticket/category/select/list/by/program`: what is left, as it is at this moment.
pub async fn categories(call: Call<OfProgram>) -> Result<Vec<CategoryStock>, Refusal> {
    let program = shown::program(&call.state, call.body.program_id)?;
    let counts = call.state.inventory.counts(program.id).await?;
    let stock = program.hall.categories.iter().map(|category| CategoryStock {
        program_id: program.id,
        id: category.id,
        introduce: category.name.clone(),
        price: category.price,
        total_number: category.seats,
        remain_number: counts.iter().find(|(id, _)| *id == category.id).map_or(0, |(_, counts)| counts.available),
    });
    Ok(stock.collect())
}

/// `POST /seat/relate/info`: every seat and its state, where seats may be picked.
pub async fn seat_map(call: Call<OfProgram>) -> Result<SeatMap, Refusal> {
    let program = shown::program(&call.state, call.body.program_id)?;
    if !program.permit_choose_seat {
        return Err(Rejection::ChooseSeatNotPermitted.into());
    }
    let states = call.state.inventory.seats(program.id).await?;
    if program.hall.seats() <= DRAWN_IN_PLACE_MAX {
        return Ok(drawn(&program, &states));
    }
    let drawing = Arc::clone(&program);
    let drawn = tokio::task::spawn_blocking(move || drawn(&drawing, &states)).await;
    drawn.map_err(|panicked| Failure::Broken(panicked.to_string()).into())
}

fn drawn(program: &Program, states: &[SeatState]) -> SeatMap {
    let prices: BTreeSet<Cents> = program.hall.categories.iter().map(|category| category.price).collect();
    let mut seats: BTreeMap<String, Vec<SeatView>> = BTreeMap::new();
    for category in &program.hall.categories {
        let of_price = seats.entry(category.price.to_string()).or_default();
        for row in &category.rows {
            of_price.extend((0..row.len).filter_map(|at| {
                let seat = SeatIx(row.first_seat.0 + at);
                Some(SeatView {
                    id: program.hall.seat_id(seat),
                    program_id: program.id,
                    ticket_category_id: category.id,
                    row_code: row.row_code,
                    col_code: row.first_col + at,
                    seat_type: 1,
                    price: category.price,
                    sell_status: states.get(seat.0 as usize)?.number(),
                })
            }));
        }
    }
    SeatMap {
        program_id: program.id,
        place: program.place.clone(),
        show_time: program.show_time.clone(),
        show_week_time: civil::weekday(&program.show_time).to_owned(),
        price_list: prices.into_iter().map(|price| price.to_string()).collect(),
        seat_vo_map: seats,
    }
}
