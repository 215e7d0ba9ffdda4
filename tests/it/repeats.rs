//! Sending the same thing again: the same key makes one order, a key under another body is refused.
//! Every test runs for four versions and two engines.

use std::{collections::HashSet, thread};

use serde_json::json;
use tpp::domain::{order::OrderVersion, rejection::Rejection};

use crate::harness::{Buyer, Case, Hall, Office, Program, Wish, buyer::number_in, every_order_case};

every_order_case!(
    a_repeated_request_id_gives_the_same_order,
    a_repeated_header_gives_the_same_order,
    a_key_under_another_body_is_refused,
    a_key_belongs_to_its_user,
    a_key_outlives_its_order,
    a_key_outlives_a_kill,
    a_double_click_makes_one_order,
    the_same_key_through_another_version_gives_the_same_order,
);

fn a_repeated_request_id_gives_the_same_order(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let wish = Wish::best(2).with_key("click-1");
    let first = buyer.buys(case.version, &hall, &wish).unwrap();
    assert_eq!(buyer.buys(case.version, &hall, &wish), Ok(first));
    assert_eq!(office.counts(&hall), (8, 2, 0));
    let other = buyer.buys(case.version, &hall, &Wish::best(2).with_key("click-2")).unwrap();
    assert_ne!(other, first);
}

fn a_repeated_header_gives_the_same_order(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let first = with_header(&buyer, case.version, &hall, "head-1");
    assert_eq!(with_header(&buyer, case.version, &hall, "head-1"), first);
    let by_body = buyer.buys(case.version, &hall, &Wish::best(1).with_key("head-1"));
    assert_eq!(by_body, Ok(first), "header and field are the same key");
    assert_eq!(office.counts(&hall), (9, 1, 0));
}

fn with_header(buyer: &Buyer, version: OrderVersion, hall: &Program, key: &str) -> u64 {
    let body = buyer.body(hall, &Wish::best(1)).to_string();
    let headers = [("content-type", "application/json"), ("token", &*buyer.token), ("idempotency-key", key)];
    let answer = buyer.door.send("POST", &format!("/program/order/create/{version}"), &headers, body.as_bytes());
    number_in(&answer.data())
}

fn a_key_under_another_body_is_refused(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5).and("50", 1, 5));
    let buyer = office.buyer();
    buyer.buys(case.version, &hall, &Wish::best(2).with_key("k")).unwrap();
    let others = [
        Wish::best(1).with_key("k"),
        Wish::best(2).in_category(1).with_key("k"),
        Wish::best(2).for_people(&[1, 2]).with_key("k"),
        Wish::seats(&[hall.seat(5, 2, 1), hall.seat(5, 2, 2)]).with_key("k"),
    ];
    for other in others {
        let refused = buyer.buys(case.version, &hall, &other);
        assert_eq!(refused, Err(Rejection::KeyReused), "{other:?}");
    }
    assert_eq!(office.counts(&hall), (13, 2, 0));
}

fn a_key_belongs_to_its_user(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5));
    let [one, other] = office.buyers(2).try_into().unwrap();
    let wish = Wish::best(1).with_key("same");
    let first = one.buys(case.version, &hall, &wish).unwrap();
    let second = other.buys(case.version, &hall, &wish).unwrap();
    assert_ne!(first, second);
    assert_eq!(office.counts(&hall), (8, 2, 0));
}

fn a_key_outlives_its_order(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let wish = Wish::best(1).with_key("once");
    let order = buyer.buys(case.version, &hall, &wish).unwrap();
    buyer.cancels(order).unwrap();
    assert_eq!(buyer.buys(case.version, &hall, &wish), Ok(order), "the order did exist: this is what became of it");
    assert_eq!(buyer.status(order), 2);
    assert_eq!(office.counts(&hall), (10, 0, 0));
}

fn a_key_outlives_a_kill(case: Case) {
    let mut office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let wish = Wish::best(2).with_key("before-the-kill");
    let order = buyer.buys(case.version, &hall, &wish).unwrap();
    office.kill();
    office.start();
    assert_eq!(buyer.buys(case.version, &hall, &wish), Ok(order));
    let other = Wish::best(1).with_key("before-the-kill");
    assert_eq!(buyer.buys(case.version, &hall, &other), Err(Rejection::KeyReused));
    assert_eq!(office.counts(&hall), (8, 2, 0));
}

fn a_double_click_makes_one_order(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let body = buyer.body(&hall, &Wish::best(1).with_key("double"));
    let numbers: HashSet<_> = thread::scope(|scope| {
        let clicks: Vec<_> =
            (0..8).map(|_| scope.spawn(|| number_in(&buyer.asks(case.version, &body).data()))).collect();
        clicks.into_iter().map(|click| click.join().unwrap()).collect()
    });
    assert_eq!(numbers.len(), 1);
    office.wait_for_the_queue();
    assert_eq!(office.counts(&hall), (9, 1, 0));
    assert_eq!(office.orders(&hall).len(), 1);
}

fn the_same_key_through_another_version_gives_the_same_order(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let wish = Wish::best(1).with_key("A/B");
    let first = buyer.buys(case.version, &hall, &wish).unwrap();
    for version in OrderVersion::ALL {
        assert_eq!(buyer.buys(version, &hall, &wish), Ok(first), "through {version}");
    }
    assert_eq!(buyer.orders()[0]["ticketCount"], json!("1"));
    assert_eq!(office.counts(&hall), (9, 1, 0));
}
