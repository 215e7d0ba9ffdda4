//! Where an order is: pending with its position, created, or rejected with the reason. Never silence.
//! Must not answer for an order that is not the asker's.

use super::outcome::Outcome;
use crate::{
    domain::{
        ids::{OrderNumber, ProgramId, UserId},
        order::OrderStatus,
        rejection::Rejection,
    },
    server::{error::Refusal, state::State},
    wire::api::{OrderProgress, OrderState, Reason},
};

/// Where an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// Held and queued, at this place from 1.
    Pending(u64),
    /// Committed, in this status if it was read.
    Created(Option<OrderStatus>),
    /// Will never be.
    Rejected(Rejection),
}

/// Where this user's order is, in wire form.
///
/// # Errors
/// [`Rejection::OrderMissing`] when it is not theirs or was never issued, or a failure.
pub async fn progress(state: &State, user: UserId, order: OrderNumber) -> Result<OrderProgress, Refusal> {
    let progress = look(state, user, order).await?;
    let bare = OrderProgress {
        order_number: order,
        state: OrderState::Pending,
        position: None,
        reason: None,
        order_status: None,
    };
    Ok(match progress {
        Progress::Pending(position) => OrderProgress { position: Some(position), ..bare },
        Progress::Created(status) => {
            OrderProgress { state: OrderState::Created, order_status: status.map(OrderStatus::number), ..bare }
        }
        Progress::Rejected(no) => {
            let reason = Reason { code: no.code(), word: no.word().to_owned(), message: no.english().to_owned() };
            OrderProgress { state: OrderState::Rejected, reason: Some(reason), ..bare }
        }
    })
}

async fn look(state: &State, user: UserId, order: OrderNumber) -> Result<Progress, Refusal> {
    match state.outcomes.get(order) {
        Some((owner, ..)) if owner != user => nobodys(state, user, order),
        Some((_, _, Outcome::Created)) => Ok(Progress::Created(None)),
        Some((_, _, Outcome::Rejected(rejection))) => Ok(Progress::Rejected(rejection)),
        Some((_, program, Outcome::Pending)) => pending(state, program, order).await,
        None => from_ledger(state, user, order).await,
    }
}

/// The original's poll: the number once the order is committed, none while it is pending.
///
/// # Errors
/// The reason once it is rejected; otherwise as [`progress`].
pub async fn cache_poll(state: &State, user: UserId, order: OrderNumber) -> Result<Option<OrderNumber>, Refusal> {
    match state.outcomes.get(order) {
        Some((owner, _, Outcome::Pending)) if owner == user => return Ok(None),
        _ => {}
    }
    match look(state, user, order).await? {
        Progress::Pending(_) => Ok(None),
        Progress::Created(_) => Ok(Some(order)),
        Progress::Rejected(rejection) => Err(rejection.into()),
    }
}

async fn pending(state: &State, program: ProgramId, order: OrderNumber) -> Result<Progress, Refusal> {
    let position = state.inventory.position(program, order).await.ok().flatten();
    // Written between the two looks, or the inventory is being rebuilt: what is remembered decides.
    Ok(match (position, state.outcomes.get(order)) {
        (_, Some((_, _, Outcome::Created))) => Progress::Created(None),
        (_, Some((_, _, Outcome::Rejected(rejection)))) => Progress::Rejected(rejection),
        (position, _) => Progress::Pending(position.unwrap_or(1)),
    })
}

async fn from_ledger(state: &State, user: UserId, order: OrderNumber) -> Result<Progress, Refusal> {
    if let Some(kept) = state.ledger.order(order).await? {
        return if kept.user == user { Ok(Progress::Created(Some(kept.status))) } else { nobodys(state, user, order) };
    }
    match state.ledger.rejection(order).await? {
        Some((owner, rejection)) if owner == user => Ok(Progress::Rejected(rejection)),
        _ => nobodys(state, user, order),
    }
}

/// An order that is not this user's. Whether it is another's or nobody's must not be told: a number that could have
/// been issued to this user was lost, any other is none.
fn nobodys(state: &State, user: UserId, order: OrderNumber) -> Result<Progress, Refusal> {
    if state.numbers.may_have_issued(order, user) {
        Ok(Progress::Rejected(Rejection::Lost))
    } else {
        Err(Rejection::OrderMissing.into())
    }
}
