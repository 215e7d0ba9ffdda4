//! Every way in which an order can end, all at once: the moves of the seeded interleavings, and refunds whose ledger or
//! inventory step is lost.
//! Must not depend on which move wins: the laws hold whichever it is.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinSet;

use super::settle;
use crate::{
    domain::{
        ids::OrderNumber,
        order::{Closing, Order},
    },
    ledger::{BillOpened, Payment},
    server::{error::Refusal, state::State},
};

/// How long an order that was promised may take to be written, before the test fails.
const WRITTEN_WITHIN: Duration = Duration::from_secs(20);

/// A way to end an order, or to try.
#[derive(Debug, Clone, Copy)]
pub(super) enum Move {
    Cancel,
    Pay,
    Refund,
    PayThenRefund,
    Expire,
}

impl Move {
    pub(super) const ALL: [Self; 5] = [Self::Cancel, Self::Pay, Self::Refund, Self::PayThenRefund, Self::Expire];
}

/// Makes all moves at the same time, once the order is written, and waits for the last of them.
pub(super) async fn play(state: &Arc<State>, number: OrderNumber, moves: Vec<Move>) {
    if moves.is_empty() {
        return;
    }
    let order = written(state, number).await;
    let mut racing = JoinSet::new();
    for next in moves {
        let (state, order) = (Arc::clone(state), order.clone());
        racing.spawn(async move { make(&state, &order, next).await });
    }
    while let Some(made) = racing.join_next().await {
        let made = made.expect("no panic");
        assert!(matches!(made, Ok(()) | Err(Refusal::Rejected(_))), "order {number}: {made:?}");
    }
}

async fn written(state: &State, number: OrderNumber) -> Order {
    let look = async {
        loop {
            if let Some(order) = state.ledger.order(number).await.expect("a ledger") {
                return order;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(WRITTEN_WITHIN, look).await.expect("a promised order is written")
}

async fn make(state: &Arc<State>, order: &Order, next: Move) -> Result<(), Refusal> {
    match next {
        Move::Cancel => settle::cancel(state, order.number, None, Closing::Buyer).await,
        Move::Pay => pay(state, order).await,
        Move::Refund => settle::refund(state, order.number).await,
        Move::PayThenRefund => {
            pay(state, order).await?;
            settle::refund(state, order.number).await
        }
        Move::Expire => settle::expire(state, order.program, &[order.number]).await.map(|_| ()),
    }
}

/// Opens a bill and sends its notice, as the bank does.
pub(super) async fn pay(state: &Arc<State>, order: &Order) -> Result<(), Refusal> {
    let (number, amount) = (order.number, order.price());
    let opened = state.ledger.open_bill(number, "mock".to_owned(), amount, state.now()).await?;
    if opened == BillOpened::Open {
        let payment = Payment { order: number, amount, trade_number: format!("trade-{number}") };
        settle::pay(state, payment).await?;
    }
    Ok(())
}

mod lost_steps {
    use super::*;
    use crate::{
        domain::{
            hold::Counts,
            order::{OrderStatus, OrderVersion},
            program::Program,
            rejection::Rejection,
        },
        server::{
            audit,
            order::{
                faults::{front, on_sale, wants_one},
                interleavings::Rig,
                place,
            },
            recovery,
        },
    };

    /// A program with one order of one seat, paid.
    async fn paid() -> (Rig, Arc<Program>, OrderNumber) {
        let (rig, program) = on_sale().await;
        let state = &rig.office.state;
        let number = place(state, wants_one(&rig, &program, OrderVersion::V3, "k")).await.unwrap();
        let order = state.ledger.order(number).await.unwrap().unwrap();
        pay(state, &order).await.unwrap();
        assert_eq!(front(&rig, &program).await, Counts { available: 17, held: 0, sold: 1 });
        (rig, program, number)
    }

    async fn is_free_and_lawful(rig: &Rig, program: &Program) {
        assert_eq!(front(rig, program).await, Counts { available: 18, held: 0, sold: 0 });
        let audit = audit::audit(&rig.office.state, Some(program.id)).await.unwrap();
        assert!(audit.clean, "{:?}", audit.findings);
    }

    #[tokio::test]
    async fn a_refund_frees_the_seats_once_and_says_no_the_second_time() {
        let (rig, program, number) = paid().await;
        let state = &rig.office.state;
        settle::refund(state, number).await.unwrap();
        is_free_and_lawful(&rig, &program).await;
        let next = place(state, wants_one(&rig, &program, OrderVersion::V3, "next")).await.unwrap();
        assert_eq!(settle::refund(state, number).await, Err(Rejection::OrderRefunded.into()));
        assert_eq!(settle::refund(state, next).await, Err(Rejection::OrderNotPaid.into()));
        let never = OrderNumber::new(1).unwrap();
        assert_eq!(settle::refund(state, never).await, Err(Rejection::OrderMissing.into()));
        assert_eq!(front(&rig, &program).await.held, 1, "the seat is the next buyer's");
    }

    #[tokio::test]
    async fn a_refund_that_the_ledger_kept_and_nobody_heard_of_is_followed() {
        let (rig, program, number) = paid().await;
        let state = &rig.office.state;
        let order = state.ledger.order(number).await.unwrap().unwrap();
        state.ledger.refund_order(number, state.now()).await.unwrap();
        settle::doubt(state, program.id, number, order.user);
        assert!(settle::try_again(state).await);
        is_free_and_lawful(&rig, &program).await;
    }

    #[tokio::test]
    async fn a_refund_that_the_ledger_did_not_keep_changes_nothing() {
        let (rig, program, number) = paid().await;
        let state = &rig.office.state;
        let order = state.ledger.order(number).await.unwrap().unwrap();
        settle::doubt(state, program.id, number, order.user);
        assert!(settle::try_again(state).await);
        assert_eq!(front(&rig, &program).await.sold, 1);
        state.ledger.close().await;
        assert!(matches!(settle::refund(state, number).await, Err(Refusal::Failed(_))));
        assert_eq!(front(&rig, &program).await.sold, 1, "sold seats were freed without a refund");
    }

    #[tokio::test]
    async fn a_refund_cut_off_between_ledger_and_inventory_is_repaired_by_a_rebuild() {
        let (rig, program, number) = paid().await;
        let state = &rig.office.state;
        state.ledger.refund_order(number, state.now()).await.unwrap();
        let broken = audit::audit(state, Some(program.id)).await.unwrap();
        assert!(!broken.clean, "the cut is not seen, so that its repair says nothing");
        let repairs = recovery::rebuild(state, &program).await.unwrap();
        assert_eq!(repairs.seats_freed, 1);
        is_free_and_lawful(&rig, &program).await;
        assert_eq!(state.ledger.order(number).await.unwrap().unwrap().status, OrderStatus::Refunded);
    }
}
