//! v2: one lock a category, local first, then shared. Buyers of other categories do not wait.
//! Must not rely on its lock to be correct: the write is conditional on what was read.

use std::sync::Arc;

use super::{Numbered, check, record};
use crate::{
    domain::ids::OrderNumber,
    inventory::LockName,
    server::{error::Refusal, state::State},
};

/// Lock the categories, in sorted order; read, decide, write; record; unlock.
pub(super) async fn place(state: &Arc<State>, order: &Numbered) -> Result<OrderNumber, Refusal> {
    let program = &order.sale.program;
    let categories = check::categories(program, &order.sale.choice);
    let names: Vec<LockName> = categories.iter().map(|&c| LockName::Category(program.id, c)).collect();
    let locks = record::lock(state, program.id, &names).await?;
    let placed = record::read_decide_write(state, order).await;
    for lock in locks {
        lock.release().await;
    }
    placed
}
