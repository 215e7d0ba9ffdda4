//! Paying: the mock channel's notices, honest, forged, late and repeated; and giving an order up.
//! Every test runs for four versions and two engines.

use serde_json::json;
use tpp::{domain::rejection::Rejection, wire::pay::MockNotice};

use crate::harness::{Bank, Buyer, Case, Hall, Office, Program, Wish, every_order_case, wait_until};

every_order_case!(
    a_paid_order_owns_its_seats,
    a_notice_that_comes_twice_is_harmless,
    a_tampered_notice_changes_nothing,
    a_notice_over_another_amount_changes_nothing,
    a_payment_of_another_amount_is_not_started,
    money_for_a_cancelled_order_is_refunded_on_record,
    money_for_an_expired_order_is_refunded_on_record,
    a_cancelled_order_gives_its_seats_back_once,
    a_paid_order_cannot_be_cancelled,
);

/// An order of two seats whose payment was started.
fn order_at_the_bank(office: &Office, case: Case) -> (Program, Buyer, Bank, u64) {
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let order = buyer.buys(case.version, &hall, &Wish::best(2)).unwrap();
    let page = buyer.starts_payment(order, "200").unwrap();
    assert!(
        page.contains("<form") && page.contains(&order.to_string()),
        "a page with a form leads to the bank: {page}"
    );
    (hall, buyer, office.bank(), order)
}

fn check_says(buyer: &Buyer, order: u64) -> String {
    let body = json!({"orderNumber": order.to_string(), "payChannelType": "1"});
    let data = buyer.post("/order/pay/check", &body).data();
    data["orderStatus"].as_str().unwrap_or_else(|| panic!("no status in {data}")).to_owned()
}

fn a_paid_order_owns_its_seats(case: Case) {
    let office = Office::open(case.engine);
    let (hall, buyer, bank, order) = order_at_the_bank(&office, case);
    assert_eq!(check_says(&buyer, order), "1");
    assert!(bank.takes(&bank.notice(order, "200")));
    assert_eq!((buyer.status(order), check_says(&buyer, order)), (3, "3".to_owned()));
    assert_eq!(office.counts(&hall), (8, 0, 2));
    assert!(office.orders(&hall)[0].paid_at_ms.is_some());
    assert_eq!(buyer.starts_payment(order, "200"), Err(Rejection::OrderPaid));
}

fn a_notice_that_comes_twice_is_harmless(case: Case) {
    let office = Office::open(case.engine);
    let (hall, buyer, bank, order) = order_at_the_bank(&office, case);
    let notice = bank.notice(order, "200");
    for _ in 0..3 {
        assert!(bank.takes(&notice), "a channel repeats a notice until it hears success");
    }
    assert_eq!((buyer.status(order), office.counts(&hall)), (3, (8, 0, 2)));
}

fn a_tampered_notice_changes_nothing(case: Case) {
    let office = Office::open(case.engine);
    let (hall, buyer, bank, order) = order_at_the_bank(&office, case);
    let honest = bank.notice(order, "200");
    let forged: [fn(MockNotice) -> MockNotice; 6] = [
        |n| MockNotice { total_amount: "0.01".to_owned(), ..n },
        |n| MockNotice { trade_status: "TRADE_CLOSED".to_owned(), ..n },
        |n| MockNotice { trade_no: format!("{}x", n.trade_no), ..n },
        |n| MockNotice { timestamp: "1".to_owned(), ..n },
        |n| MockNotice { sign: String::new(), ..n },
        |n| MockNotice { sign: "0".repeat(64), ..n },
    ];
    for forge in forged {
        let notice = forge(honest.clone());
        assert!(!bank.takes(&notice), "taken: {notice:?}");
    }
    let other_bank = Bank::new("another bank's secret", office.door().clone());
    assert!(!other_bank.takes(&other_bank.notice(order, "200")));
    assert_eq!((buyer.status(order), office.counts(&hall)), (1, (8, 2, 0)));
    assert!(bank.takes(&honest));
}

fn a_notice_over_another_amount_changes_nothing(case: Case) {
    let office = Office::open(case.engine);
    let (hall, buyer, bank, order) = order_at_the_bank(&office, case);
    for amount in ["100", "200.01", "2000", "0"] {
        assert!(!bank.takes(&bank.notice(order, amount)), "{amount} was taken for 200");
    }
    assert!(!bank.takes(&bank.signed(MockNotice { app_id: "other".to_owned(), ..bank.notice(order, "200") })));
    assert!(!bank.takes(&bank.notice(order + 1, "200")), "there is no such order");
    assert_eq!((buyer.status(order), office.counts(&hall)), (1, (8, 2, 0)));
}

fn a_payment_of_another_amount_is_not_started(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let order = buyer.buys(case.version, &hall, &Wish::best(2)).unwrap();
    assert_eq!(buyer.starts_payment(order, "199.99"), Err(Rejection::PayPriceWrong));
    let bank = office.bank();
    assert!(!bank.takes(&bank.notice(order, "200")), "no payment was started, so there is no bill to pay");
    assert_eq!((buyer.status(order), office.counts(&hall)), (1, (8, 2, 0)));
}

fn money_for_a_cancelled_order_is_refunded_on_record(case: Case) {
    let office = Office::open(case.engine);
    let (hall, buyer, bank, order) = order_at_the_bank(&office, case);
    buyer.cancels(order).unwrap();
    let notice = bank.notice(order, "200");
    assert!(bank.takes(&notice), "the money was taken and goes back: the channel need not ask again");
    assert_eq!((buyer.status(order), check_says(&buyer, order)), (4, "4".to_owned()));
    assert!(bank.takes(&notice), "and a repeat refunds nothing more");
    assert_eq!(office.counts(&hall), (10, 0, 0));
}

fn money_for_an_expired_order_is_refunded_on_record(case: Case) {
    let office = Office::open_with(case.engine, &["--hold", "1s"]);
    let (hall, buyer, bank, order) = order_at_the_bank(&office, case);
    wait_until("the hold to end", || buyer.status(order) == 2);
    assert!(bank.takes(&bank.notice(order, "200")));
    assert_eq!(buyer.status(order), 4);
    wait_until("the seats to come back", || office.counts(&hall) == (10, 0, 0));
}

fn a_cancelled_order_gives_its_seats_back_once(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(1, 4));
    let [one, other] = office.buyers(2).try_into().unwrap();
    let order = one.buys(case.version, &hall, &Wish::best(2)).unwrap();
    one.cancels(order).unwrap();
    let next = other.buys(case.version, &hall, &Wish::best(2)).unwrap();
    assert_eq!(one.cancels(order), Err(Rejection::OrderNotUnpaid));
    assert_eq!(other.places(next), [(1, 1), (1, 2)], "the seats that came back are the best ones again");
    assert_eq!(office.counts(&hall), (2, 2, 0));
    assert_eq!(office.orders(&hall)[0].closing.as_deref(), Some("buyer"));
}

fn a_paid_order_cannot_be_cancelled(case: Case) {
    let office = Office::open(case.engine);
    let (hall, buyer, bank, order) = order_at_the_bank(&office, case);
    assert!(bank.takes(&bank.notice(order, "200")));
    assert_eq!(buyer.cancels(order), Err(Rejection::OrderNotUnpaid));
    assert_eq!((buyer.status(order), office.counts(&hall)), (3, (8, 0, 2)));
}
