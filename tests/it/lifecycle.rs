//! Starting and stopping: what was accepted before SIGTERM is created after it, and a start needs no hand.
//! Must not kill: that is for the crash tests.

use serde_json::json;
use tpp::domain::order::OrderVersion;

use crate::harness::{Case, Engine, Hall, Office, Wish, buyer::number_in, every_order_case, wait_until};

every_order_case!(a_stop_loses_nothing_that_was_promised, a_stop_is_quick_while_nobody_buys);

fn a_stop_loses_nothing_that_was_promised(case: Case) {
    let mut office = Office::open(case.engine);
    let hall = office.program(&Hall::of(4, 10));
    let buyers = office.buyers(30);
    // Accepted, and perhaps not written yet: the stop comes at once.
    let accepted =
        |buyer: &crate::harness::Buyer| number_in(&buyer.asks(case.version, &buyer.body(&hall, &Wish::best(1))).data());
    let orders: Vec<_> = buyers.iter().map(|buyer| (buyer, accepted(buyer))).collect();
    office.stop();
    office.start();
    for (buyer, order) in &orders {
        assert_eq!(buyer.sees_created(*order), Ok(()));
        assert_eq!(buyer.status(*order), 1);
    }
    assert_eq!(office.counts(&hall), (10, 30, 0));
    assert!(!office.stderr().contains("recovering"), "a stop in good order needs no recovery: {}", office.stderr());
}

fn a_stop_is_quick_while_nobody_buys(case: Case) {
    let mut office = Office::open(case.engine);
    let hall = office.program(&Hall::of(1, 5));
    let buyer = office.buyer();
    let order = buyer.buys(case.version, &hall, &Wish::best(1)).unwrap();
    buyer.pays(order).unwrap();
    let started = std::time::Instant::now();
    office.stop();
    let took = started.elapsed();
    assert!(took.as_secs() < 5, "an idle server took {took:?} to stop");
    office.start();
    assert_eq!((buyer.status(order), office.counts(&hall)), (3, (4, 0, 1)));
}

#[test]
fn a_server_ends_with_the_stdin_of_whoever_started_it() {
    let mut office = Office::open(Engine::Embedded);
    office.server().close_stdin();
    wait_until("the server to end", || office.server().has_ended());
    assert!(office.server().ended().success());
    office.without_the_last_audit();
    office.start();
}

#[test]
fn a_first_programme_list_is_imported_once() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.json");
    std::fs::write(&list, Hall::of(2, 5).as_list(9).to_string()).unwrap();
    let mut office = Office::open_with(Engine::Embedded, &["--programs", list.to_str().unwrap()]);
    assert_eq!(office.programs().len(), 1);
    office.stop();
    office.start();
    assert_eq!(office.programs().len(), 1);
    let hall = crate::harness::Program { line: office.programs().remove(0) };
    office.buyer().buys(OrderVersion::V1, &hall, &Wish::best(1)).unwrap();
    let detail = office.door().post("/program/detail", None, &json!({"id": 9})).data();
    assert_eq!(detail["id"], json!("9"));
}
