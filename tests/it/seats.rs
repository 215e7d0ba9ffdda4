//! The seat map and the stock as buyers see them, beside what is really held and sold.
//! Every test runs for four versions and two engines.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tpp::domain::rejection::Rejection;

use crate::harness::{Case, Door, Hall, Office, Program, Wish, every_order_case, wait_until};

every_order_case!(
    the_seat_map_follows_an_order_through_its_life,
    the_stock_follows_an_order_through_its_life,
    the_front_row_goes_to_one_of_many_who_pick_it,
    a_program_without_picking_refuses_picked_seats,
);

/// Seats of the map by `sellStatus`, as (row, column).
fn map_of(door: &Door, hall: &Program) -> BTreeMap<String, Vec<(u32, u32)>> {
    let data = door.post("/seat/relate/info", None, &json!({"programId": hall.id().to_string()})).data();
    let mut by_status = BTreeMap::<_, Vec<_>>::new();
    let by_price = data["seatVoMap"].as_object().unwrap_or_else(|| panic!("no map in {data}"));
    for seat in by_price.values().flat_map(|seats| seats.as_array().unwrap()) {
        let number = |name: &str| seat[name].as_str().unwrap().parse().unwrap();
        let status = seat["sellStatus"].as_str().unwrap().to_owned();
        by_status.entry(status).or_default().push((number("rowCode"), number("colCode")));
    }
    by_status
}

fn stock_of(door: &Door, hall: &Program) -> (String, String) {
    let path = "/ticket/category/select/list/by/program";
    let data = door.post(path, None, &json!({"programId": hall.id().to_string()})).data();
    let text = |name: &str| data[0][name].as_str().unwrap_or_else(|| panic!("no {name} in {data}")).to_owned();
    (text("totalNumber"), text("remainNumber"))
}

fn the_seat_map_follows_an_order_through_its_life(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(1, 4));
    let buyer = office.buyer();
    assert_eq!(map_of(office.door(), &hall)["1"].len(), 4);
    let order = buyer.buys(case.version, &hall, &Wish::seats(&[hall.seat(4, 1, 2), hall.seat(4, 1, 3)])).unwrap();
    wait_until("the map to show held seats", || map_of(office.door(), &hall).get("2") == Some(&vec![(1, 2), (1, 3)]));
    buyer.pays(order).unwrap();
    wait_until("the map to show sold seats", || map_of(office.door(), &hall).get("3") == Some(&vec![(1, 2), (1, 3)]));
    assert_eq!(map_of(office.door(), &hall)["1"], [(1, 1), (1, 4)]);
}

fn the_stock_follows_an_order_through_its_life(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let shows = |left: &str| stock_of(office.door(), &hall) == ("10".to_owned(), left.to_owned());
    wait_until("the whole stock to be shown", || shows("10"));
    let order = buyer.buys(case.version, &hall, &Wish::best(3)).unwrap();
    wait_until("held seats to leave the stock", || shows("7"));
    buyer.cancels(order).unwrap();
    wait_until("cancelled seats to come back", || shows("10"));
}

fn the_front_row_goes_to_one_of_many_who_pick_it(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 4));
    let buyers = office.buyers(12);
    let front = [hall.seat(4, 1, 2), hall.seat(4, 1, 3)];
    let results: Vec<_> = std::thread::scope(|scope| {
        let picks: Vec<_> =
            buyers.iter().map(|buyer| scope.spawn(|| buyer.buys(case.version, &hall, &Wish::seats(&front)))).collect();
        picks.into_iter().map(|pick| pick.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(Rejection::SeatHeld))), "{results:?}");
    assert_eq!(office.counts(&hall), (6, 2, 0));
}

fn a_program_without_picking_refuses_picked_seats(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(1, 4).without_picking());
    let buyer = office.buyer();
    let picked = buyer.buys(case.version, &hall, &Wish::seats(&[hall.seat(4, 1, 2)]));
    assert_eq!(picked, Err(Rejection::ChooseSeatNotPermitted));
    let order = buyer.buys(case.version, &hall, &Wish::best(1)).unwrap();
    let shown: Value = buyer.reads(order).unwrap();
    assert_eq!(shown["orderTicketInfoVoList"][0]["quantity"], json!("1"));
}
