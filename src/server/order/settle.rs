//! How an order ends: cancelled, expired, paid, refunded, undone. The ledger's compare-and-set decides, then the inventory follows.
//! Must not change the inventory for an order whose ledger step did not happen.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{
    domain::{
        hold::Release,
        ids::{OrderNumber, ProgramId, SeatIx, UserId},
        order::{Closing, Order, OrderStatus},
        rejection::Rejection,
    },
    inventory::Unavailable,
    ledger::{Closed, LedgerFailure, Paid, Payment, Refunded},
    server::{error::Refusal, feed::tape, finish::to_the_end, recovery, state::State},
    wire::feed::Happening,
};

/// An inventory step that could not be done yet. The ledger has decided, so it is tried again until it is done, or
/// until a rebuild makes it needless.
#[derive(Debug, Clone)]
pub enum Unsettled {
    /// Give these seats back.
    Release(Release),
    /// These held seats are sold.
    Confirm(ProgramId, OrderNumber, Vec<SeatIx>),
    /// This order never came to be.
    Undo(ProgramId, OrderNumber),
    /// The ledger failed while it wrote this order of this user: ask it what became of it, then follow.
    Doubt(ProgramId, OrderNumber, UserId),
}

/// Steps to try again.
#[derive(Debug, Default)]
pub struct UnsettledSteps {
    steps: Mutex<Vec<Unsettled>>,
    /// Held while steps are tried, so that "none are left" is not said in the middle.
    trying: tokio::sync::Mutex<()>,
}

impl UnsettledSteps {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn push(&self, step: Unsettled) {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).push(step);
    }

    fn take(&self) -> Vec<Unsettled> {
        std::mem::take(&mut self.steps.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Tries the steps that could not be done. Returns whether there were any.
pub async fn try_again(state: &Arc<State>) -> bool {
    let shared = Arc::clone(state);
    // A step that was taken and not done would be forgotten.
    to_the_end(async move {
        let _one_at_a_time = shared.unsettled.trying.lock().await;
        let steps = shared.unsettled.take();
        let any = !steps.is_empty();
        for step in steps {
            apply(&shared, step).await;
        }
        any
    })
    .await
}

/// Cancels an unpaid order: for its owner when one is named, else for an operator.
///
/// # Errors
/// [`Rejection::OrderMissing`] also when it is another's, [`Rejection::OrderNotUnpaid`], or a failure.
pub async fn cancel(
    state: &Arc<State>,
    number: OrderNumber,
    owner: Option<UserId>,
    closing: Closing,
) -> Result<(), Refusal> {
    let order = state.ledger.order(number).await?.ok_or(Rejection::OrderMissing)?;
    if owner.is_some_and(|owner| owner != order.user) {
        return Err(Rejection::OrderMissing.into());
    }
    let shared = Arc::clone(state);
    to_the_end(async move {
        let _pass = shared.sale_gates.wait_in(order.program).await;
        let closed = shared.ledger.close_order(number, closing, shared.now()).await;
        let closed = closed.inspect_err(|_| doubt(&shared, order.program, number, order.user))?;
        follow_closed(&shared, order.program, number, closed).await
    })
    .await
}

async fn follow_closed(
    state: &Arc<State>,
    program: ProgramId,
    number: OrderNumber,
    closed: Closed,
) -> Result<(), Refusal> {
    match closed {
        Closed::Now(order) => {
            apply(state, Unsettled::Release(release_of(&order))).await;
            tape::ended(state, Happening::Cancelled, &order);
            Ok(())
        }
        Closed::Not(_) => Err(Rejection::OrderNotUnpaid.into()),
        Closed::Missing => {
            tracing::debug!(%program, %number, "an order to close was gone");
            Err(Rejection::OrderMissing.into())
        }
    }
}

/// Ends the holds of one program that are over. Returns how many orders were cancelled by it.
///
/// # Errors
/// When the ledger fails; nothing was changed then.
pub async fn expire(state: &Arc<State>, program: ProgramId, numbers: &[OrderNumber]) -> Result<usize, Refusal> {
    let _pass = state.sale_gates.wait_in(program).await;
    let closed = state.ledger.close_orders(numbers.to_vec(), Closing::Expired, state.now()).await?;
    let mut expired = 0;
    for (&number, closed) in numbers.iter().zip(closed) {
        match closed {
            Closed::Now(order) => {
                apply(state, Unsettled::Release(release_of(&order))).await;
                tape::ended(state, Happening::Expired, &order);
                expired += 1;
            }
            Closed::Not(_) => {}
            Closed::Missing => apply(state, Unsettled::Undo(program, number)).await,
        }
    }
    Ok(expired)
}

/// Takes a verified payment. One of paying and expiring wins, by the ledger's compare-and-set.
///
/// # Errors
/// A failure; business outcomes are in [`Paid`].
pub async fn pay(state: &Arc<State>, payment: Payment) -> Result<Paid, Refusal> {
    let Some(order) = state.ledger.order(payment.order).await? else { return Ok(Paid::Missing) };
    let shared = Arc::clone(state);
    to_the_end(async move {
        let _pass = shared.sale_gates.wait_in(order.program).await;
        let paid = shared.ledger.pay(payment, shared.now()).await;
        let paid = paid.inspect_err(|_| doubt(&shared, order.program, order.number, order.user))?;
        match &paid {
            Paid::Now(order) => {
                apply(&shared, Unsettled::Confirm(order.program, order.number, order.seats())).await;
                tape::ended(&shared, Happening::Paid, order);
            }
            Paid::LateRefunded(order) => tape::ended(&shared, Happening::Refunded, order),
            Paid::Already(_) | Paid::WrongAmount | Paid::NoBill | Paid::Missing => {}
        }
        Ok(paid)
    })
    .await
}

/// Refunds a paid order, for an operator: its money goes back on record, its seats are free.
///
/// # Errors
/// [`Rejection::OrderMissing`], [`Rejection::OrderRefunded`] when that was done before, [`Rejection::OrderNotPaid`], or a
/// failure.
pub async fn refund(state: &Arc<State>, number: OrderNumber) -> Result<(), Refusal> {
    let order = state.ledger.order(number).await?.ok_or(Rejection::OrderMissing)?;
    let shared = Arc::clone(state);
    to_the_end(async move {
        let _pass = shared.sale_gates.wait_in(order.program).await;
        let refunded = shared.ledger.refund_order(number, shared.now()).await;
        let refunded = refunded.inspect_err(|_| doubt(&shared, order.program, number, order.user))?;
        follow_refunded(&shared, refunded).await
    })
    .await
}

async fn follow_refunded(state: &Arc<State>, refunded: Refunded) -> Result<(), Refusal> {
    match refunded {
        Refunded::Now(order) => {
            apply(state, Unsettled::Release(release_of(&order))).await;
            tape::ended(state, Happening::Refunded, &order);
            Ok(())
        }
        Refunded::Not(OrderStatus::Refunded) => Err(Rejection::OrderRefunded.into()),
        Refunded::Not(_) => Err(Rejection::OrderNotPaid.into()),
        Refunded::Missing => Err(Rejection::OrderMissing.into()),
    }
}

/// The order never came to be: what it holds goes back, now or as soon as the inventory answers.
pub async fn undo(state: &Arc<State>, program: ProgramId, number: OrderNumber) {
    apply(state, Unsettled::Undo(program, number)).await;
}

/// The ledger failed while it changed this order: what it holds stays as it is until the ledger says what became of it.
pub fn doubt(state: &State, program: ProgramId, number: OrderNumber, user: UserId) {
    state.unsettled.push(Unsettled::Doubt(program, number, user));
}

/// Does an inventory step, or keeps it for later. A stale inventory is rebuilt from the ledger, which has it already.
pub async fn apply(state: &Arc<State>, step: Unsettled) {
    let step = match step {
        Unsettled::Doubt(program, number, user) => match what_became_of(state, program, number, user).await {
            Ok(Some(step)) => step,
            Ok(None) => return,
            Err(failure) => {
                tracing::debug!(%program, %number, %failure, "the ledger has still not said what became of an order");
                state.unsettled.push(step);
                return;
            }
        },
        step => step,
    };
    let (program, done) = match &step {
        Unsettled::Release(release) => (release.program, state.inventory.release(release).await),
        Unsettled::Confirm(program, order, seats) => (*program, state.inventory.confirm(*program, *order, seats).await),
        Unsettled::Undo(program, order) | Unsettled::Doubt(program, order, _) => {
            (*program, state.inventory.undo(*program, *order).await)
        }
    };
    match done {
        Ok(_) => {}
        Err(Unavailable::Stale) => recovery::suspect(state, program),
        Err(unavailable) => {
            tracing::debug!(%program, %unavailable, "an inventory step is kept for later");
            state.unsettled.push(step);
        }
    }
}

/// The inventory step that follows from what the ledger has of an order, if any.
async fn what_became_of(
    state: &State,
    program: ProgramId,
    number: OrderNumber,
    user: UserId,
) -> Result<Option<Unsettled>, LedgerFailure> {
    // Does nothing if the order exists. Once it is committed, one that does not exist never will.
    state.ledger.reject(number, program, user, Rejection::Lost, state.now()).await?;
    let Some(order) = state.ledger.order(number).await? else { return Ok(Some(Unsettled::Undo(program, number))) };
    Ok(match order.status {
        OrderStatus::Unpaid => {
            state.expiries.push(number, program, state.now().until(order.hold_ends_at));
            None
        }
        OrderStatus::Paid => Some(Unsettled::Confirm(program, number, order.seats())),
        OrderStatus::Cancelled | OrderStatus::Refunded => Some(Unsettled::Release(release_of(&order))),
    })
}

/// What an order gives back.
#[must_use]
pub fn release_of(order: &Order) -> Release {
    Release {
        program: order.program,
        order: order.number,
        user: order.user,
        seats: order.seats(),
        ticket_users: order.tickets.iter().map(|t| t.ticket_user).collect(),
    }
}
