//! v4: nobody waits, not even for the ledger. One atomic step takes the seats and queues the order; a worker writes it.
//! Must not do anything after the atomic step that the order depends on.

use std::sync::Arc;

use super::{Numbered, record};
use crate::{
    domain::{hold::Held, ids::OrderNumber},
    server::{error::Refusal, feed::tape, recovery, state::State},
};

/// Hold and queue; answer "accepted".
pub(super) async fn place(state: &Arc<State>, order: &Numbered) -> Result<OrderNumber, Refusal> {
    let program = order.sale.program.id;
    let request = order.hold_request(order.sale.choice.clone());
    let held = state.inventory.hold_and_queue(request).await;
    match held.map_err(|not_done| recovery::noticed(state, program, not_done))? {
        Held::Seats(seats) => {
            tape::queued(state, &order.sale.program, || order.hold_request(order.sale.choice.clone()), &seats);
            state.outcomes.accepted(order.number, order.sale.user, program);
            Ok(order.number)
        }
        Held::Repeat(earlier) => record::accept_repeat(state, program, earlier).await,
    }
}
