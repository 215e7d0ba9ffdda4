//! Holds that end: seats come back by themselves, and paying and expiring the same order has one winner.
//! Every test runs for four versions and two engines.

use tpp::domain::rejection::Rejection;

use crate::harness::{Case, Hall, Office, Wish, every_order_case, wait_until};

every_order_case!(
    an_unpaid_order_gives_its_seats_back,
    a_paid_order_keeps_its_seats,
    seats_of_an_expired_order_are_sold_again,
    a_hold_ends_also_after_a_restart,
    paying_and_expiring_at_once_has_one_winner,
);

fn an_unpaid_order_gives_its_seats_back(case: Case) {
    let office = Office::open_with(case.engine, &["--hold", "300ms"]);
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let order = buyer.buys(case.version, &hall, &Wish::best(3)).unwrap();
    wait_until("the hold to end", || buyer.status(order) == 2);
    wait_until("the seats to come back", || office.counts(&hall) == (10, 0, 0));
    assert_eq!(office.orders(&hall)[0].closing.as_deref(), Some("expired"));
    assert_eq!(buyer.ticket_count(&hall), 0);
    assert_eq!(buyer.cancels(order), Err(Rejection::OrderNotUnpaid));
}

fn a_paid_order_keeps_its_seats(case: Case) {
    let office = Office::open_with(case.engine, &["--hold", "2s"]);
    let hall = office.program(&Hall::of(2, 5));
    let [pays, abandons] = office.buyers(2).try_into().unwrap();
    let paid = pays.buys(case.version, &hall, &Wish::best(2)).unwrap();
    pays.pays(paid).unwrap();
    // Bought later, so that its end says that the paid order's would have come.
    let abandoned = abandons.buys(case.version, &hall, &Wish::best(2)).unwrap();
    wait_until("the later hold to end", || abandons.status(abandoned) == 2);
    assert_eq!(pays.status(paid), 3);
    wait_until("the seats to come back", || office.counts(&hall) == (8, 0, 2));
}

fn seats_of_an_expired_order_are_sold_again(case: Case) {
    let office = Office::open_with(case.engine, &["--hold", "300ms"]);
    let hall = office.program(&Hall::of(1, 2));
    let [slow, quick] = office.buyers(2).try_into().unwrap();
    slow.buys(case.version, &hall, &Wish::best(2)).unwrap();
    wait_until("the seats to be on sale again", || quick.buys(case.version, &hall, &Wish::best(2)).is_ok());
}

fn a_hold_ends_also_after_a_restart(case: Case) {
    let mut office = Office::open_with(case.engine, &["--hold", "1s"]);
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let order = buyer.buys(case.version, &hall, &Wish::best(2)).unwrap();
    office.kill();
    office.start();
    wait_until("the hold to end", || buyer.status(order) == 2);
    wait_until("the seats to come back", || office.counts(&hall) == (10, 0, 0));
}

fn paying_and_expiring_at_once_has_one_winner(case: Case) {
    let office = Office::open_with(case.engine, &["--hold", "200ms"]);
    let hall = office.program(&Hall::of(4, 5));
    let bank = office.bank();
    let buyers = office.buyers(10);
    let mut orders = Vec::new();
    for buyer in &buyers {
        let order = buyer.buys(case.version, &hall, &Wish::best(1)).unwrap();
        // Refused when the hold has ended already: then there is no bill, and the notice below finds none.
        let _ = buyer.starts_payment(order, "100");
        orders.push((buyer, order));
    }
    for (_, order) in &orders {
        bank.sends(&bank.notice(*order, "100"));
    }
    wait_until("every hold to end one way or the other", || orders.iter().all(|(b, order)| b.status(*order) != 1));
    let paid = orders.iter().filter(|(buyer, order)| buyer.status(*order) == 3).count() as u64;
    wait_until("counts to agree with the orders", || office.counts(&hall) == (20 - paid, 0, paid));
}
