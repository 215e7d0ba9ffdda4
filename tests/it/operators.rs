//! The operator's routes: closed to everyone else, and a programme list is imported whole or not at all.
//! Must not depend on a version: they are the same for all.

use serde_json::json;
use tpp::domain::order::OrderVersion;

use crate::harness::{Engine, Hall, Office, Wish, wait_until};

const IMPORT: &str = "/api/v1/admin/programs/import?format=auto";

#[test]
fn only_the_operators_token_opens_the_operators_routes() {
    let office = Office::open(Engine::Embedded);
    let hall = office.program(&Hall::of(1, 5));
    let buyer = office.buyer();
    let routes = [
        ("GET", "/api/v1/admin/programs".to_owned()),
        ("GET", format!("/api/v1/admin/programs/{}", hall.id())),
        ("PUT", format!("/api/v1/admin/programs/{}/sale", hall.id())),
        ("POST", "/api/v1/admin/programs/import".to_owned()),
        ("POST", "/api/v1/admin/accounts".to_owned()),
        ("GET", "/api/v1/admin/orders?limit=1".to_owned()),
        ("POST", "/api/v1/admin/orders/1/refund".to_owned()),
        ("GET", "/api/v1/admin/orders/1/life".to_owned()),
        ("GET", "/api/v1/admin/seats/1".to_owned()),
        ("GET", "/api/v1/admin/queue".to_owned()),
        ("GET", "/api/v1/admin/environment".to_owned()),
        ("GET", "/api/v1/audit".to_owned()),
    ];
    for (method, path) in routes {
        for bearer in ["", "Bearer ", "Bearer wrong", &format!("Bearer {}", buyer.token)] {
            let headers = [("authorization", bearer), ("token", &*buyer.token), ("content-type", "application/json")];
            let answer = office.door().send(method, &path, &headers, b"{}");
            assert_eq!(answer.status, 401, "{method} {path} with {bearer:?}: {}", answer.text());
        }
    }
    assert_eq!(office.counts(&hall), (5, 0, 0));
}

#[test]
fn a_report_can_say_when_redis_writes_to_its_disk() {
    let office = Office::open(Engine::Redis);
    let told = office.operator("GET", "/api/v1/admin/environment", &json!({})).json();
    let details = &told["details"];
    assert_eq!((&details["appendonly"], &details["appendfsync"]), (&json!("yes"), &json!("everysec")), "{told}");
    assert!(details["redis_version"].is_string() && details["sqlite_version"].is_string(), "{told}");
}

#[test]
fn a_bad_list_is_refused_whole_with_its_place() {
    let office = Office::open(Engine::Embedded);
    let two = |change: fn(&mut serde_json::Value)| {
        let mut list = Hall::of(1, 5).as_list(1);
        let mut second = Hall::of(2, 5).as_list(2)["programs"][0].clone();
        change(&mut second);
        list["programs"].as_array_mut().unwrap().push(second);
        list
    };
    type Case = (&'static str, fn(&mut serde_json::Value));
    let mistakes: [Case; 6] = [
        ("program 2", |p| p["per_order_limit"] = json!(0)),
        ("program 2", |p| p["ticket_categories"][0]["price_yuan"] = json!("-5")),
        ("program 2", |p| p["ticket_categories"][0]["total_number"] = json!(11)),
        ("program 2", |p| p["ticket_categories"][0]["seat_rows"] = json!([[1, 1, 5], [1, 5, 9]])),
        ("program 2", |p| p["id"] = json!(1)),
        ("line", |p| p["surprise"] = json!(true)),
    ];
    for (place, mistake) in mistakes {
        let list = two(mistake);
        let answer = office.operator("POST", IMPORT, &list);
        assert_eq!(answer.status, 422, "{}", answer.text());
        let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(detail.contains(place), "{detail:?} does not say where ({place})");
        assert_eq!(office.programs().len(), 0, "half a list was imported: {detail}");
    }
    for text in ["", "{", "{\"programs\": 7}", "tpp = 99", "\u{feff}"] {
        let bearer = format!("Bearer {}", crate::harness::office::ADMIN_TOKEN);
        let answer = office.door().send("POST", IMPORT, &[("authorization", &bearer)], text.as_bytes());
        assert_eq!(answer.status, 422, "{text:?}: {}", answer.text());
    }
    assert_eq!(office.programs().len(), 0);
    assert!(office.operator("POST", IMPORT, &two(|_| {})).status < 300);
    assert_eq!(office.programs().len(), 2);
    assert_eq!(office.operator("POST", IMPORT, &two(|_| {})).status, 409, "ids that are taken");
    assert_eq!(office.programs().len(), 2);
}

#[test]
fn a_reset_frees_every_seat_and_removes_every_order() {
    for engine in [Engine::Embedded, Engine::Redis] {
        let office = Office::open(engine);
        let [hall, other] = [office.program(&Hall::of(2, 5)), office.program(&Hall::of(1, 5))];
        let buyer = office.buyer();
        for version in OrderVersion::ALL {
            buyer.buys(version, &hall, &Wish::best(2).with_key(&version.to_string())).unwrap();
        }
        let kept = buyer.buys(OrderVersion::V3, &other, &Wish::best(1)).unwrap();
        let answer = office.operator("POST", &format!("/api/v1/admin/programs/{}/reset", hall.id()), &json!({}));
        assert!(answer.status < 300, "{} {}", answer.status, answer.text());
        assert_eq!((office.counts(&hall), office.orders(&hall).len()), ((10, 0, 0), 0));
        assert_eq!((office.counts(&other), buyer.status(kept)), ((4, 1, 0), 1));
        buyer.buys(OrderVersion::V4, &hall, &Wish::best(2).with_key("v1")).unwrap();
    }
}

#[test]
fn a_managed_redis_starts_and_stops_with_its_server() {
    let mut office = Office::open(Engine::Managed);
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let order = buyer.buys(OrderVersion::V4, &hall, &Wish::best(2)).unwrap();
    office.stop();
    office.start();
    assert_eq!((buyer.status(order), office.counts(&hall)), (1, (8, 2, 0)));
    office.kill();
    office.start();
    wait_until("the order to be there after a kill", || buyer.status(order) == 1);
    assert_eq!(office.counts(&hall), (8, 2, 0));
}

#[test]
fn the_open_routes_answer_without_a_token() {
    let office = Office::open(Engine::Embedded);
    office.program(&Hall::of(1, 5));
    for path in ["/livez", "/readyz", "/metrics", "/openapi.json"] {
        let answer = office.door().send("GET", path, &[], b"");
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    let openapi = office.door().send("GET", "/openapi.json", &[], b"").json();
    let paths = openapi["paths"].as_object().unwrap_or_else(|| panic!("no paths in {openapi}"));
    for path in ["/program/order/create/v4", "/order/get/cache", "/api/v1/orders/{orderNumber}/status"] {
        assert!(paths.contains_key(path), "{path} is not described");
    }
}

#[test]
fn a_field_that_is_not_known_is_refused_on_our_own_routes() {
    let office = Office::open(Engine::Embedded);
    let hall = office.program(&Hall::of(1, 5));
    let sale = format!("/api/v1/admin/programs/{}/sale", hall.id());
    for (method, path, body) in [
        ("POST", "/api/v1/admin/accounts", json!({"count": 1, "ticketUsersEach": 1, "admin": true})),
        ("POST", "/api/v1/admin/accounts", json!({"count": 0, "ticketUsersEach": 1})),
        ("POST", "/api/v1/admin/accounts", json!({"count": "many"})),
        ("PUT", &sale, json!({"closed": false, "closesAt": 1})),
        ("GET", "/api/v1/admin/orders?programme=1", serde_json::Value::Null),
        ("GET", "/api/v1/admin/orders?limit=0", serde_json::Value::Null),
        ("POST", "/api/v1/admin/programs/import?formats=tpp", json!({})),
    ] {
        let answer = office.operator(method, path, &body);
        assert!(matches!(answer.status, 400 | 422), "{method} {path} {body}: {} {}", answer.status, answer.text());
        let problem = answer.json();
        assert_eq!(problem["status"], json!(answer.status), "{problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{problem}");
    }
    assert!(office.programs()[0].on_sale);
}
