//! The audit can fail: books and inventory are falsified behind the server's back, and the law and the order are named.
//! Must not be the only proof of a law: each law's own tests stand beside it in `domain/audit`.

use rusqlite::Connection;
use serde_json::Value;
use tpp::{domain::order::OrderVersion, wire::api::AuditAnswer};

use crate::{
    cli::says,
    harness::{Engine, Hall, Office, Program, Wish, office::ADMIN_TOKEN},
};

/// A server with a paid order of two, an unpaid order of two, and a cancelled one; audited only by the test.
fn with_three_orders(engine: Engine) -> (Office, Program, [u64; 3]) {
    let mut office = Office::open(engine);
    let hall = office.program(&Hall::of(2, 5).per_account(4));
    let buyers = office.buyers(3);
    let orders = [0, 1, 2].map(|at: usize| buyers[at].buys(OrderVersion::V3, &hall, &Wish::best(2)).unwrap());
    buyers[0].pays(orders[0]).unwrap();
    buyers[2].cancels(orders[2]).unwrap();
    assert!(office.audit().clean, "before anything is falsified");
    office.without_the_last_audit();
    (office, hall, orders)
}

/// Which laws an audit finds broken.
fn broken(audit: &AuditAnswer) -> Vec<&str> {
    audit.laws.iter().filter(|law| law.verdict == "broken").map(|law| law.law.as_str()).collect()
}

/// The falsification must be noticed on the stopped server's folder, with this law and this order.
#[track_caller]
fn is_noticed_in_the_books(falsify: &str, law: &str, order: impl Fn([u64; 3]) -> u64) {
    let (mut office, _, orders) = with_three_orders(Engine::Embedded);
    office.stop();
    let falsify = ["$paid", "$unpaid", "$cancelled"]
        .into_iter()
        .zip(orders)
        .fold(falsify.to_owned(), |sql, (name, n)| sql.replace(name, &n.to_string()));
    Connection::open(office.data().join("ledger.sqlite")).unwrap().execute_batch(&falsify).unwrap();
    let output = crate::cli::tpp(&["audit", "--data", office.data().to_str().unwrap(), "--output", "json"]);
    assert_eq!(output.status.code(), Some(12), "{falsify} went through");
    let audit: AuditAnswer = serde_json::from_slice(&output.stdout).unwrap();
    assert!(broken(&audit).contains(&law), "{falsify}: {:#?}", audit.findings);
    let order = order(orders);
    let named = |f: &tpp::wire::api::FindingAnswer| f.law == law && f.order_number.is_some_and(|n| n.get() == order);
    assert!(audit.findings.iter().any(named), "order {order} is not named: {:#?}", audit.findings);
}

#[test]
fn a_seat_in_two_live_orders_is_noticed() {
    is_noticed_in_the_books(
        "UPDATE ticket SET seat = (SELECT seat FROM ticket WHERE order_number = $paid AND position = 0)
         WHERE order_number = $unpaid AND position = 0",
        "L2",
        |[_, unpaid, _]| unpaid,
    );
}

#[test]
fn a_paid_order_without_money_is_noticed() {
    is_noticed_in_the_books(
        "UPDATE orders SET status = 3, paid_at = 1 WHERE order_number = $unpaid",
        "L6",
        |[_, unpaid, _]| unpaid,
    );
}

#[test]
fn an_order_at_another_price_is_noticed() {
    is_noticed_in_the_books("UPDATE orders SET price_cents = 1 WHERE order_number = $paid", "L8", |[paid, ..]| paid);
}

#[test]
fn an_order_that_lost_a_ticket_is_noticed() {
    is_noticed_in_the_books(
        "DELETE FROM ticket WHERE order_number = $unpaid AND position = 1",
        "L8",
        |[_, unpaid, _]| unpaid,
    );
}

#[test]
fn an_inventory_that_lies_is_noticed_on_the_running_server() {
    for (falsify, law) in [
        (vec!["HINCRBY {p1}:counts a0 1"], "L1"),
        (vec!["SETRANGE {p1}:seats 0 0"], "L3"),
        (vec!["HDEL {p1}:owners 0"], "L3"),
        (vec!["SETRANGE {p1}:seats 9 1", "HSET {p1}:owners 9 4611686018427387904"], "L4"),
    ] {
        let (mut office, _, _) = with_three_orders(Engine::Redis);
        for command in &falsify {
            office.redis().command(&command.split(' ').collect::<Vec<_>>());
        }
        let audit = office.audit();
        assert!(broken(&audit).contains(&law), "{falsify:?}: {:#?}", audit.findings);
        let url = office.door().url();
        let complaint = says(&["audit", "--url", &url, "--admin-token", ADMIN_TOKEN], 12);
        assert_eq!(complaint, "", "findings stand on stdout");
        let of_program = office.operator("GET", "/api/v1/audit?program=1", &Value::Null).json();
        assert_eq!(of_program["clean"], Value::Bool(false));
    }
}
