//! v1: one lock a program. Everyone who buys it waits for everyone else.
//! Must not rely on its lock to be correct: the write is conditional on what was read.

use std::sync::Arc;

use super::{Numbered, record};
use crate::{
    domain::ids::OrderNumber,
    inventory::LockName,
    server::{error::Refusal, state::State},
};

/// Lock the program; read, decide, write; record; unlock.
pub(super) async fn place(state: &Arc<State>, order: &Numbered) -> Result<OrderNumber, Refusal> {
    let program = &order.sale.program;
    let names = [LockName::Program(program.id)];
    let locks = record::lock(state, program.id, &names).await?;
    let placed = record::read_decide_write(state, order).await;
    for lock in locks {
        lock.release().await;
    }
    placed
}
