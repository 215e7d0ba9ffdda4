//! The original's gateway before a real office: its own paths, a header it insists on, none of our own routes, and codes
//! and order numbers as numbers. It can be told to lie.
//! Must not show what only our server shows: no operator may be needed to play against it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use super::stand_in::StandIn;

/// Name and value of the header that it insists on.
pub const KEY: (&str, &str) = ("x-gateway-key", "open-sesame");
/// What stands before the original's paths.
pub const PREFIX: &str = "/damai/{service}-service";
/// Most bytes of one body: a seat map.
const BODY_BYTES_MAX: usize = 64 << 20;
/// A purchase is bent once this many were handed on.
const AFTER: u64 = 20;

/// What is wrong behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Nothing.
    Nothing,
    /// Every order shows the seats of the first order that was shown with as many.
    SeatsTwice,
    /// One purchase is told a number and never placed.
    LostOrder,
    /// Some early purchases are told "sold out".
    SoldOutEarly,
}

#[derive(Debug)]
struct Mind {
    wrong: Wrong,
    office: SocketAddr,
    purchases: AtomicU64,
    client: reqwest::Client,
    first_seats: std::sync::Mutex<std::collections::HashMap<u64, Value>>,
}

/// A gateway on a port of its own, until dropped.
#[derive(Debug)]
pub struct Gateway {
    pub address: SocketAddr,
    _served: StandIn,
}

impl Gateway {
    /// Starts one in front of an office.
    pub fn before(office: SocketAddr, wrong: Wrong) -> Self {
        let (purchases, client, first_seats) = Default::default();
        let mind = Arc::new(Mind { wrong, office, purchases, client, first_seats });
        let served = StandIn::serving(Router::new().fallback(handed_on).with_state(mind));
        Self { address: served.address, _served: served }
    }
}

async fn handed_on(State(mind): State<Arc<Mind>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, BODY_BYTES_MAX).await.unwrap();
    if head.headers.get(KEY.0).is_none_or(|key| key != KEY.1) {
        return answer(StatusCode::FORBIDDEN, &json!({"code": 10000, "message": "签名错误"}));
    }
    let Some(path) = path_behind(head.uri.path()) else {
        return answer(StatusCode::NOT_FOUND, &json!({"status": 404, "error": "Not Found"}));
    };
    if path.starts_with("/program/order/create/")
        && let Some(lie) = mind.instead_of_a_purchase()
    {
        return answer(StatusCode::OK, &lie);
    }
    let (status, told) = mind.ask(&path, &head.headers, body).await;
    let mut told: Value = serde_json::from_slice(&told).unwrap_or_default();
    mind.as_the_original(&path, &mut told);
    answer(status, &told)
}

/// `/damai/order-service/order/get` is `/order/get`; nothing else is let through.
fn path_behind(path: &str) -> Option<String> {
    let (service, rest) = path.strip_prefix("/damai/")?.split_once('/')?;
    let path = format!("/{rest}");
    let starts: &[&str] = match service {
        "program-service" => &["/program/", "/ticket/category/", "/seat/"],
        "order-service" => &["/order/"],
        "user-service" => &["/user/", "/ticket/user/"],
        _ => &[],
    };
    starts.iter().any(|start| path.starts_with(start)).then_some(path)
}

impl Mind {
    async fn ask(&self, path: &str, headers: &axum::http::HeaderMap, body: Bytes) -> (StatusCode, Bytes) {
        let mut request = self.client.post(format!("http://{}{path}", self.office)).body(body);
        for name in ["content-type", "token", "no_verify"] {
            if let Some(value) = headers.get(name) {
                request = request.header(name, value);
            }
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.bytes().await.unwrap())
    }

    fn instead_of_a_purchase(&self) -> Option<Value> {
        let nth = self.purchases.fetch_add(1, Ordering::Relaxed);
        match self.wrong {
            Wrong::LostOrder if nth == AFTER => Some(json!({"code": 0, "message": "", "data": "4611686018427387000"})),
            Wrong::SoldOutEarly if (5..10).contains(&nth) => Some(json!({"code": 40011, "message": "余票不足"})),
            _ => None,
        }
    }

    /// Codes as numbers, `data` left out where there is none, and no field that the original does not have.
    fn as_the_original(&self, path: &str, told: &mut Value) {
        if let Some(code) = told["code"].as_str().and_then(|code| code.parse::<i64>().ok()) {
            told["code"] = json!(code);
        }
        if path.starts_with("/program/order/create/")
            && let Some(number) = told["data"].as_str().and_then(|number| number.parse::<u64>().ok())
        {
            told["data"] = json!(number);
        }
        if told["data"].is_null() {
            told.as_object_mut().map(|told| told.remove("data"));
        }
        for order in told["data"].as_array_mut().into_iter().flatten().filter(|_| path == "/order/select/list") {
            order.as_object_mut().unwrap().remove("programId");
        }
        if path == "/order/get"
            && let Some(order) = told.get_mut("data").and_then(Value::as_object_mut)
        {
            let seats = order.remove("seats").and_then(|seats| seats.as_array().map(Vec::len)).unwrap() as u64;
            let groups = &mut order["orderTicketInfoVoList"];
            if self.wrong == Wrong::SeatsTwice {
                *groups = self.first_seats.lock().unwrap().entry(seats).or_insert_with(|| groups.clone()).clone();
            }
            for person in order["userAndTicketUserInfoVo"]["ticketUserInfoVoList"].as_array_mut().unwrap() {
                person.as_object_mut().unwrap().retain(|name, _| ["relName", "idType", "idNumber"].contains(&&**name));
            }
        }
    }
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
