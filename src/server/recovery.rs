//! Back to one truth: after a crash, after an import, and when the inventory comes back emptied or older than the ledger.
//! Must not trust the inventory over the ledger.
//!
//! The way back, per program, with its gate closed: write what is still queued, read the books from the ledger, make
//! the inventory say the same, answer for accepted orders that are in neither.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::{
    domain::{ids::ProgramId, program::Program, rejection::Rejection},
    inventory::{NotDone, RejectedHold, Repairs, Unavailable},
    server::{
        error::{Failure, Refusal},
        gate::{Closure, sale::Alone},
        order::outcome::Outcome,
        state::State,
        workers::write_orders,
    },
};

/// How long a buyer is told to wait while a program is rebuilt.
pub const RETRY_AFTER_S: u32 = 1;

/// Programs whose inventory must be rebuilt.
#[derive(Debug, Default)]
pub struct Suspects {
    programs: Mutex<BTreeSet<ProgramId>>,
}

impl Suspects {
    /// Takes all of them.
    #[must_use]
    pub fn take(&self) -> BTreeSet<ProgramId> {
        std::mem::take(&mut self.programs.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns whether that is news.
    fn add(&self, program: ProgramId) -> bool {
        self.programs.lock().unwrap_or_else(PoisonError::into_inner).insert(program)
    }
}

/// What an inventory's "not done" means to a buyer. An inventory that is stale, or that left open what it did, is noticed
/// here, and its rebuilding asked for: whoever comes meanwhile is sent away before anything is done.
pub fn noticed(state: &State, program: ProgramId, not_done: NotDone) -> Refusal {
    match not_done {
        NotDone::Rejected(RejectedHold(rejection)) => rejection.into(),
        NotDone::Unavailable(Unavailable::Stale) => {
            suspect(state, program);
            Failure::Rebuilding { retry_after_s: RETRY_AFTER_S }.into()
        }
        NotDone::Unavailable(unavailable) => {
            if matches!(unavailable, Unavailable::Unreachable(_)) {
                // It may have been done, or be done at any time from now on: a rebuild makes it void.
                suspect(state, program);
            }
            unavailable.into()
        }
    }
}

/// This program's inventory must be rebuilt: nobody buys until the worker has done it.
pub fn suspect(state: &State, program: ProgramId) {
    state.sale_gates.close(program);
    if state.suspects.add(program) {
        let words = format!("the inventory of program {program} is not to be trusted: it is rebuilt from the ledger");
        state.log.warn(state.now(), words);
    }
}

/// Rebuilds one program, with its gate closed until it is done. On failure the gate stays closed and the program
/// stays suspect.
///
/// # Errors
/// When inventory or ledger fail.
pub async fn rebuild(state: &Arc<State>, program: &Program) -> Result<Repairs, Refusal> {
    let alone = state.sale_gates.alone(program.id, Closure::Rebuilding).await;
    let rebuilt = rebuild_alone(state, program).await;
    leave(state, program.id, alone, rebuilt)
}

/// Opens the gate after work that was alone inside, or has the program rebuilt when that work failed.
fn leave<T>(state: &State, program: ProgramId, alone: Alone, done: Result<T, Refusal>) -> Result<T, Refusal> {
    drop(alone);
    match &done {
        Ok(_) => state.sale_gates.open(program),
        Err(_) => suspect(state, program),
    }
    done
}

async fn rebuild_alone(state: &Arc<State>, program: &Program) -> Result<Repairs, Refusal> {
    drain(state, Some(program.id)).await?;
    let books = state.ledger.books(program.id).await?;
    let repairs = state.inventory.rebuild(program, &books).await?;
    answer_for_lost(state, program.id).await?;
    Ok(repairs)
}

/// Writes or rejects what is queued of this program, and of others where they stand before it; or all that is queued.
async fn drain(state: &Arc<State>, program: Option<ProgramId>) -> Result<(), Refusal> {
    let _one_writer = state.writing.lock().await;
    let batches = state.inventory.queue_depth(None).await? / state.config.batch_max as u64 + 1;
    for _ in 0..batches {
        // A stale inventory cannot say how much of this program is queued: then all that is queued now is written.
        let done = state.inventory.queue_depth(program).await == Ok(0);
        if done || !write_orders::step(state, Duration::ZERO).await? {
            break;
        }
    }
    Ok(())
}

/// Accepted orders that are neither written nor queued are lost: says so, on record.
async fn answer_for_lost(state: &Arc<State>, program: ProgramId) -> Result<(), Refusal> {
    for (order, user) in state.outcomes.pending_of(program) {
        let outcome = if state.ledger.order(order).await?.is_some() {
            Outcome::Created
        } else {
            state.ledger.reject(order, program, user, Rejection::Lost, state.now()).await?;
            state.log.warn(state.now(), format!("order {order} of program {program} was accepted and is lost"));
            Outcome::Rejected(Rejection::Lost)
        };
        state.outcomes.finished(order, user, program, outcome);
    }
    Ok(())
}

/// Makes the inventory of a program that was just added. The catalogue gets it afterwards, so that nobody asks for
/// what is not there yet.
///
/// # Errors
/// When inventory or ledger fail.
pub async fn bring_into_sale(state: &Arc<State>, program: &Arc<Program>) -> Result<(), Refusal> {
    rebuild(state, program).await.map(|_| ())
}

/// Removes all orders of a program and frees its seats.
///
/// # Errors
/// [`Rejection::ProgramMissing`], or a failure.
pub async fn reset_program(state: &Arc<State>, id: ProgramId) -> Result<(), Refusal> {
    let program = state.catalog.get(id).ok_or(Rejection::ProgramMissing)?;
    let alone = state.sale_gates.alone(id, Closure::Rebuilding).await;
    let reset = reset_alone(state, &program).await;
    leave(state, id, alone, reset)
}

async fn reset_alone(state: &Arc<State>, program: &Program) -> Result<(), Refusal> {
    drain(state, Some(program.id)).await?;
    state.ledger.reset_program(program.id).await?;
    state.outcomes.forget(program.id);
    let books = state.ledger.books(program.id).await?;
    state.inventory.rebuild(program, &books).await?;
    Ok(())
}

/// At start: writes what a crash left in the queue, rebuilds every program, picks the holds up again. Tells what it
/// repaired, a line each. Nobody is served yet, so no gate is closed, and the ledger is read once for all programs.
///
/// # Errors
/// When inventory or ledger fail.
pub async fn start(state: &Arc<State>, report: &mut (dyn FnMut(String) + Send)) -> Result<(), Refusal> {
    let programs = state.ledger.programs().await?;
    let queued = state.inventory.queue_depth(None).await?;
    for program in programs {
        state.catalog.put(Arc::new(program));
    }
    if queued > 0 {
        report(format!("recovering: {queued} queued orders are written or given back"));
    }
    drain(state, None).await?;
    let mut books = state.ledger.all_books().await?;
    let (mut seats, mut programs) = (0_u64, 0_u64);
    for program in state.catalog.all() {
        let of_program = books.remove(&program.id).unwrap_or_default();
        let repairs = state.inventory.rebuild(&program, &of_program).await?;
        state.sale_gates.open(program.id);
        seats += u64::from(program.hall.seats());
        programs += 1;
        describe(&program, &repairs).into_iter().for_each(&mut *report);
    }
    // What draining found stale has just been rebuilt.
    drop(state.suspects.take());
    let now = state.now();
    let unpaid = state.ledger.unpaid().await?;
    report(format!("ready: {programs} programs, {seats} seats, {} unpaid orders", unpaid.len()));
    for (order, program, end) in unpaid {
        state.expiries.push(order, program, now.until(end));
    }
    Ok(())
}

/// What a rebuild put right, in words; nothing for an inventory that was empty, as every in-process one is at start.
#[must_use]
pub fn describe(program: &Program, repairs: &Repairs) -> Option<String> {
    let Repairs { seats_freed, seats_restored, seats_restated, was_empty } = *repairs;
    if was_empty || seats_freed + seats_restored + seats_restated == 0 {
        return None;
    }
    Some(format!(
        "recovered: program {} ({}): {seats_freed} seats freed, {seats_restored} taken back for their orders, \
         {seats_restated} set from held to sold or back",
        program.id, program.title,
    ))
}
