//! Any sequence of verbs leaves a ledger in which the laws hold.
//! Must not know how the verbs work.

use proptest::prelude::*;

use super::{Desk, NOW, keyed, numbered, order};
use crate::{
    domain::{
        audit::{Facts, check},
        ids::{ProgramId, UserId},
        order::Closing,
        rejection::Rejection,
    },
    ledger::Payment,
};

#[derive(Debug, Clone)]
enum Step {
    Record { number: u64, seats: Vec<u32>, key: Option<u8> },
    Close(u64),
    Bill(u64),
    Pay(u64, bool),
    Refund(u64),
    Reject(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let number = || 1u64..12;
    let seats = prop::sample::subsequence((0..12u32).collect::<Vec<_>>(), 1..=3);
    prop_oneof![
        5 => (number(), seats, prop::option::of(0u8..4))
            .prop_map(|(number, seats, key)| Step::Record { number, seats, key }),
        2 => number().prop_map(Step::Close),
        2 => number().prop_map(Step::Bill),
        2 => (number(), prop::bool::weighted(0.9)).prop_map(|(number, right)| Step::Pay(number, right)),
        2 => number().prop_map(Step::Refund),
        1 => number().prop_map(Step::Reject),
    ]
}

async fn play(desk: &Desk, program: ProgramId, step: Step) {
    let price = |number| async move {
        let order = desk.ledger.order(numbered(number)).await.unwrap();
        order.map_or(crate::domain::money::Cents(1), |order| order.price())
    };
    match step {
        Step::Record { number, seats, key } => {
            let mut order = order(number, program.get(), &seats);
            // One account an order, so that its limit is never what stops it: limits are the inventory's.
            order.user = UserId::new(1_000_000 + number % 2 * 100 + number).unwrap();
            let order = match key {
                Some(key) => {
                    order.user = UserId::new(2_000_000 + number % 6).unwrap();
                    keyed(order, &format!("k{key}"))
                }
                None => order,
            };
            desk.ledger.record(order).await.unwrap();
        }
        Step::Close(number) => {
            desk.ledger.close_order(numbered(number), Closing::Buyer, NOW).await.unwrap();
        }
        Step::Bill(number) => {
            desk.ledger.open_bill(numbered(number), "mock".into(), price(number).await, NOW).await.unwrap();
        }
        Step::Pay(number, right) => {
            let amount = if right { price(number).await } else { crate::domain::money::Cents(7) };
            let payment = Payment { order: numbered(number), amount, trade_number: "t".into() };
            desk.ledger.pay(payment, NOW).await.unwrap();
        }
        Step::Refund(number) => {
            desk.ledger.refund_order(numbered(number), NOW).await.unwrap();
        }
        Step::Reject(number) => {
            let user = UserId::new(1_000_000).unwrap();
            desk.ledger.reject(numbered(number), program, user, Rejection::Lost, NOW).await.unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_sequence_of_verbs_breaks_a_law(steps in prop::collection::vec(step(), 1..60), id in 1u64..=2) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let findings = runtime.block_on(async {
            let desk = Desk::open().await;
            let program = desk.ledger.programs().await.unwrap().swap_remove(usize::try_from(id).unwrap() - 1);
            for step in steps {
                play(&desk, program.id, step).await;
            }
            let ledger = desk.ledger.facts(program.id).await.unwrap();
            desk.ledger.close().await;
            check(&Facts { program: &program, ledger: &ledger, inventory: None, now: NOW }).findings
        });
        prop_assert_eq!(findings, []);
    }
}

#[tokio::test]
async fn the_books_of_all_programs_are_those_of_each() {
    let desk = Desk::open().await;
    assert!(desk.ledger.all_books().await.unwrap().is_empty());
    for (number, program, seats) in
        [(10, 1, [0, 1]), (11, 2, [0, 1]), (12, 1, [2, 3]), (13, 2, [4, 5]), (14, 1, [6, 7])]
    {
        desk.ledger.record(keyed(order(number, program, &seats), &number.to_string())).await.unwrap();
    }
    desk.ledger.close_order(numbered(12), Closing::Buyer, NOW).await.unwrap();
    let mut all = desk.ledger.all_books().await.unwrap();
    for id in [1, 2].map(|id| ProgramId::new(id).unwrap()) {
        let alone = desk.ledger.books(id).await.unwrap();
        assert_eq!((alone.live.len(), alone.requests.len()), if id.get() == 1 { (2, 3) } else { (2, 2) });
        assert_eq!(all.remove(&id), Some(alone));
    }
    assert!(all.is_empty());
}

#[tokio::test]
async fn a_claim_planted_in_the_file_is_found_by_the_audit() {
    let desk = Desk::open().await;
    desk.ledger.record(order(10, 1, &[0])).await.unwrap();
    desk.sql("INSERT INTO seat_claim (seat_id, order_number) VALUES (4, 77)");
    desk.sql("UPDATE orders SET price_cents = 1 WHERE order_number = 10");
    let program = desk.ledger.programs().await.unwrap().swap_remove(0);
    let ledger = desk.ledger.facts(program.id).await.unwrap();
    let report = check(&Facts { program: &program, ledger: &ledger, inventory: None, now: NOW });
    let blamed: Vec<_> = report.findings.iter().map(|f| (f.law.to_string(), f.order.unwrap().get())).collect();
    assert_eq!(blamed, [("L2".to_owned(), 77), ("L8".to_owned(), 10)]);
}
