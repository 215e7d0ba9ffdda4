//! Buying: what a buyer gets, what the sale refuses, and that the last seat goes once.
//! Every test runs for four versions and two engines.

use std::{
    collections::{BTreeSet, HashSet},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::json;
use tpp::domain::rejection::Rejection;

use crate::harness::{Case, Hall, Office, Wish, every_order_case};

every_order_case!(
    the_best_seats_are_side_by_side_from_the_front,
    a_buyer_gets_the_seats_that_were_picked,
    a_group_that_fits_in_no_row_is_refused_or_split_as_asked,
    a_sale_sells_every_seat_once_and_then_says_sold_out,
    many_buyers_at_once_never_get_the_same_seat,
    an_order_above_its_limit_is_refused,
    an_account_above_its_limit_is_refused,
    a_real_name_program_gives_each_person_one_live_ticket,
    a_program_is_sold_only_inside_its_window,
    categories_are_sold_apart,
    an_order_reads_as_it_was_placed,
    the_poll_of_the_web_client_ends_with_the_order_number,
);

fn the_best_seats_are_side_by_side_from_the_front(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(3, 5));
    let buyer = office.buyer();
    let first = buyer.buys(case.version, &hall, &Wish::best(2)).unwrap();
    let second = buyer.buys(case.version, &hall, &Wish::best(4)).unwrap();
    let third = buyer.buys(case.version, &hall, &Wish::best(3)).unwrap();
    assert_eq!(buyer.places(first), [(1, 1), (1, 2)]);
    assert_eq!(buyer.places(second), [(2, 1), (2, 2), (2, 3), (2, 4)]);
    assert_eq!(buyer.places(third), [(1, 3), (1, 4), (1, 5)]);
    assert_eq!(office.counts(&hall), (6, 9, 0));
}

fn a_buyer_gets_the_seats_that_were_picked(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(3, 5));
    let [one, other] = office.buyers(2).try_into().unwrap();
    let picked = [hall.seat(5, 2, 4), hall.seat(5, 1, 1), hall.seat(5, 3, 5)];
    let order = one.buys(case.version, &hall, &Wish::seats(&picked)).unwrap();
    assert_eq!(one.places(order), [(2, 4), (1, 1), (3, 5)], "seats stand in the order of the request");
    let again = other.buys(case.version, &hall, &Wish::seats(&[hall.seat(5, 3, 4), hall.seat(5, 3, 5)]));
    assert_eq!(again, Err(Rejection::SeatHeld));
    assert_eq!(office.counts(&hall), (12, 3, 0), "a refused order takes none of its seats");
    one.pays(order).unwrap();
    let sold = other.buys(case.version, &hall, &Wish::seats(&[hall.seat(5, 3, 5)]));
    assert_eq!(sold, Err(Rejection::SeatSold));
}

fn a_group_that_fits_in_no_row_is_refused_or_split_as_asked(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 3));
    let buyer = office.buyer();
    let four = Wish::best(4);
    assert_eq!(buyer.buys(case.version, &hall, &four), Err(Rejection::SeatsOccupied));
    assert_eq!(office.counts(&hall), (6, 0, 0));
    let order = buyer.buys(case.version, &hall, &four.or_split()).unwrap();
    let rows: Vec<_> = buyer.places(order);
    assert_eq!(rows, [(1, 1), (1, 2), (1, 3), (2, 1)], "the largest group first, then what is closest");
    assert_eq!(buyer.buys(case.version, &hall, &Wish::best(3)), Err(Rejection::SoldOut));
}

fn a_sale_sells_every_seat_once_and_then_says_sold_out(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 4));
    let buyers = office.buyers(9);
    for buyer in &buyers[..8] {
        buyer.buys(case.version, &hall, &Wish::best(1)).unwrap();
    }
    assert_eq!(office.counts(&hall), (0, 8, 0));
    assert_eq!(buyers[8].buys(case.version, &hall, &Wish::best(1)), Err(Rejection::SoldOut));
    let places: HashSet<_> = office.orders(&hall).iter().flat_map(|o| o.tickets.clone()).map(|t| t.seat_id).collect();
    assert_eq!(places.len(), 8);
}

fn many_buyers_at_once_never_get_the_same_seat(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(4, 10));
    let buyers = office.buyers(60);
    let results: Vec<_> = thread::scope(|scope| {
        let queues = buyers.chunks(5).map(|queue| {
            let hall = &hall;
            scope.spawn(move || queue.iter().map(|b| b.buys(case.version, hall, &Wish::best(1))).collect::<Vec<_>>())
        });
        let queues: Vec<_> = queues.collect();
        queues.into_iter().flat_map(|queue| queue.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 40);
    assert_eq!(results.iter().filter(|result| **result == Err(Rejection::SoldOut)).count(), 20);
    assert_eq!(office.counts(&hall), (0, 40, 0));
    let seats: HashSet<_> = office.orders(&hall).iter().map(|order| order.tickets[0].seat_id).collect();
    assert_eq!(seats.len(), 40);
}

fn an_order_above_its_limit_is_refused(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5).per_order(3));
    let buyer = office.buyer();
    assert_eq!(buyer.buys(case.version, &hall, &Wish::best(4)), Err(Rejection::OrderLimit));
    assert_eq!(office.counts(&hall), (10, 0, 0));
    buyer.buys(case.version, &hall, &Wish::best(3)).unwrap();
}

fn an_account_above_its_limit_is_refused(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5).per_account(3));
    let [one, other] = office.buyers(2).try_into().unwrap();
    let order = one.buys(case.version, &hall, &Wish::best(2)).unwrap();
    assert_eq!(one.buys(case.version, &hall, &Wish::best(2)), Err(Rejection::AccountLimit));
    assert_eq!(one.ticket_count(&hall), 2);
    one.buys(case.version, &hall, &Wish::best(1)).unwrap();
    assert_eq!(one.buys(case.version, &hall, &Wish::best(1)), Err(Rejection::AccountLimit));
    other.buys(case.version, &hall, &Wish::best(3)).unwrap();
    one.cancels(order).unwrap();
    assert_eq!(one.ticket_count(&hall), 1);
    one.buys(case.version, &hall, &Wish::best(2)).unwrap();
}

fn a_real_name_program_gives_each_person_one_live_ticket(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5).real_name());
    let buyer = office.buyer();
    let order = buyer.buys(case.version, &hall, &Wish::best(2).for_people(&[0, 1])).unwrap();
    let again = buyer.buys(case.version, &hall, &Wish::best(2).for_people(&[1, 2]));
    assert_eq!(again, Err(Rejection::NameLimit));
    assert_eq!(office.counts(&hall), (8, 2, 0));
    buyer.buys(case.version, &hall, &Wish::best(1).for_people(&[2])).unwrap();
    buyer.cancels(order).unwrap();
    buyer.buys(case.version, &hall, &Wish::best(1).for_people(&[1])).unwrap();
}

fn a_program_is_sold_only_inside_its_window(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let (hour_ago, in_an_hour) = (now_ms - 3_600_000, now_ms + 3_600_000);
    let closed_windows = [
        json!({"closed": true}),
        json!({"closed": false, "opensAtMs": in_an_hour}),
        json!({"closed": false, "opensAtMs": null, "closesAtMs": hour_ago}),
        json!({"closed": true, "opensAtMs": hour_ago, "closesAtMs": in_an_hour}),
    ];
    for window in closed_windows {
        office.set_sale(&hall, &window);
        let refused = buyer.buys(case.version, &hall, &Wish::best(1));
        assert_eq!(refused, Err(Rejection::NotOnSale), "in the window {window}");
    }
    office.set_sale(&hall, &json!({"closed": false, "opensAtMs": hour_ago, "closesAtMs": in_an_hour}));
    let order = buyer.buys(case.version, &hall, &Wish::best(1)).unwrap();
    office.set_sale(&hall, &json!({"closed": true}));
    buyer.pays(order).unwrap();
    assert_eq!(office.counts(&hall), (9, 0, 1), "what was bought in time can be paid after the sale");
}

fn categories_are_sold_apart(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(1, 2).and("280.50", 1, 3));
    let buyer = office.buyer();
    let cheap = buyer.buys(case.version, &hall, &Wish::best(2)).unwrap();
    let dear = buyer.buys(case.version, &hall, &Wish::best(2).in_category(1)).unwrap();
    assert_eq!(buyer.buys(case.version, &hall, &Wish::best(1)), Err(Rejection::SoldOut));
    assert_eq!(buyer.reads(cheap).unwrap()["orderPrice"], json!("200"));
    assert_eq!(buyer.reads(dear).unwrap()["orderPrice"], json!("561"));
    assert_eq!(buyer.places(dear), [(2, 1), (2, 2)]);
    buyer.buys(case.version, &hall, &Wish::best(1).in_category(1)).unwrap();
}

fn an_order_reads_as_it_was_placed(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let order = buyer.buys(case.version, &hall, &Wish::best(3).for_people(&[4, 0, 2])).unwrap();
    let read = buyer.reads(order).unwrap();
    assert_eq!(read["orderNumber"], json!(order.to_string()));
    assert_eq!((&read["orderStatus"], &read["orderPrice"]), (&json!("1"), &json!("300")));
    let people: Vec<_> = read["seats"].as_array().unwrap().iter().map(|s| s["ticketUserId"].clone()).collect();
    let wished: Vec<_> = [4, 0, 2].iter().map(|&at| json!(buyer.ticket_users[at].to_string())).collect();
    assert_eq!(people, wished);
    assert_eq!(read["orderTicketInfoVoList"][0]["quantity"], json!("3"));
    let listed: BTreeSet<_> = buyer.orders().iter().map(|o| o["orderNumber"].to_string()).collect();
    assert_eq!(listed, BTreeSet::from([json!(order.to_string()).to_string()]));
    let line = &office.orders(&hall)[0];
    assert_eq!((line.version, line.status, line.tickets.len()), (case.version.number(), 1, 3));
}

fn the_poll_of_the_web_client_ends_with_the_order_number(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let order = buyer.buys(case.version, &hall, &Wish::best(1)).unwrap();
    assert_eq!(buyer.polls(order), Some(order));
}
