//! Gives seats back whose hold has ended.
//! Must not decide: the ledger's compare-and-set does.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use crate::{
    domain::ids::{OrderNumber, ProgramId},
    server::{error::Refusal, order::settle, state::State},
};

/// Most holds ended in one step: one commit, and a short wait for a buyer who pays meanwhile.
const BATCH_MAX: usize = 256;
/// A hold that could not be ended is tried again after this long.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Ends the holds that are due. Returns whether there were any.
///
/// # Errors
/// When the ledger fails; the holds are tried again.
pub async fn step(state: &Arc<State>) -> Result<bool, Refusal> {
    let due = state.expiries.due(BATCH_MAX);
    let worked = !due.is_empty();
    let mut by_program: BTreeMap<ProgramId, Vec<OrderNumber>> = BTreeMap::new();
    for (order, program) in due {
        by_program.entry(program).or_default().push(order);
    }
    let mut failed = None;
    for (program, orders) in by_program {
        if let Err(refusal) = settle::expire(state, program, &orders).await {
            orders.iter().for_each(|&order| state.expiries.push(order, program, AGAIN_AFTER));
            failed = Some(refusal);
        }
    }
    failed.map_or(Ok(worked), Err)
}
