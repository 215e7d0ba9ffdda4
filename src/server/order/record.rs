//! The steps that versions share: hold, read-decide-write, write into the ledger, answer a repeat.
//! Must not differ by version.

use std::{sync::Arc, time::Duration};

use super::Numbered;
use crate::{
    domain::{
        hold::{Choice, Held, HoldRequest},
        ids::{OrderNumber, ProgramId, SeatIx},
        order::{Order, OrderStatus, Ticket},
        program::Program,
        rejection::Rejection,
    },
    inventory::{LockGuard, LockName, NotDone},
    ledger::{LedgerFailure, Recorded},
    server::{
        error::{Failure, Refusal},
        feed::tape,
        order::settle,
        recovery,
        state::State,
    },
};

/// How often v1 and v2 read again when a seat they chose was taken meanwhile: only a buyer of another version, or a
/// lost lock, can do that.
const READS_MAX: u32 = 16;
/// How long a repeated request waits for the first one's order to be written (v4 queue).
const REPEAT_WAIT: Duration = Duration::from_secs(5);
const REPEAT_LOOK_EVERY: Duration = Duration::from_millis(20);

/// The atomic step, with an inventory noticed that is stale or left it open.
///
/// # Errors
/// A rejection, or a failure.
pub async fn hold(state: &Arc<State>, request: HoldRequest) -> Result<Held, Refusal> {
    let program = request.program;
    state.inventory.hold(request).await.map_err(|not_done| recovery::noticed(state, program, not_done))
}

/// Takes the locks of v1 and v2. Stops waiting for them when the program is to be rebuilt: a lock that Redis kept or
/// brought back may have no owner any more, and the rebuild removes it.
///
/// # Errors
/// [`Rejection::Busy`] when they were not free in time, or a failure; nothing is held then.
pub async fn lock(state: &Arc<State>, program: ProgramId, names: &[LockName]) -> Result<Vec<LockGuard>, Refusal> {
    tokio::select! {
        locked = state.inventory.lock(names, state.config.lock_wait) => {
            locked.map_err(|unavailable| recovery::noticed(state, program, unavailable.into()))
        }
        closed = state.sale_gates.closed(program) => Err(closed.into()),
    }
}

/// v1 and v2: read what is free, decide, write on the condition that it is still free.
///
/// # Errors
/// A rejection, or a failure.
pub async fn read_decide_write(state: &Arc<State>, order: &Numbered) -> Result<OrderNumber, Refusal> {
    for _ in 0..READS_MAX {
        let decided = decide(state, order).await?;
        match hold(state, order.hold_request(decided)).await {
            Ok(Held::Seats(seats)) => return write_down(state, order, &seats).await,
            Ok(Held::Repeat(earlier)) => return answer_repeat(state, order.sale.program.id, earlier).await,
            Err(Refusal::Rejected(Rejection::SeatHeld | Rejection::SeatSold)) if !is_picked(order) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Err(Failure::Overloaded { retry_after_s: 1 }.into())
}

fn is_picked(order: &Numbered) -> bool {
    matches!(order.sale.choice, Choice::Picked(_))
}

/// Reads, and names the seats to write. With an idempotency key, a "no" from reading is left to the atomic step, which
/// looks at the key first: a repeat of the order that took the last seats must not be told "sold out".
async fn decide(state: &Arc<State>, order: &Numbered) -> Result<Choice, Refusal> {
    let program = order.sale.program.id;
    let Choice::Best { category, count, fallback } = order.sale.choice else {
        return Ok(order.sale.choice.clone());
    };
    match state.inventory.choose(program, category, count, fallback).await {
        Ok(seats) => Ok(Choice::Picked(seats)),
        Err(NotDone::Rejected(_)) if order.sale.request.is_some() => Ok(order.sale.choice.clone()),
        Err(not_done) => Err(recovery::noticed(state, program, not_done)),
    }
}

/// Writes a held order into the ledger, and takes the hold back when the ledger says no. When the ledger fails in the
/// middle, the order may exist: then the hold stays until the ledger says which.
///
/// # Errors
/// A rejection, or a failure.
pub async fn write_down(state: &Arc<State>, order: &Numbered, seats: &[SeatIx]) -> Result<OrderNumber, Refusal> {
    let request = order.hold_request(Choice::Picked(seats.to_vec()));
    let program = &order.sale.program;
    let recorded = match state.ledger.record(unpaid_order(program, &request, seats)).await {
        Ok(recorded) => recorded,
        Err(failure) => {
            match failure {
                LedgerFailure::Busy | LedgerFailure::Unusable(_) => {
                    settle::undo(state, program.id, order.number).await;
                }
                LedgerFailure::Sqlite(_) | LedgerFailure::Closed => {
                    settle::doubt(state, program.id, order.number, order.sale.user);
                }
            }
            return Err(failure.into());
        }
    };
    match refused(&recorded) {
        None => {
            state.expiries.push(order.number, program.id, state.config.hold);
            tape::created(state, &request, seats);
            Ok(order.number)
        }
        Some(rejection) => {
            settle::undo(state, program.id, order.number).await;
            if matches!(recorded, Recorded::SeatClaimed(_)) {
                recovery::suspect(state, program.id);
            }
            Err(rejection.into())
        }
    }
}

/// The answer to a request whose key was used before: its order, once that is committed.
///
/// # Errors
/// [`Rejection::Busy`] when the first request has not come to an order (yet): try again.
pub async fn answer_repeat(
    state: &Arc<State>,
    program: ProgramId,
    earlier: OrderNumber,
) -> Result<OrderNumber, Refusal> {
    state.flights.landed(earlier).await;
    let limit = tokio::time::Instant::now() + REPEAT_WAIT;
    loop {
        if state.ledger.order(earlier).await?.is_some() {
            return Ok(earlier);
        }
        if !state.outcomes.is_pending(earlier) || tokio::time::Instant::now() >= limit {
            return Err(Rejection::Busy.into());
        }
        tokio::select! {
            () = tokio::time::sleep(REPEAT_LOOK_EVERY) => {}
            // The rebuild says what became of it.
            closed = state.sale_gates.closed(program) => return Err(closed.into()),
        }
    }
}

/// v4's answer to a request whose key was used before: its order, once that is queued or committed.
///
/// # Errors
/// [`Rejection::Busy`] when the first request has not come to an order: try again.
pub async fn accept_repeat(
    state: &Arc<State>,
    program: ProgramId,
    earlier: OrderNumber,
) -> Result<OrderNumber, Refusal> {
    state.flights.landed(earlier).await;
    // In the order in which an order moves on, so that it cannot pass by between two looks.
    let accepted = state.outcomes.is_pending(earlier)
        || state.inventory.position(program, earlier).await?.is_some()
        || state.ledger.order(earlier).await?.is_some();
    if accepted { Ok(earlier) } else { Err(Rejection::Busy.into()) }
}

/// What the ledger's "no" means to the buyer; `None` when the order is committed.
#[must_use]
pub const fn refused(recorded: &Recorded) -> Option<Rejection> {
    match recorded {
        Recorded::Created | Recorded::Already => None,
        Recorded::SeatClaimed(_) => Some(Rejection::SeatHeld),
        Recorded::NameTaken(_) => Some(Rejection::NameLimit),
        Recorded::KeyTaken(_) => Some(Rejection::KeyReused),
        Recorded::WasRejected(rejection) => Some(*rejection),
    }
}

/// A held request as the unpaid order it becomes. Prices are the server's.
///
/// # Panics
/// When a held seat is not in the program's hall, which the inventory rules out.
#[must_use]
pub fn unpaid_order(program: &Program, request: &HoldRequest, seats: &[SeatIx]) -> Order {
    let tickets = seats.iter().zip(&request.ticket_users).map(|(&seat, &ticket_user)| {
        let place = program.hall.place(seat).expect("the inventory holds seats of this hall only");
        Ticket { seat, category: place.category, ticket_user, price: place.price }
    });
    Order {
        number: request.order,
        program: program.id,
        user: request.user,
        version: request.version,
        status: OrderStatus::Unpaid,
        tickets: tickets.collect(),
        request: request.request.clone(),
        real_name: request.real_name,
        created_at: request.created_at,
        hold_ends_at: request.hold_ends_at,
        paid_at: None,
        closed_at: None,
        closing: None,
    }
}
