//! Bills, payments, late payments, and the race of paying against closing.
//! Must not depend on which of two racers wins: only that one does.

use super::{Desk, NOW, first, numbered, order};
use crate::{
    domain::{
        money::Cents,
        order::{Closing, OrderStatus},
    },
    ledger::{BillOpened, Closed, Paid, Payment},
};

const PRICE: Cents = Cents(97_600);

fn payment(number: u64, amount: Cents) -> Payment {
    Payment { order: numbered(number), amount, trade_number: format!("trade-{number}") }
}

async fn unpaid_with_bill(number: u64, seats: &[u32]) -> Desk {
    let desk = Desk::open().await;
    desk.ledger.record(order(number, 1, seats)).await.unwrap();
    let opened = desk.ledger.open_bill(numbered(number), "mock".into(), PRICE, NOW).await.unwrap();
    assert_eq!(opened, BillOpened::Open);
    desk
}

#[tokio::test]
async fn a_payment_is_taken_once() {
    let desk = unpaid_with_bill(10, &[0, 1]).await;
    let paid = desk.ledger.pay(payment(10, PRICE), NOW).await.unwrap();
    let Paid::Now(paid) = paid else { panic!("{paid:?}") };
    assert_eq!((paid.status, paid.paid_at), (OrderStatus::Paid, Some(NOW)));
    let before = desk.ledger.facts(first()).await.unwrap();
    assert_eq!(before.claims.len(), 2, "a paid order keeps its seats");
    let again = desk.ledger.pay(payment(10, PRICE), NOW.plus_ms(1)).await.unwrap();
    assert_eq!(again, Paid::Already(OrderStatus::Paid));
    assert_eq!(desk.ledger.facts(first()).await.unwrap(), before);
    let bill = desk.ledger.bill(numbered(10)).await.unwrap().unwrap();
    assert_eq!((bill.status, bill.trade_number.as_deref()), (3, Some("trade-10")));
    let closed = desk.ledger.close_order(numbered(10), Closing::Expired, NOW).await.unwrap();
    assert_eq!(closed, Closed::Not(OrderStatus::Paid));
}

#[tokio::test]
async fn a_payment_that_does_not_fit_changes_nothing() {
    let desk = unpaid_with_bill(10, &[0, 1]).await;
    desk.ledger.record(order(11, 1, &[2, 3])).await.unwrap();
    let before = desk.ledger.facts(first()).await.unwrap();
    assert_eq!(desk.ledger.pay(payment(10, Cents(1)), NOW).await.unwrap(), Paid::WrongAmount);
    assert_eq!(desk.ledger.pay(payment(11, PRICE), NOW).await.unwrap(), Paid::NoBill);
    assert_eq!(desk.ledger.pay(payment(12, PRICE), NOW).await.unwrap(), Paid::Missing);
    assert_eq!(desk.ledger.facts(first()).await.unwrap(), before);
}

#[tokio::test]
async fn a_bill_is_opened_once_and_only_for_an_unpaid_order_at_its_price() {
    let desk = unpaid_with_bill(10, &[0, 1]).await;
    let open = |number, amount| desk.ledger.open_bill(numbered(number), "other".into(), amount, NOW);
    assert_eq!(open(10, PRICE).await.unwrap(), BillOpened::Open);
    assert_eq!(desk.ledger.bill(numbered(10)).await.unwrap().unwrap().channel, "mock");
    assert_eq!(open(10, Cents(1)).await.unwrap(), BillOpened::WrongAmount);
    assert_eq!(open(99, PRICE).await.unwrap(), BillOpened::Missing);
    desk.ledger.close_order(numbered(10), Closing::Buyer, NOW).await.unwrap();
    assert_eq!(open(10, PRICE).await.unwrap(), BillOpened::NotUnpaid(OrderStatus::Cancelled));
    assert_eq!(desk.ledger.bill(numbered(10)).await.unwrap().unwrap().status, 2);
}

#[tokio::test]
async fn money_that_comes_too_late_goes_back_on_record_and_frees_nothing_twice() {
    let desk = unpaid_with_bill(10, &[0, 1]).await;
    desk.ledger.close_order(numbered(10), Closing::Expired, NOW).await.unwrap();
    desk.ledger.record(order(11, 1, &[0, 1])).await.unwrap();
    let late = desk.ledger.pay(payment(10, PRICE), NOW).await.unwrap();
    let Paid::LateRefunded(late) = late else { panic!("{late:?}") };
    assert_eq!((late.status, late.closing), (OrderStatus::Refunded, Some(Closing::Expired)));
    let bill = desk.ledger.bill(numbered(10)).await.unwrap().unwrap();
    assert_eq!((bill.status, bill.trade_number.as_deref()), (4, Some("trade-10")));
    let again = desk.ledger.pay(payment(10, PRICE), NOW).await.unwrap();
    assert_eq!(again, Paid::Already(OrderStatus::Refunded));
    let facts = desk.ledger.facts(first()).await.unwrap();
    assert_eq!(facts.refunds, [(numbered(10), PRICE)]);
    assert!(facts.claims.iter().all(|(_, by)| *by == numbered(11)) && facts.claims.len() == 2);
}

#[tokio::test]
async fn paying_and_closing_at_the_same_time_have_one_winner() {
    for round in 0..30u64 {
        let desk = unpaid_with_bill(10, &[0, 1]).await;
        let (a, b) = (desk.ledger.clone(), desk.ledger.clone());
        let pay = async move { a.pay(payment(10, PRICE), NOW).await.unwrap() };
        let close = async move { b.close_order(numbered(10), Closing::Expired, NOW).await.unwrap() };
        let (paid, closed) = if round % 2 == 0 {
            tokio::join!(pay, close)
        } else {
            let (closed, paid) = tokio::join!(close, pay);
            (paid, closed)
        };
        let claims = desk.ledger.facts(first()).await.unwrap().claims.len();
        match (&paid, &closed) {
            (Paid::Now(_), Closed::Not(OrderStatus::Paid)) => assert_eq!(claims, 2),
            (Paid::LateRefunded(_), Closed::Now(_)) => assert_eq!(claims, 0),
            other => panic!("{other:?}"),
        }
    }
}
