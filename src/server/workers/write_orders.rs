//! v4's second half: takes queued orders, writes them in one commit, answers for those that cannot be.
//! Must not acknowledge an order before it is committed, or rejected on record with its seats given back.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    domain::{hold::QueuedOrder, ids::Millis, order::Order, rejection::Rejection},
    inventory::Unavailable,
    ledger::Recorded,
    server::{
        error::Refusal,
        feed::tape,
        order::{outcome::Outcome, record},
        recovery,
        state::State,
    },
};

/// Writes one batch, waiting up to `wait` for its first order. Returns whether there was one. The caller holds
/// `state.writing`.
///
/// # Errors
/// When inventory or ledger fail. The batch stays queued and comes again; whatever was done is harmless to repeat.
pub async fn step(state: &Arc<State>, wait: Duration) -> Result<bool, Refusal> {
    let batch = state.inventory.next_batch(state.config.batch_max, wait).await?;
    if batch.is_empty() {
        return Ok(false);
    }
    let started = Instant::now();
    let now = state.now();
    let mut writable: Vec<Order> = Vec::with_capacity(batch.len());
    let mut written: Vec<&QueuedOrder> = Vec::with_capacity(batch.len());
    let mut hopeless: Vec<(&QueuedOrder, Rejection)> = Vec::new();
    for queued in &batch {
        match writable_order(state, queued, now) {
            Ok(order) => {
                writable.push(order);
                written.push(queued);
            }
            Err(rejection) => hopeless.push((queued, rejection)),
        }
    }
    let recorded = state.ledger.record_batch(writable).await?;
    for (queued, recorded) in written.into_iter().zip(&recorded) {
        match record::refused(recorded) {
            None => created(state, queued, now),
            Some(rejection) => {
                if matches!(recorded, Recorded::SeatClaimed(_)) {
                    recovery::suspect(state, queued.request.program);
                }
                hopeless.push((queued, rejection));
            }
        }
    }
    for (queued, rejection) in hopeless {
        rejected(state, queued, rejection, now).await?;
    }
    state.inventory.acknowledge(&batch).await?;
    state.metrics.batch_written(batch.len(), started.elapsed());
    Ok(true)
}

/// The order to write, or why it must not be: too old, or its program is gone. One that was written already, before a
/// crash, is written again harmlessly however old it is.
fn writable_order(state: &State, queued: &QueuedOrder, now: Millis) -> Result<Order, Rejection> {
    let request = &queued.request;
    let program = state.catalog.get(request.program).ok_or(Rejection::Lost)?;
    let waited_ms = now.0.saturating_sub(request.created_at.0);
    if i128::from(waited_ms) > i128::try_from(state.config.queue_wait.as_millis()).unwrap_or(i128::MAX) {
        return Err(Rejection::QueueTimeout);
    }
    if queued.seats.iter().any(|&seat| program.hall.place(seat).is_none()) {
        return Err(Rejection::Lost);
    }
    Ok(record::unpaid_order(&program, request, &queued.seats))
}

fn created(state: &State, queued: &QueuedOrder, now: Millis) {
    let request = &queued.request;
    state.expiries.push(request.order, request.program, now.until(request.hold_ends_at));
    state.outcomes.finished(request.order, request.user, request.program, Outcome::Created);
    tape::created(state, request, &queued.seats);
}

/// On record first, then the seats go back, then the poll may say so.
async fn rejected(state: &State, queued: &QueuedOrder, rejection: Rejection, now: Millis) -> Result<(), Refusal> {
    let request = &queued.request;
    state.ledger.reject(request.order, request.program, request.user, rejection, now).await?;
    if state.ledger.order(request.order).await?.is_some() {
        created(state, queued, now);
        return Ok(());
    }
    match state.inventory.undo(request.program, request.order).await {
        Ok(_) => {}
        // A rebuild from the ledger follows, and the ledger has no such order.
        Err(Unavailable::Stale) => recovery::suspect(state, request.program),
        Err(unavailable) => return Err(unavailable.into()),
    }
    state.metrics.rejected(request.version, rejection);
    state.outcomes.finished(request.order, request.user, request.program, Outcome::Rejected(rejection));
    tape::rejected(state, request, &queued.seats, rejection);
    Ok(())
}
