//! A Redis that comes back emptied or restarted: buyers are told to come back, and the sale goes on by itself.
//! Must not leave a seat sold twice or lost: the last audit of each test looks.

use serde_json::Value;
use tpp::domain::{order::OrderVersion, rejection::Rejection};

use crate::harness::{Buyer, Engine, Hall, Office, Program, Wish, wait_until};

/// Buys as a patient client does: 503 is answered by coming back, and must say when.
fn buys_in_the_end(buyer: &Buyer, version: OrderVersion, hall: &Program, key: &str) -> Result<u64, Rejection> {
    let wish = Wish::best(1).with_key(key);
    let body = buyer.body(hall, &wish);
    wait_until("the sale to go on", || {
        let answer = buyer.asks(version, &body);
        if answer.status == 503 {
            let seconds = answer.header("retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
            assert!(seconds.is_some_and(|s| s >= 1), "503 without Retry-After: {:?}", answer.headers);
        }
        answer.status == 200
    });
    buyer.buys(version, hall, &wish)
}

fn each_version(mut check: impl FnMut(OrderVersion, &mut Office, &Program, &[Buyer])) {
    for version in OrderVersion::ALL {
        let mut office = Office::open(Engine::Redis);
        let hall = office.program(&Hall::of(4, 5));
        let buyers = office.buyers(3);
        check(version, &mut office, &hall, &buyers);
    }
}

#[test]
fn an_emptied_redis_is_rebuilt_from_the_ledger_and_the_sale_goes_on() {
    each_version(|version, office, hall, buyers| {
        let paid = buyers[0].buys(version, hall, &Wish::best(2).with_key("paid")).unwrap();
        buyers[0].pays(paid).unwrap();
        let unpaid = buyers[1].buys(version, hall, &Wish::best(3)).unwrap();
        assert_eq!(office.redis().command(&["FLUSHALL"]), "+OK");
        let after = buys_in_the_end(&buyers[2], version, hall, "after").unwrap();
        wait_until("the counts to be the ledger's", || office.counts(hall) == (14, 4, 2));
        assert_eq!((buyers[0].status(paid), buyers[1].status(unpaid), buyers[2].status(after)), (3, 1, 1));
        let repeated = buyers[0].buys(version, hall, &Wish::best(2).with_key("paid"));
        assert_eq!(repeated, Ok(paid), "keys are rebuilt, too");
    });
}

#[test]
fn a_redis_that_was_killed_is_caught_up_with_and_the_sale_goes_on() {
    each_version(|version, office, hall, buyers| {
        let before = buyers[0].buys(version, hall, &Wish::best(2)).unwrap();
        office.redis().kill_and_start_again();
        let after = buys_in_the_end(&buyers[1], version, hall, "after").unwrap();
        assert_eq!((buyers[0].status(before), buyers[1].status(after)), (1, 1));
        wait_until("the counts to be the ledger's", || office.counts(hall) == (17, 3, 0));
        buyers[0].cancels(before).unwrap();
        wait_until("the seats to come back", || office.counts(hall) == (19, 1, 0));
    });
}

#[test]
fn a_server_tells_whether_it_is_ready_to_sell() {
    let office = Office::open(Engine::Redis);
    let ready = office.operator("GET", "/readyz", &Value::Null);
    assert_eq!(ready.status, 200, "{}", ready.text());
}
