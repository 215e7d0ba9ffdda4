//! What operators see and do with single orders and seats: refunds, an order's life, who has a seat, lists by filter.
//! Must not read a stored time as anything but a time: only its sequence is compared.

use serde_json::{Value, json};
use tpp::{
    domain::{
        ids::{Millis, OrderNumber},
        order::OrderVersion,
        rejection::Rejection,
    },
    ledger::{Durability, Ledger, Refunded},
    wire::admin::{OrderLife, OrderLine, SeatDetail},
};

use crate::harness::{Buyer, Case, Engine, Hall, Office, Program, Wish, every_order_case};

every_order_case!(a_refund_gives_money_and_seats_back_once, only_a_paid_order_is_refunded);

const ORDERS: &str = "/api/v1/admin/orders";

fn paid(office: &Office, version: OrderVersion) -> (Program, Buyer, u64) {
    let hall = office.program(&Hall::of(2, 5).per_account(2).real_name());
    let buyer = office.buyer();
    let order = buyer.buys(version, &hall, &Wish::best(2)).unwrap();
    buyer.pays(order).unwrap();
    assert_eq!(office.counts(&hall), (8, 0, 2));
    (hall, buyer, order)
}

/// Status of the answer, and the word of the refusal.
#[track_caller]
fn refunds(office: &Office, order: u64) -> (u16, String) {
    let answer = office.operator("POST", &format!("{ORDERS}/{order}/refund"), &Value::Null);
    let word = if answer.status < 300 { String::new() } else { answer.json()["title"].as_str().unwrap().to_owned() };
    (answer.status, word)
}

#[track_caller]
fn life(office: &Office, order: u64) -> OrderLife {
    let answer = office.operator("GET", &format!("{ORDERS}/{order}/life"), &Value::Null);
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

fn what(life: &OrderLife) -> Vec<&str> {
    life.steps.iter().map(|step| step.what.as_str()).collect()
}

fn beginning(version: OrderVersion) -> Vec<&'static str> {
    if version == OrderVersion::V4 { vec!["queued", "created"] } else { vec!["created"] }
}

/// Times that are there never go back.
fn is_in_sequence(life: &OrderLife) -> bool {
    life.steps.iter().filter_map(|step| step.at_ms).is_sorted()
}

fn a_refund_gives_money_and_seats_back_once(case: Case) {
    let office = Office::open(case.engine);
    let (hall, buyer, order) = paid(&office, case.version);
    assert_eq!(refunds(&office, order), (204, String::new()));
    assert_eq!((buyer.status(order), office.counts(&hall)), (4, (10, 0, 0)));
    assert_eq!(buyer.ticket_count(&hall), 0);
    // The same people buy the same seats again: names, account and seats are free.
    let again = buyer.buys(case.version, &hall, &Wish::best(2)).unwrap();
    assert_eq!(refunds(&office, order), (409, "order_refunded".to_owned()));
    assert!(office.bank().takes(&office.bank().notice(order, "200")), "a channel repeats its notice");
    assert_eq!((buyer.status(again), office.counts(&hall)), (1, (8, 2, 0)));

    let told = life(&office, order);
    let wanted = [beginning(case.version), vec!["bill", "paid", "refunded"]].concat();
    assert_eq!(what(&told), wanted);
    assert!(is_in_sequence(&told), "{told:?}");
    assert!(told.steps.last().unwrap().detail.contains("200, by an operator"), "{told:?}");
    let buyer_shown = told.buyer.unwrap();
    assert!(buyer_shown.mobile.contains("****") && buyer_shown.name.starts_with('*'), "{buyer_shown:?}");
}

fn only_a_paid_order_is_refunded(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let order = buyer.buys(case.version, &hall, &Wish::best(2)).unwrap();
    assert_eq!(refunds(&office, order), (409, "order_not_paid".to_owned()));
    let told = life(&office, order);
    assert_eq!(what(&told), [beginning(case.version), vec!["ends"]].concat());
    assert_eq!(told.steps.last().unwrap().at_ms, told.order.map(|order| order.hold_ends_at_ms));
    buyer.cancels(order).unwrap();
    assert_eq!(refunds(&office, order), (409, "order_not_paid".to_owned()));
    assert_eq!(refunds(&office, 1), (404, "order_missing".to_owned()));
    assert_eq!(office.counts(&hall), (10, 0, 0));
    let told = life(&office, order);
    assert_eq!(what(&told), [beginning(case.version), vec!["cancelled"]].concat());
    assert_eq!(told.steps.last().unwrap().detail, "by the buyer");
}

#[test]
fn a_late_payment_is_told_apart_from_a_refund_by_an_operator() {
    let office = Office::open(Engine::Embedded);
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let order = buyer.buys(OrderVersion::V3, &hall, &Wish::best(2)).unwrap();
    buyer.starts_payment(order, "200").unwrap();
    let cancel = office.operator("POST", &format!("{ORDERS}/{order}/cancel"), &Value::Null);
    assert_eq!(cancel.status, 204, "{}", cancel.text());
    assert!(office.bank().takes(&office.bank().notice(order, "200")));
    let told = life(&office, order);
    assert_eq!(what(&told), ["created", "bill", "cancelled", "paid", "refunded"]);
    assert_eq!(told.steps[2].detail, "by an operator");
    assert!(told.steps[4].detail.contains("too late"), "{told:?}");
    assert_eq!(buyer.starts_payment(order, "200"), Err(Rejection::OrderRefunded));
}

#[test]
fn an_order_that_nobody_placed_has_no_life() {
    let office = Office::open(Engine::Embedded);
    let answer = office.operator("GET", &format!("{ORDERS}/77/life"), &Value::Null);
    assert_eq!((answer.status, answer.json()["title"].clone()), (404, json!("order_missing")));
    assert_eq!(office.operator("GET", &format!("{ORDERS}/x/life"), &Value::Null).status, 400);
}

#[test]
fn a_refund_that_a_kill_cut_off_is_finished_at_the_next_start() {
    for engine in [Engine::Embedded, Engine::Redis] {
        let mut office = Office::open(engine);
        let (hall, buyer, order) = paid(&office, OrderVersion::V4);
        office.kill();
        // What a server leaves that dies between the ledger and the inventory.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let ledger = Ledger::open(&office.data().join("ledger.sqlite"), Durability::Full).unwrap();
            let refunded = ledger.refund_order(OrderNumber::new(order).unwrap(), Millis(0)).await.unwrap();
            assert!(matches!(refunded, Refunded::Now(_)), "{refunded:?}");
            ledger.close().await;
        });
        office.start();
        assert_eq!((buyer.status(order), office.counts(&hall)), (4, (10, 0, 0)), "{engine:?}");
    }
}

#[test]
fn a_seat_says_who_has_it() {
    for engine in [Engine::Embedded, Engine::Redis] {
        let office = Office::open(engine);
        let [hall, other] = [office.program(&Hall::of(2, 5)), office.program(&Hall::of(1, 5))];
        let buyer = office.buyer();
        let order = buyer.buys(OrderVersion::V3, &other, &Wish::best(2)).unwrap();
        let seat = |program: &Program, at: u64| -> SeatDetail {
            let id = program.line.seat_base + at;
            let answer = office.operator("GET", &format!("/api/v1/admin/seats/{id}"), &Value::Null);
            assert_eq!(answer.status, 200, "{}", answer.text());
            serde_json::from_slice(&answer.body).unwrap()
        };
        let owner = |seat: &SeatDetail| seat.order.as_ref().map(|order| order.order_number.get());
        let held = seat(&other, 1);
        assert_eq!((held.program_id.get(), held.row, held.col, held.state), (other.id(), 1, 2, 2));
        assert_eq!((owner(&held), held.buyer.map(|buyer| buyer.user_id.get())), (Some(order), Some(buyer.user)));
        buyer.pays(order).unwrap();
        assert_eq!(seat(&other, 0).state, 3);
        let free = seat(&hall, 9);
        assert_eq!((free.program_id.get(), free.row, free.col, free.state), (hall.id(), 2, 5, 1));
        assert!(free.order.is_none() && free.buyer.is_none());
        for (id, status) in [((other.line.seat_base + 5).to_string(), 404), ("x".to_owned(), 400)] {
            let answer = office.operator("GET", &format!("/api/v1/admin/seats/{id}"), &Value::Null);
            assert_eq!(answer.status, status, "{}", answer.text());
        }
    }
}

#[test]
fn lists_of_orders_are_filtered_and_paged_from_both_ends() {
    let office = Office::open(Engine::Embedded);
    let hall = office.program(&Hall::of(2, 10).and("50", 1, 5));
    let buyer = office.buyer();
    let orders: Vec<u64> = OrderVersion::ALL.map(|version| buyer.buys(version, &hall, &Wish::best(1)).unwrap()).into();
    let cheap = buyer.buys(OrderVersion::V4, &hall, &Wish::best(1).in_category(1)).unwrap();
    let found = |query: &str| -> Vec<u64> {
        let answer = office.operator("GET", &format!("{ORDERS}?{query}"), &Value::Null);
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        let lines: Vec<OrderLine> = serde_json::from_slice(&answer.body).unwrap();
        lines.iter().map(|line| line.order_number.get()).collect()
    };
    let made: OrderLine = office.orders(&hall).remove(2);
    assert_eq!(found("version=3"), [orders[2]]);
    assert_eq!(found(&format!("category={}&version=4", hall.category(1))), [cheap]);
    assert_eq!(found("newest=true&limit=2"), [cheap, orders[3]]);
    assert_eq!(found(&format!("newest=true&limit=2&before={}", orders[3])), [orders[2], orders[1]]);
    assert_eq!(found(&format!("after={}&before={cheap}&newest=false", orders[1])), [orders[2], orders[3]]);
    assert!(found(&format!("made_after_ms={}", made.created_at_ms)).contains(&orders[2]));
    assert!(!found(&format!("made_before_ms={}", made.created_at_ms)).contains(&orders[2]));
    assert_eq!(found("made_after_ms=4102444800000"), [] as [u64; 0]);
    for (query, words) in [
        ("version=5", "version is 1, 2, 3 or 4"),
        ("status=9", "status is 1 unpaid, 2 cancelled, 3 paid or 4 refunded"),
        ("newest=yes", "newest is true or false"),
        ("made_after_ms=5m", "milliseconds since 1970"),
        ("before=-1", "before is an order number"),
        ("category=0", "category is the id"),
        ("limit=10001", "from 1 to 10000"),
        ("newset=true", "newset"),
    ] {
        let answer = office.operator("GET", &format!("{ORDERS}?{query}"), &Value::Null);
        let told = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(answer.status == 400 && told.contains(words), "{query}: {} {told}", answer.status);
    }
}
