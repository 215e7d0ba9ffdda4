//! What goes on without a request: writing queued orders, ending holds, rebuilding, trying again.
//! Must not hold a rule: each worker is a `step` that says whether it worked, and the loop around it.

pub mod expire_holds;
pub mod write_orders;

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinSet};

use crate::{
    domain::ids::ProgramId,
    inventory::Unavailable,
    server::{error::Refusal, order::settle, recovery, state::State},
};

/// How long a worker rests when there was nothing to do.
const REST: Duration = Duration::from_millis(100);
/// How long it rests after a failure, so that a broken store is not hammered.
const REST_AFTER_FAILURE: Duration = Duration::from_millis(250);
/// How long a wait for queued orders lasts before the worker looks whether to stop.
const QUEUE_WAIT: Duration = Duration::from_millis(200);

/// Says "stop" to all workers.
pub type Stop = watch::Receiver<bool>;

/// Starts all workers.
pub fn start(state: &Arc<State>, stop: &Stop) -> JoinSet<()> {
    let mut workers = JoinSet::new();
    workers.spawn(write_queued(Arc::clone(state), stop.clone()));
    workers.spawn(every(Arc::clone(state), stop.clone(), "expire_holds", async |s| expire_holds::step(s).await));
    workers.spawn(every(Arc::clone(state), stop.clone(), "settle_again", async |s| Ok(settle_again(s).await)));
    workers.spawn(every(Arc::clone(state), stop.clone(), "rebuild", async |s| rebuild_suspects(s).await));
    workers.spawn(every(Arc::clone(state), stop.clone(), "numbers", async |s| raise_numbers(s).await));
    workers.spawn(every(Arc::clone(state), stop.clone(), "watch", async |s| Ok(watch_inventory(s).await)));
    workers
}

/// The loop around a step: again at once while it works, a rest when there is nothing to do.
async fn every<F>(state: Arc<State>, mut stop: Stop, name: &'static str, step: F)
where
    F: AsyncFn(&Arc<State>) -> Result<bool, Refusal>,
{
    while !*stop.borrow() {
        let rest = match step(&state).await {
            Ok(true) => continue,
            Ok(false) => REST,
            Err(refusal) => {
                tracing::warn!(worker = name, ?refusal, "a step failed and is tried again");
                state.log.failed(state.now(), name, &refusal.words());
                REST_AFTER_FAILURE
            }
        };
        // Either the rest is over or it is time to stop: both lead back to the loop's condition.
        let _ = tokio::time::timeout(rest, stop.changed()).await;
    }
}

/// The writer of queued orders goes on until the queue is empty, also when told to stop.
async fn write_queued(state: Arc<State>, stop: Stop) {
    loop {
        let stopping = *stop.borrow();
        let wait = if stopping { Duration::ZERO } else { QUEUE_WAIT };
        let worked = {
            let _one_writer = state.writing.lock().await;
            write_orders::step(&state, wait).await
        };
        match worked {
            Ok(true) => {}
            Ok(false) if stopping => return,
            Ok(false) => tokio::task::yield_now().await,
            Err(refusal) => {
                tracing::warn!(worker = "write_orders", ?refusal, "a step failed and is tried again");
                state.log.failed(state.now(), "write_orders", &refusal.words());
                // A queue in Redis waits there for the next start; one in memory is written now or lost.
                if stopping && state.inventory.engine() != "embedded" {
                    return;
                }
                tokio::time::sleep(REST_AFTER_FAILURE).await;
            }
        }
    }
}

async fn settle_again(state: &Arc<State>) -> bool {
    let any = settle::try_again(state).await;
    if any {
        tokio::time::sleep(REST).await;
    }
    any
}

async fn rebuild_suspects(state: &Arc<State>) -> Result<bool, Refusal> {
    let suspects = state.suspects.take();
    for &id in &suspects {
        let Some(program) = state.catalog.get(id) else { continue };
        match recovery::rebuild(state, &program).await {
            Ok(repairs) => {
                tracing::warn!(program = %id, ?repairs, "rebuilt from the ledger");
                let found = recovery::describe(&program, &repairs);
                let words = found.unwrap_or_else(|| format!("recovered: program {id} ({}) is rebuilt", program.title));
                state.log.note(state.now(), words);
            }
            Err(refusal) => {
                suspects.iter().filter(|&&s| s >= id).for_each(|&s| recovery::suspect(state, s));
                return Err(refusal);
            }
        }
    }
    Ok(!suspects.is_empty())
}

async fn raise_numbers(state: &Arc<State>) -> Result<bool, Refusal> {
    Ok(state.numbers.keep_ahead(&state.ledger, state.now()).await?)
}

/// Notices a stale inventory also where nobody buys. Never "worked": one look a rest is enough.
async fn watch_inventory(state: &Arc<State>) -> bool {
    if state.inventory.engine() == "embedded" {
        return false;
    }
    for program in state.catalog.all() {
        look_at(state, program.id).await;
    }
    false
}

/// A program that is being rebuilt is stale until that is done: to suspect it again would rebuild it for ever.
async fn look_at(state: &Arc<State>, program: ProgramId) {
    let Ok(_pass) = state.sale_gates.enter(program).await else { return };
    if state.inventory.counts(program).await == Err(Unavailable::Stale) {
        recovery::suspect(state, program);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::{
        config::Config,
        gate::Closure,
        run::{Office, open},
    };

    #[tokio::test]
    async fn a_program_that_is_being_rebuilt_is_not_suspected_again() {
        let folder = tempfile::tempdir().unwrap();
        let Office { state, .. } = open(Config::new(folder.path().to_owned()), &mut |_| {}).await.unwrap();
        let program = ProgramId::new(1).unwrap();
        let rebuilding = state.sale_gates.alone(program, Closure::Rebuilding).await;
        look_at(&state, program).await;
        assert!(state.suspects.take().is_empty(), "its rebuild would never come to an end");
        drop(rebuilding);
        state.sale_gates.open(program);
        look_at(&state, program).await;
        assert_eq!(state.suspects.take().into_iter().collect::<Vec<_>>(), [program], "stale, and nobody rebuilds it");
    }
}
