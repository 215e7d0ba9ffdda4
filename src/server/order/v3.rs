//! v3: nobody waits for anybody. One atomic step takes the seats; the order is written before the answer.
//! Must not read before it takes.

use std::sync::Arc;

use super::{Numbered, record};
use crate::{
    domain::{hold::Held, ids::OrderNumber},
    server::{error::Refusal, state::State},
};

/// Hold; record.
pub(super) async fn place(state: &Arc<State>, order: &Numbered) -> Result<OrderNumber, Refusal> {
    let request = order.hold_request(order.sale.choice.clone());
    match record::hold(state, request).await? {
        Held::Seats(seats) => record::write_down(state, order, &seats).await,
        Held::Repeat(earlier) => record::answer_repeat(state, order.sale.program.id, earlier).await,
    }
}
