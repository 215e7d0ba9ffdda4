//! What clients send by mistake or by malice: each gets a clear message, and nothing has changed.
//! Every test runs for four versions and two engines.

use serde_json::{Value, json};
use tpp::domain::rejection::Rejection;

use crate::harness::{Answer, Buyer, Case, Hall, Office, Program, Wish, every_order_case};

every_order_case!(
    a_malformed_body_is_refused_with_its_field,
    ids_that_are_no_ids_are_refused,
    a_repeated_seat_or_person_is_refused,
    people_must_be_as_many_as_tickets,
    people_must_be_the_buyers_own,
    a_buyer_cannot_order_for_another_account,
    nobody_touches_the_order_of_another_buyer,
    prices_come_from_the_server,
    a_seat_of_another_category_or_program_is_refused,
    what_does_not_exist_is_said_so,
    a_body_over_the_limit_is_refused,
    a_key_that_is_no_key_is_refused,
);

const ROW_SEATS: u32 = 5;

/// A server with one small hall and one buyer.
struct Scene {
    office: Office,
    hall: Program,
    buyer: Buyer,
    case: Case,
}

impl Scene {
    fn new(case: Case) -> Self {
        let office = Office::open(case.engine);
        let hall = office.program(&Hall::of(2, ROW_SEATS).and("50", 1, ROW_SEATS));
        let buyer = office.buyer();
        Self { office, hall, buyer, case }
    }

    /// A good order for two of the best seats, changed by the test.
    fn changed(&self, change: impl FnOnce(&mut Value)) -> Answer {
        let mut body = self.buyer.body(&self.hall, &Wish::best(2));
        change(&mut body);
        self.buyer.asks(self.case.version, &body)
    }

    /// A good order for two picked seats, changed by the test.
    fn changed_pick(&self, change: impl FnOnce(&mut Value)) -> Answer {
        let seats = [self.hall.seat(ROW_SEATS, 1, 1), self.hall.seat(ROW_SEATS, 1, 2)];
        let mut body = self.buyer.body(&self.hall, &Wish::seats(&seats));
        change(&mut body);
        self.buyer.asks(self.case.version, &body)
    }

    #[track_caller]
    fn nothing_has_changed(&self) {
        self.office.wait_for_the_queue();
        assert_eq!(self.office.counts(&self.hall), (15, 0, 0));
        assert_eq!(self.office.orders(&self.hall).len(), 0);
        assert_eq!(self.buyer.ticket_count(&self.hall), 0);
    }
}

fn a_malformed_body_is_refused_with_its_field(case: Case) {
    let scene = Scene::new(case);
    let path = format!("/program/order/create/{}", case.version);
    let headers = [("content-type", "application/json"), ("token", &*scene.buyer.token)];
    for body in ["", "{", "[]", "null", "{\"programId\":", "\"text\"", "{\"programId\": \"1\"}", "\u{0}\u{1}"] {
        let answer = scene.office.door().send("POST", &path, &headers, body.as_bytes());
        assert_eq!(answer.outcome(), Err(Rejection::Malformed), "{body:?}");
    }
    let answer = scene.changed(|body| body["programId"] = json!({"id": 1}));
    assert_eq!(answer.outcome(), Err(Rejection::Malformed));
    assert!(answer.text().contains("programId"), "the field is named: {}", answer.text());
    scene.nothing_has_changed();
}

fn ids_that_are_no_ids_are_refused(case: Case) {
    let scene = Scene::new(case);
    for id in [json!("0"), json!(-1), json!("1e3"), json!(1.5), json!("9223372036854775808"), json!("abc"), json!(true)]
    {
        let answer = scene.changed(|body| body["ticketCategoryId"] = id.clone());
        assert_eq!(answer.outcome(), Err(Rejection::Malformed), "{id}");
    }
    // Nineteen digits are an id, whether written as text or as a number: there is just no such category.
    for id in [json!("9223372036854775807"), json!(9_223_372_036_854_775_807_u64)] {
        let answer = scene.changed(|body| body["ticketCategoryId"] = id.clone());
        assert_eq!(answer.outcome(), Err(Rejection::CategoryMissing), "{id}");
    }
    scene.nothing_has_changed();
    let order = scene.changed(|body| body["userId"] = json!(scene.buyer.user)).data();
    assert!(order.is_string(), "a number where text is usual is understood; ids leave as text: {order}");
}

fn a_repeated_seat_or_person_is_refused(case: Case) {
    let scene = Scene::new(case);
    let answer = scene.changed(|body| body["ticketUserIdList"][1] = body["ticketUserIdList"][0].clone());
    assert_eq!(answer.outcome(), Err(Rejection::TicketUserRepeated));
    let answer = scene.changed_pick(|body| body["seatDtoList"][1] = body["seatDtoList"][0].clone());
    assert_eq!(answer.outcome(), Err(Rejection::SeatRepeated));
    scene.nothing_has_changed();
}

fn people_must_be_as_many_as_tickets(case: Case) {
    let scene = Scene::new(case);
    let answer = scene.changed(|body| body["ticketCount"] = json!(3));
    assert_eq!(answer.outcome(), Err(Rejection::TicketUsersNotTickets));
    let answer = scene.changed_pick(|body| body["ticketUserIdList"].as_array_mut().unwrap().truncate(1));
    assert_eq!(answer.outcome(), Err(Rejection::TicketUsersNotTickets));
    let answer = scene.changed(|body| body["ticketUserIdList"] = json!([]));
    assert!(answer.outcome().is_err());
    for count in [0, -1] {
        let answer = scene.changed(|body| body["ticketCount"] = json!(count));
        assert_eq!(answer.outcome(), Err(Rejection::CountNotPositive), "{count} tickets");
    }
    let answer = scene.changed(|body| drop(body.as_object_mut().unwrap().remove("ticketCount")));
    assert_eq!(answer.outcome(), Err(Rejection::CountNotGiven));
    let answer = scene.changed(|body| drop(body.as_object_mut().unwrap().remove("ticketCategoryId")));
    assert_eq!(answer.outcome(), Err(Rejection::CategoryNotGiven));
    scene.nothing_has_changed();
}

fn people_must_be_the_buyers_own(case: Case) {
    let scene = Scene::new(case);
    let other = scene.office.buyer();
    let answer = scene.changed(|body| body["ticketUserIdList"][1] = json!(other.ticket_users[0].to_string()));
    assert_eq!(answer.outcome(), Err(Rejection::TicketUserMissing));
    let answer = scene.changed(|body| body["ticketUserIdList"][1] = json!("4611686018427387904"));
    assert_eq!(answer.outcome(), Err(Rejection::TicketUserMissing));
    scene.nothing_has_changed();
}

fn a_buyer_cannot_order_for_another_account(case: Case) {
    let scene = Scene::new(case);
    let other = scene.office.buyer();
    let answer = scene.changed(|body| body["userId"] = json!(other.user.to_string()));
    assert_eq!(answer.outcome(), Err(Rejection::NotSignedIn));
    let body = scene.buyer.body(&scene.hall, &Wish::best(1));
    let path = format!("/program/order/create/{}", case.version);
    for token in [None, Some("undefined"), Some(""), Some(crate::harness::office::ADMIN_TOKEN), Some(&*other.token)] {
        let answer = scene.office.door().post(&path, token, &body);
        assert_eq!(answer.outcome(), Err(Rejection::NotSignedIn), "with the token {token:?}");
    }
    let orders = json!({"userId": other.user.to_string()});
    assert_eq!(scene.buyer.post("/order/select/list", &orders).outcome(), Err(Rejection::NotSignedIn));
    assert_eq!(scene.buyer.post("/ticket/user/list", &orders).outcome(), Err(Rejection::NotSignedIn));
    scene.nothing_has_changed();
}

fn nobody_touches_the_order_of_another_buyer(case: Case) {
    let scene = Scene::new(case);
    let thief = scene.office.buyer();
    let order = scene.buyer.buys(case.version, &scene.hall, &Wish::best(2)).unwrap();
    assert_eq!(thief.reads(order), Err(Rejection::OrderMissing));
    assert_eq!(thief.cancels(order), Err(Rejection::OrderMissing));
    assert_eq!(thief.starts_payment(order, "200"), Err(Rejection::OrderMissing));
    let path = format!("/api/v1/orders/{order}/status");
    assert_eq!(scene.office.door().send("GET", &path, &[("token", &*thief.token)], b"").status, 404);
    assert!(scene.office.door().send("GET", &path, &[], b"").status >= 400);
    assert_eq!(scene.buyer.status(order), 1);
    assert_eq!(scene.office.counts(&scene.hall), (13, 2, 0));
}

fn prices_come_from_the_server(case: Case) {
    let scene = Scene::new(case);
    for price in [json!("1"), json!("99.99"), json!(0), json!("100.01")] {
        let answer = scene.changed_pick(|body| body["seatDtoList"][1]["price"] = price.clone());
        assert_eq!(answer.outcome(), Err(Rejection::PriceWrong), "{price}");
    }
    let answer = scene.changed_pick(|body| body["seatDtoList"][0]["price"] = json!("-1"));
    assert!(answer.outcome().is_err());
    for field in ["id", "ticketCategoryId", "rowCode", "colCode", "price"] {
        let answer = scene.changed_pick(|body| drop(body["seatDtoList"][0].as_object_mut().unwrap().remove(field)));
        assert_eq!(answer.outcome(), Err(Rejection::SeatFieldMissing), "without {field}");
    }
    scene.nothing_has_changed();
}

fn a_seat_of_another_category_or_program_is_refused(case: Case) {
    let scene = Scene::new(case);
    let other = scene.office.program(&Hall::of(1, ROW_SEATS));
    let of_other_program = other.seat(ROW_SEATS, 1, 1).json();
    let answer = scene.changed_pick(|body| body["seatDtoList"][1] = of_other_program.clone());
    assert_eq!(answer.outcome(), Err(Rejection::SeatMissing));
    let second = scene.hall.category(1).to_string();
    let answer = scene.changed_pick(|body| body["seatDtoList"][1]["ticketCategoryId"] = json!(second));
    assert_eq!(answer.outcome(), Err(Rejection::SeatMissing));
    let answer = scene.changed_pick(|body| body["seatDtoList"][1]["colCode"] = json!(4));
    assert_eq!(answer.outcome(), Err(Rejection::SeatMissing), "id, row and column must be of one seat");
    let answer = scene.changed_pick(|body| body["seatDtoList"][1]["id"] = json!("9223372036854775807"));
    assert_eq!(answer.outcome(), Err(Rejection::SeatMissing));
    scene.nothing_has_changed();
}

fn what_does_not_exist_is_said_so(case: Case) {
    let scene = Scene::new(case);
    let answer = scene.changed(|body| body["programId"] = json!("99"));
    assert_eq!(answer.outcome(), Err(Rejection::ProgramMissing));
    let answer = scene.changed(|body| body["ticketCategoryId"] = json!("99"));
    assert_eq!(answer.outcome(), Err(Rejection::CategoryMissing));
    for path in ["/program/detail", "/seat/relate/info", "/ticket/category/select/list/by/program"] {
        let answer = scene.office.door().post(path, None, &json!({"id": "99", "programId": "99"}));
        assert_eq!(answer.outcome(), Err(Rejection::ProgramMissing), "{path}");
    }
    let number = 1 << 40;
    assert_eq!(scene.buyer.reads(number), Err(Rejection::OrderMissing));
    assert_eq!(scene.buyer.cancels(number), Err(Rejection::OrderMissing));
    let door = scene.office.door();
    assert_eq!(door.send("POST", "/program/order/create/v5", &[], b"{}").status, 404);
    assert_eq!(door.send("GET", "/program/order/create/v1", &[], b"").status, 405);
    scene.nothing_has_changed();
}

fn a_body_over_the_limit_is_refused(case: Case) {
    let scene = Scene::new(case);
    let path = format!("/program/order/create/{}", case.version);
    let headers = [("content-type", "application/json"), ("token", &*scene.buyer.token)];
    let body = format!("{{\"programId\":\"1\",\"note\":\"{}\"}}", "x".repeat(4 << 20));
    let answer = scene.office.door().send("POST", &path, &headers, body.as_bytes());
    assert_eq!(answer.status, 413, "{}", answer.text());
    let long_list: Vec<_> = (1..5_000).map(|id| id.to_string()).collect();
    let answer = scene.changed(|body| body["ticketUserIdList"] = json!(long_list));
    assert!(answer.status == 413 || answer.outcome().is_err(), "{}", answer.text());
    scene.nothing_has_changed();
}

fn a_key_that_is_no_key_is_refused(case: Case) {
    let scene = Scene::new(case);
    for key in ["k".repeat(65), "with space".to_owned(), "订单".to_owned(), "tab\t".to_owned()] {
        let answer = scene.changed(|body| body["requestId"] = json!(key));
        assert_eq!(answer.outcome(), Err(Rejection::Malformed), "{key:?}");
    }
    let both = scene.buyer.body(&scene.hall, &Wish::best(1).with_key("one")).to_string();
    let headers =
        [("content-type", "application/json"), ("token", &*scene.buyer.token), ("idempotency-key", "another")];
    let path = format!("/program/order/create/{}", case.version);
    let answer = scene.office.door().send("POST", &path, &headers, both.as_bytes());
    assert_eq!(answer.outcome(), Err(Rejection::Malformed), "two keys for one request contradict each other");
    scene.nothing_has_changed();
}
