//! Writing, refusing and closing orders.
//! Must not pay: that is beside this file.

use super::{Desk, buyer, first, keyed, numbered, order};
use crate::{
    domain::{
        ids::{ProgramId, SeatIx, TicketUserId},
        order::{Closing, OrderStatus},
        rejection::Rejection,
    },
    ledger::{Closed, LedgerFailure, OrderFilter, Recorded},
};

#[tokio::test]
async fn an_order_comes_back_as_it_was_written() {
    let desk = Desk::open().await;
    let written = keyed(order(10, 1, &[5, 0, 7]), "a-key");
    assert_eq!(desk.ledger.record(written.clone()).await.unwrap(), Recorded::Created);
    assert_eq!(desk.ledger.order(numbered(10)).await.unwrap(), Some(written.clone()));
    assert_eq!(desk.ledger.orders_of(buyer(), 5).await.unwrap(), [written]);
    assert_eq!(desk.ledger.live_tickets(buyer(), first()).await.unwrap(), 3);
    assert_eq!(desk.ledger.order(numbered(11)).await.unwrap(), None);
}

#[tokio::test]
async fn writing_an_order_again_changes_nothing() {
    let desk = Desk::open().await;
    let twice = keyed(order(10, 2, &[1, 2]), "k");
    assert_eq!(desk.ledger.record(twice.clone()).await.unwrap(), Recorded::Created);
    let before = desk.ledger.facts(ProgramId::new(2).unwrap()).await.unwrap();
    assert_eq!(desk.ledger.record(twice).await.unwrap(), Recorded::Already);
    assert_eq!(desk.ledger.facts(ProgramId::new(2).unwrap()).await.unwrap(), before);
}

#[tokio::test]
async fn in_a_batch_each_order_succeeds_or_fails_alone_and_leaves_nothing() {
    let desk = Desk::open().await;
    let mut same_name = order(15, 2, &[7, 3]);
    same_name.tickets[1].ticket_user = TicketUserId::new(1).unwrap();
    let batch = vec![
        keyed(order(10, 1, &[0, 1]), "k"),
        order(11, 1, &[2, 1]),
        order(12, 1, &[2, 3]),
        keyed(order(13, 1, &[4]), "k"),
        order(14, 2, &[0]),
        same_name,
        order(16, 2, &[7, 3]),
        order(10, 1, &[9]),
        order(17, 1, &[8, 8]),
        order(18, 1, &[8]),
    ];
    let outcomes = desk.ledger.record_batch(batch).await.unwrap();
    assert_eq!(
        outcomes,
        [
            Recorded::Created,
            Recorded::SeatClaimed(SeatIx(1)),
            Recorded::Created,
            Recorded::KeyTaken(numbered(10)),
            Recorded::Created,
            Recorded::NameTaken(TicketUserId::new(1).unwrap()),
            Recorded::Created,
            Recorded::Already,
            Recorded::SeatClaimed(SeatIx(8)),
            Recorded::Created,
        ]
    );
    let facts = desk.ledger.facts(first()).await.unwrap();
    let claimed: Vec<_> = facts.claims.iter().map(|(seat, by)| (seat.0, by.get())).collect();
    assert_eq!(claimed, [(0, 10), (1, 10), (2, 12), (3, 12), (8, 18)]);
    assert_eq!(desk.ledger.order(numbered(11)).await.unwrap(), None);
    assert_eq!(desk.ledger.order(numbered(15)).await.unwrap(), None);
}

#[tokio::test]
async fn an_order_that_would_claim_another_program_s_seats_fails_alone() {
    let desk = Desk::open().await;
    let outside = desk.ledger.record(order(10, 1, &[12])).await;
    assert!(matches!(outside, Err(LedgerFailure::Unusable(text)) if text.contains("12 seats")));
    let unknown = desk.ledger.record_batch(vec![order(11, 1, &[0]), order(12, 9, &[0])]).await;
    assert!(matches!(unknown, Err(LedgerFailure::Unusable(text)) if text.contains("program 9")));
    assert_eq!(desk.ledger.list_orders(OrderFilter { limit: 9, ..Default::default() }).await.unwrap(), []);
}

#[tokio::test]
async fn callers_at_the_same_time_never_claim_a_seat_twice() {
    let desk = Desk::open().await;
    let calls: Vec<_> = (0..200u64)
        .map(|i| {
            let ledger = desk.ledger.clone();
            let seat = u32::try_from(i % 12).unwrap();
            tokio::spawn(async move { ledger.record(order(100 + i, 1, &[seat])).await.unwrap() })
        })
        .collect();
    let mut created = 0;
    for call in calls {
        created += u32::from(call.await.unwrap() == Recorded::Created);
    }
    assert_eq!(created, 12);
    assert_eq!(desk.ledger.facts(first()).await.unwrap().claims.len(), 12);
}

#[tokio::test]
async fn a_rejected_order_is_never_written_and_a_written_one_never_rejected() {
    let desk = Desk::open().await;
    let reject = |number| desk.ledger.reject(numbered(number), first(), buyer(), Rejection::QueueTimeout, super::NOW);
    reject(10).await.unwrap();
    reject(10).await.unwrap();
    let outcome = desk.ledger.record(order(10, 1, &[0])).await.unwrap();
    assert_eq!(outcome, Recorded::WasRejected(Rejection::QueueTimeout));
    let on_record = desk.ledger.rejection(numbered(10)).await.unwrap();
    assert_eq!(on_record, Some((buyer(), Rejection::QueueTimeout)));
    desk.ledger.record(order(11, 1, &[0])).await.unwrap();
    reject(11).await.unwrap();
    assert_eq!(desk.ledger.rejection(numbered(11)).await.unwrap(), None);
    assert_eq!(desk.ledger.facts(first()).await.unwrap().rejected, [numbered(10)]);
}

#[tokio::test]
async fn a_closed_order_gives_its_seats_and_names_back_but_keeps_its_key() {
    let desk = Desk::open().await;
    desk.ledger.record(keyed(order(10, 2, &[0, 1]), "k")).await.unwrap();
    let closed = desk.ledger.close_order(numbered(10), Closing::Expired, super::NOW).await.unwrap();
    let Closed::Now(closed) = closed else { panic!("{closed:?}") };
    assert_eq!((closed.status, closed.closing), (OrderStatus::Cancelled, Some(Closing::Expired)));
    assert_eq!(closed.seats(), [SeatIx(0), SeatIx(1)]);
    assert_eq!(desk.ledger.record(order(11, 2, &[1, 0])).await.unwrap(), Recorded::Created);
    let again = keyed(order(12, 2, &[5]), "k");
    assert_eq!(desk.ledger.record(again).await.unwrap(), Recorded::KeyTaken(numbered(10)));
    let second = desk
        .ledger
        .close_orders(vec![numbered(10), numbered(99), numbered(11)], Closing::Buyer, super::NOW)
        .await
        .unwrap();
    assert_eq!(second[..2], [Closed::Not(OrderStatus::Cancelled), Closed::Missing]);
    assert!(matches!(second[2], Closed::Now(_)));
}

#[tokio::test]
async fn books_hold_what_an_inventory_needs() {
    let desk = Desk::open().await;
    desk.ledger.record(keyed(order(10, 2, &[3, 4]), "a")).await.unwrap();
    desk.ledger.record(keyed(order(11, 2, &[5]), "b")).await.unwrap();
    desk.ledger.close_order(numbered(11), Closing::Buyer, super::NOW).await.unwrap();
    let books = desk.ledger.books(ProgramId::new(2).unwrap()).await.unwrap();
    assert_eq!(books.live.len(), 1);
    let live = &books.live[0];
    assert_eq!((live.number, live.paid, live.real_name), (numbered(10), false, true));
    assert_eq!(live.seats, [SeatIx(3), SeatIx(4)]);
    assert_eq!(live.ticket_users.iter().map(|name| name.get()).collect::<Vec<_>>(), [4, 5]);
    let keys: Vec<_> = books.requests.iter().map(|(_, key, order)| (&*key.key, key.fingerprint, order.get())).collect();
    assert_eq!(keys, [("a", u64::MAX, 10), ("b", u64::MAX, 11)]);
    assert_eq!(
        desk.ledger.unpaid().await.unwrap(),
        [(numbered(10), ProgramId::new(2).unwrap(), super::NOW.plus_ms(900_000))]
    );
}
