//! A sale over stores that fail in the middle: what is not known is neither given away nor held for ever.
//! Must not need a real fault of the disk: closing the ledger, or acting in its stead, is one.

use std::{sync::Arc, time::Duration};

use super::{
    Purchase,
    interleavings::{Rig, empty_queue, program, rig},
    place, progress,
    record::unpaid_order,
    settle,
};
use crate::{
    domain::{
        hold::{Choice, Counts, Fallback, Held, HoldRequest},
        ids::{CategoryId, OrderNumber, TicketUserId, UserId},
        order::{Closing, OrderStatus, OrderVersion, RequestKey},
        program::Program,
        rejection::Rejection,
    },
    server::{
        audit,
        error::{Failure, Refusal},
        order::outcome::Outcome,
        recovery,
        workers::write_orders,
    },
    wire::{api::OrderState, order::CreateOrder},
};

/// A rig with one program on sale.
pub(super) async fn on_sale() -> (Rig, Arc<Program>) {
    let rig = rig().await;
    let added = rig.office.state.ledger.add_programs(vec![program(1)]).await.unwrap();
    let program = Arc::new(added.into_iter().next().unwrap());
    recovery::bring_into_sale(&rig.office.state, &program).await.unwrap();
    rig.office.state.catalog.put(Arc::clone(&program));
    (rig, program)
}

fn user(rig: &Rig) -> UserId {
    UserId::new(rig.first_user).unwrap()
}

/// The rig's first user wants the best seat of the first category.
pub(super) fn wants_one(rig: &Rig, program: &Program, version: OrderVersion, key: &str) -> Purchase {
    let body = CreateOrder {
        program_id: program.id,
        user_id: user(rig),
        ticket_user_id_list: vec![TicketUserId::new(rig.first_ticket_user).unwrap()],
        seat_dto_list: None,
        ticket_category_id: CategoryId::new(1),
        ticket_count: Some(1),
        request_id: Some(key.to_owned()),
        allow_split: None,
    };
    Purchase { version, body, idempotency_key: None, user: user(rig) }
}

/// The hold of an order that never got further, under the key and fingerprint of [`wants_one`].
async fn held_only(rig: &Rig, program: &Program, key: &str, queues: bool) -> HoldRequest {
    let state = &rig.office.state;
    let wanted = wants_one(rig, program, OrderVersion::V3, key);
    let sale = super::check::check(state, wanted).await.unwrap();
    let now = state.now();
    let request = HoldRequest {
        program: program.id,
        order: state.numbers.issue(&state.ledger, now, user(rig)).await.unwrap(),
        user: user(rig),
        version: OrderVersion::V4,
        choice: Choice::Best { category: CategoryId::new(1).unwrap(), count: 1, fallback: Fallback::Refuse },
        ticket_users: sale.ticket_users,
        per_account_limit: 6,
        real_name: false,
        request: Some(RequestKey { key: key.into(), fingerprint: sale.request.unwrap().fingerprint }),
        created_at: now,
        hold_ends_at: now.plus_ms(900_000),
    };
    let held = if queues {
        state.inventory.hold_and_queue(request.clone()).await
    } else {
        state.inventory.hold(request.clone()).await
    };
    assert!(matches!(held, Ok(Held::Seats(_))), "{held:?}");
    request
}

pub(super) async fn front(rig: &Rig, program: &Program) -> Counts {
    rig.office.state.inventory.counts(program.id).await.unwrap()[0].1
}

#[tokio::test]
async fn seats_of_an_order_that_may_have_been_written_are_not_given_away() {
    for version in [OrderVersion::V1, OrderVersion::V2, OrderVersion::V3] {
        let (rig, program) = on_sale().await;
        let state = &rig.office.state;
        state.ledger.close().await;
        let refused = place(state, wants_one(&rig, &program, version, "k")).await;
        assert!(matches!(refused, Err(Refusal::Failed(_))), "{refused:?}");
        // Number and people are in memory, so that the hold was made and only the writing failed.
        assert_eq!(front(&rig, &program).await.held, 1, "{version}");
        assert!(settle::try_again(state).await, "nobody looks what became of it");
        assert_eq!(front(&rig, &program).await.held, 1, "{version}: the ledger has still not said");
    }
}

#[tokio::test]
async fn an_order_in_doubt_that_was_not_written_never_will_be_and_its_key_is_free() {
    let (rig, program) = on_sale().await;
    let state = &rig.office.state;
    let request = held_only(&rig, &program, "k", false).await;
    settle::doubt(state, program.id, request.order, user(&rig));
    settle::try_again(state).await;
    assert_eq!(front(&rig, &program).await.held, 0);
    let seats = [crate::domain::ids::SeatIx(0)];
    let late = state.ledger.record(unpaid_order(&program, &request, &seats)).await.unwrap();
    assert_eq!(late, crate::ledger::Recorded::WasRejected(Rejection::Lost));
    let again = place(state, wants_one(&rig, &program, OrderVersion::V3, "k")).await;
    assert!(again.is_ok_and(|number| number != request.order));
}

#[tokio::test]
async fn an_order_in_doubt_that_was_written_keeps_what_it_has() {
    let (rig, program) = on_sale().await;
    let state = &rig.office.state;
    let number = place(state, wants_one(&rig, &program, OrderVersion::V3, "k")).await.unwrap();
    settle::doubt(state, program.id, number, user(&rig));
    settle::try_again(state).await;
    assert_eq!(front(&rig, &program).await.held, 1);
    assert_eq!(state.ledger.order(number).await.unwrap().unwrap().status, OrderStatus::Unpaid);
}

#[tokio::test]
async fn an_audit_waits_until_the_inventory_has_followed_the_ledger() {
    let (rig, program) = on_sale().await;
    let state = &rig.office.state;
    let number = place(state, wants_one(&rig, &program, OrderVersion::V3, "k")).await.unwrap();
    // Cancelled in the ledger, and whoever did it did not hear of it.
    state.ledger.close_order(number, Closing::Buyer, state.now()).await.unwrap();
    settle::doubt(state, program.id, number, user(&rig));
    let audit = audit::audit(state, Some(program.id)).await.unwrap();
    assert!(audit.clean, "{:?}", audit.findings);
}

#[tokio::test]
async fn a_repeat_of_a_request_that_came_to_nothing_is_not_told_that_it_was_accepted() {
    let (rig, program) = on_sale().await;
    let state = &rig.office.state;
    let request = held_only(&rig, &program, "k", false).await;
    for version in OrderVersion::ALL {
        let repeat = place(state, wants_one(&rig, &program, version, "k")).await;
        assert!(matches!(repeat, Err(Refusal::Rejected(Rejection::Busy))), "{version}: {repeat:?}");
    }
    settle::undo(state, program.id, request.order).await;
    let number = place(state, wants_one(&rig, &program, OrderVersion::V4, "k")).await.unwrap();
    let repeat = place(state, wants_one(&rig, &program, OrderVersion::V4, "k")).await;
    assert_eq!(repeat, Ok(number), "queued");
    empty_queue(&rig).await;
    assert_eq!(place(state, wants_one(&rig, &program, OrderVersion::V4, "k")).await, Ok(number), "written");
}

#[tokio::test]
async fn an_old_queue_entry_of_an_order_that_exists_does_not_stop_its_hold_from_ending() {
    let (rig, program) = on_sale().await;
    let state = &rig.office.state;
    let request = held_only(&rig, &program, "k", true).await;
    let old = HoldRequest { created_at: request.created_at.plus_ms(-3_600_000), ..request };
    settle::undo(state, program.id, old.order).await;
    let queued = state.inventory.next_batch(10, Duration::ZERO).await.unwrap();
    state.inventory.acknowledge(&queued).await.unwrap();
    let Ok(Held::Seats(seats)) = state.inventory.hold_and_queue(old.clone()).await else { panic!("not held") };
    state.ledger.record(unpaid_order(&program, &old, &seats)).await.unwrap();
    assert!(write_orders::step(state, Duration::ZERO).await.unwrap());
    assert_eq!(state.outcomes.get(old.order).map(|(_, _, outcome)| outcome), Some(Outcome::Created));
    assert_eq!(state.expiries.len(), 1, "nobody waits for the end of its hold");
}

#[tokio::test]
async fn a_rebuild_that_fails_is_tried_again() {
    let (rig, program) = on_sale().await;
    let state = &rig.office.state;
    state.ledger.close().await;
    assert!(recovery::rebuild(state, &program).await.is_err());
    assert_eq!(state.suspects.take().into_iter().collect::<Vec<_>>(), [program.id]);
    assert!(recovery::reset_program(state, program.id).await.is_err());
    assert_eq!(state.suspects.take().into_iter().collect::<Vec<_>>(), [program.id]);
    let sent_away = place(state, wants_one(&rig, &program, OrderVersion::V3, "k")).await;
    assert!(matches!(sent_away, Err(Refusal::Failed(Failure::Rebuilding { .. }))), "{sent_away:?}");
}

#[tokio::test]
async fn a_poll_does_not_tell_whether_another_has_an_order() {
    let (rig, program) = on_sale().await;
    let state = &rig.office.state;
    let number = place(state, wants_one(&rig, &program, OrderVersion::V4, "k")).await.unwrap();
    let never = OrderNumber::new(number.get() - (1 << 30)).unwrap();
    // 64 apart: both have the same bits in their order numbers.
    for other in [UserId::new(rig.first_user + 64).unwrap(), UserId::new(rig.first_user + 1).unwrap()] {
        let pending = seen_by(&rig, other, number).await;
        empty_queue(&rig).await;
        assert_eq!(seen_by(&rig, other, number).await, pending);
        state.outcomes.forget(program.id);
        assert_eq!(seen_by(&rig, other, number).await, pending, "from the ledger");
        assert_eq!(seen_by(&rig, other, never).await, pending, "another's order looks unlike none");
    }
}

async fn seen_by(rig: &Rig, user: UserId, number: OrderNumber) -> Result<(OrderState, Option<String>), Refusal> {
    let seen = progress(&rig.office.state, user, number).await?;
    Ok((seen.state, seen.reason.map(|reason| reason.word)))
}
