//! Refunds by an operator, their race against everything else, and what is kept of an order.
//! Must not depend on which of two racers wins: only that one does.

use super::{Desk, NOW, first, keyed, numbered, order};
use crate::{
    domain::{
        audit::{Facts, check},
        ids::{Millis, ProgramId, SeatId, SeatIx},
        money::Cents,
        order::{Closing, OrderStatus},
        rejection::Rejection,
    },
    ledger::{Bill, Closed, LateRejection, Paid, Payment, Recorded, Refund, Refunded},
};

const PRICE: Cents = Cents(97_600);
const LATER: Millis = Millis(NOW.0 + 60_000);

fn payment(number: u64) -> Payment {
    Payment { order: numbered(number), amount: PRICE, trade_number: format!("trade-{number}") }
}

/// Order 10 with two seats of this program, paid.
async fn paid(program: u64) -> Desk {
    let desk = Desk::open().await;
    desk.ledger.record(keyed(order(10, program, &[0, 1]), "k")).await.unwrap();
    desk.ledger.open_bill(numbered(10), "mock".into(), PRICE, NOW).await.unwrap();
    assert!(matches!(desk.ledger.pay(payment(10), NOW).await.unwrap(), Paid::Now(_)));
    desk
}

async fn keeps_the_laws(desk: &Desk, id: u64) {
    let programs = desk.ledger.programs().await.unwrap();
    let program = programs.iter().find(|program| program.id.get() == id).unwrap();
    let ledger = desk.ledger.facts(program.id).await.unwrap();
    let findings = check(&Facts { program, ledger: &ledger, inventory: None, now: LATER }).findings;
    assert_eq!(findings, []);
}

#[tokio::test]
async fn a_refund_gives_money_seats_and_names_back_once() {
    let desk = paid(2).await;
    let refunded = desk.ledger.refund_order(numbered(10), LATER).await.unwrap();
    let Refunded::Now(refunded) = refunded else { panic!("{refunded:?}") };
    assert_eq!((refunded.status, refunded.closing), (OrderStatus::Refunded, Some(Closing::Operator)));
    assert_eq!((refunded.paid_at, refunded.closed_at), (Some(NOW), Some(LATER)));
    assert_eq!(refunded.seats(), [SeatIx(0), SeatIx(1)]);
    let kept = desk.ledger.dossier(numbered(10)).await.unwrap();
    assert_eq!(kept.refund, Some(Refund { amount: PRICE, refunded_at: LATER }));
    assert_eq!(kept.bill.as_ref().map(|bill| bill.status), Some(4));
    let before = desk.ledger.facts(ProgramId::new(2).unwrap()).await.unwrap();
    assert_eq!((before.claims.len(), before.refunds.len()), (0, 1));
    let again = desk.ledger.refund_order(numbered(10), LATER.plus_ms(1)).await.unwrap();
    assert_eq!(again, Refunded::Not(OrderStatus::Refunded));
    assert_eq!(desk.ledger.facts(ProgramId::new(2).unwrap()).await.unwrap(), before);
    keeps_the_laws(&desk, 2).await;
    // Seats and names are free, the key is not: its order did exist.
    assert_eq!(desk.ledger.record(order(11, 2, &[0, 1])).await.unwrap(), Recorded::Created);
    let key = keyed(order(12, 2, &[5]), "k");
    assert_eq!(desk.ledger.record(key).await.unwrap(), Recorded::KeyTaken(numbered(10)));
}

#[tokio::test]
async fn only_a_paid_order_is_refunded() {
    let desk = Desk::open().await;
    desk.ledger.record(order(10, 1, &[0, 1])).await.unwrap();
    let before = desk.ledger.facts(first()).await.unwrap();
    let refund = |number| desk.ledger.refund_order(numbered(number), LATER);
    assert_eq!(refund(10).await.unwrap(), Refunded::Not(OrderStatus::Unpaid));
    assert_eq!(refund(11).await.unwrap(), Refunded::Missing);
    assert_eq!(desk.ledger.facts(first()).await.unwrap(), before);
    desk.ledger.close_order(numbered(10), Closing::Buyer, NOW).await.unwrap();
    assert_eq!(refund(10).await.unwrap(), Refunded::Not(OrderStatus::Cancelled));
}

#[tokio::test]
async fn a_notice_that_comes_again_after_the_refund_moves_no_money() {
    let desk = paid(1).await;
    desk.ledger.refund_order(numbered(10), LATER).await.unwrap();
    let before = desk.ledger.facts(first()).await.unwrap();
    assert_eq!(desk.ledger.pay(payment(10), LATER).await.unwrap(), Paid::Already(OrderStatus::Refunded));
    let closed = desk.ledger.close_order(numbered(10), Closing::Expired, LATER).await.unwrap();
    assert_eq!(closed, Closed::Not(OrderStatus::Refunded));
    assert_eq!(desk.ledger.facts(first()).await.unwrap(), before);
}

#[tokio::test]
async fn a_refund_is_later_than_its_payment_whatever_the_clock_says() {
    for clock in [NOW, Millis(NOW.0 - 3_600_000)] {
        let desk = paid(1).await;
        desk.ledger.refund_order(numbered(10), clock).await.unwrap();
        let kept = desk.ledger.dossier(numbered(10)).await.unwrap();
        assert_eq!(kept.refund.map(|refund| refund.refunded_at), Some(NOW.plus_ms(1)));
        assert_eq!(kept.order.and_then(|order| order.closed_at), Some(NOW.plus_ms(1)));
    }
}

#[tokio::test]
async fn paying_closing_and_refunding_at_the_same_time_leave_one_truth() {
    let mut refunds = 0;
    for round in 0..30 {
        let desk = Desk::open().await;
        desk.ledger.record(order(10, 1, &[0, 1])).await.unwrap();
        desk.ledger.open_bill(numbered(10), "mock".into(), PRICE, NOW).await.unwrap();
        let pay = async { desk.ledger.pay(payment(10), NOW).await.unwrap() };
        let close = async { desk.ledger.close_order(numbered(10), Closing::Expired, NOW).await.unwrap() };
        let refund = async { desk.ledger.refund_order(numbered(10), LATER).await.unwrap() };
        let (paid, closed, refunded) = match round % 3 {
            0 => tokio::join!(pay, close, refund),
            1 => {
                let (paid, refunded, closed) = tokio::join!(pay, refund, close);
                (paid, closed, refunded)
            }
            _ => {
                let (refunded, closed, paid) = tokio::join!(refund, close, pay);
                (paid, closed, refunded)
            }
        };
        assert_eq!(matches!(paid, Paid::Now(_)), matches!(closed, Closed::Not(_)), "round {round}");
        refunds += usize::from(matches!(refunded, Refunded::Now(_)));
        let claims = desk.ledger.facts(first()).await.unwrap().claims.len();
        let is_sold = matches!((&paid, &refunded), (Paid::Now(_), Refunded::Not(_)));
        assert_eq!(claims, if is_sold { 2 } else { 0 }, "round {round}: {paid:?} {closed:?} {refunded:?}");
        keeps_the_laws(&desk, 1).await;
    }
    assert!(refunds > 0, "no round refunded anything");
}

#[tokio::test]
async fn everything_that_is_kept_of_a_number_is_found_together() {
    let desk = paid(1).await;
    let kept = desk.ledger.dossier(numbered(10)).await.unwrap();
    assert_eq!(kept.order, desk.ledger.order(numbered(10)).await.unwrap());
    let bill = Bill {
        channel: "mock".into(),
        amount: PRICE,
        status: 3,
        trade_number: Some("trade-10".into()),
        opened_at: NOW,
        paid_at: Some(NOW),
    };
    assert_eq!((kept.bill, kept.refund, kept.rejection), (Some(bill), None, None));
    let user = super::buyer();
    desk.ledger.reject(numbered(11), first(), user, Rejection::QueueTimeout, LATER).await.unwrap();
    let kept = desk.ledger.dossier(numbered(11)).await.unwrap();
    let rejection = LateRejection { program: first(), user, reason: Rejection::QueueTimeout, rejected_at: LATER };
    assert_eq!((kept.order, kept.bill, kept.rejection), (None, None, Some(rejection)));
    assert_eq!(desk.ledger.dossier(numbered(12)).await.unwrap(), crate::ledger::Dossier::default());
}

#[tokio::test]
async fn a_seat_s_owner_is_found_by_its_id_while_its_order_lives() {
    let desk = Desk::open().await;
    desk.ledger.record(order(10, 2, &[0, 1])).await.unwrap();
    // Program 2 has the ids from 13.
    let owner = async |id| {
        let order = desk.ledger.seat_owner(SeatId::new(id).unwrap()).await.unwrap();
        order.map(|order| (order.number.get(), order.seats().len()))
    };
    assert_eq!(
        (owner(1).await, owner(13).await, owner(14).await, owner(15).await),
        (None, Some((10, 2)), Some((10, 2)), None)
    );
    desk.ledger.close_order(numbered(10), Closing::Buyer, NOW).await.unwrap();
    assert_eq!(owner(13).await, None);
}
