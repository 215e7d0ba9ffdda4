//! A server that lies: it hands every request on to a real office, and bends some of the answers.
//! Must not touch the office behind it other than by handing requests on.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::Value;

use super::stand_in::StandIn;

/// What the liar does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// Shows, for the second order and its seats, the seats of the first: sold twice.
    SellsASeatTwice,
    /// Answers one purchase with an order number and never places it.
    LosesAnOrder,
    /// Answers some early purchases with "sold out" and never asks the office.
    SaysSoldOutEarly,
    /// Answers one purchase with the order number of another buyer.
    AnswersWithAnothersOrder,
    /// Hands purchases on one after another, each after [`EACH`]: its capacity is known.
    Queues,
    /// Hands everything on.
    Nothing,
}

/// What a purchase takes at a liar that queues.
pub const EACH: Duration = Duration::from_millis(5);

/// A purchase is bent once this many were handed on, so that there is something to bend it to.
const AFTER: u64 = 20;
/// Most bytes of one body: a page of orders.
const BODY_BYTES_MAX: usize = 64 << 20;

#[derive(Debug)]
struct Mind {
    lie: Lie,
    office: SocketAddr,
    purchases: AtomicU64,
    /// Order number and buyer of an honest answer.
    honest: Mutex<Option<(String, String)>>,
    client: reqwest::Client,
    /// Held by the purchase whose turn it is.
    turn: tokio::sync::Mutex<()>,
}

/// A lying server on a port of its own, until dropped.
#[derive(Debug)]
pub struct Liar {
    pub address: SocketAddr,
    _served: StandIn,
}

impl Liar {
    /// Starts one in front of an office.
    pub fn before(office: SocketAddr, lie: Lie) -> Self {
        let (purchases, honest, client, turn) = Default::default();
        let mind = Arc::new(Mind { lie, office, purchases, honest, client, turn });
        let served = StandIn::serving(Router::new().fallback(handed_on).with_state(mind));
        Self { address: served.address, _served: served }
    }
}

async fn handed_on(State(mind): State<Arc<Mind>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, BODY_BYTES_MAX).await.unwrap();
    let path = head.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
    let buyer = head.headers.get("token").and_then(|t| t.to_str().ok()).unwrap_or_default().to_owned();
    let is_purchase = path.contains("/program/order/create/");
    if is_purchase && let Some(lie) = mind.instead_of_a_purchase(&buyer) {
        return json(StatusCode::OK, lie);
    }
    if is_purchase && mind.lie == Lie::Queues {
        let _turn = mind.turn.lock().await;
        tokio::time::sleep(EACH).await;
    }
    let (status, answer) = mind.ask(&head, &path, body).await;
    if is_purchase {
        mind.remember(&buyer, &answer);
    }
    if mind.lie == Lie::SellsASeatTwice && path.starts_with("/api/v1/admin/orders?") {
        return json(status, sold_twice(&answer));
    }
    json(status, answer.to_vec())
}

impl Mind {
    async fn ask(&self, head: &axum::http::request::Parts, path: &str, body: Bytes) -> (StatusCode, Bytes) {
        let mut request = self.client.request(head.method.clone(), format!("http://{}{path}", self.office)).body(body);
        for (name, value) in &head.headers {
            if ![header::HOST, header::CONTENT_LENGTH, header::CONNECTION].contains(name) {
                request = request.header(name, value);
            }
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.bytes().await.unwrap())
    }

    fn remember(&self, buyer: &str, answer: &[u8]) {
        let answer: Value = serde_json::from_slice(answer).unwrap();
        if let (Some("0"), Some(order)) = (answer["code"].as_str(), answer["data"].as_str()) {
            *self.honest.lock().unwrap() = Some((order.to_owned(), buyer.to_owned()));
        }
    }

    /// The lie, when this purchase is the one to be bent.
    fn instead_of_a_purchase(&self, buyer: &str) -> Option<Vec<u8>> {
        let nth = self.purchases.fetch_add(1, Ordering::Relaxed);
        let earlier = self.honest.lock().unwrap().clone();
        let made = |order: &str| format!(r#"{{"code":"0","message":null,"data":"{order}"}}"#).into_bytes();
        match (self.lie, earlier) {
            (Lie::LosesAnOrder, Some((order, _))) if nth == AFTER => {
                let number: u64 = order.parse().unwrap();
                Some(made(&(number + (1 << 50)).to_string()))
            }
            (Lie::AnswersWithAnothersOrder, Some((order, other))) if nth >= AFTER && other != buyer => {
                let again = self.purchases.swap(u64::MAX / 2, Ordering::Relaxed) < u64::MAX / 2;
                again.then(|| made(&order))
            }
            (Lie::SaysSoldOutEarly, _) if (5..10).contains(&nth) => {
                Some(r#"{"code":"40011","message":"sold out","data":null}"#.into())
            }
            _ => None,
        }
    }
}

/// A page of orders in which the second live order has the seats of the first of the same size.
fn sold_twice(page: &[u8]) -> Vec<u8> {
    let mut orders: Vec<Value> = serde_json::from_slice(page).unwrap();
    let tickets = |order: &Value| order["tickets"].as_array().map_or(0, Vec::len);
    let live: Vec<usize> =
        (0..orders.len()).filter(|&i| orders[i]["status"] == 1 || orders[i]["status"] == 3).collect();
    let twin = live.iter().skip(1).find(|&&i| tickets(&orders[i]) == tickets(&orders[live[0]]));
    if let Some(&twin) = twin {
        for at in 0..tickets(&orders[twin]) {
            let seat = orders[live[0]]["tickets"][at]["seatId"].clone();
            orders[twin]["tickets"][at]["seatId"] = seat;
        }
    }
    serde_json::to_vec(&orders).unwrap()
}

fn json(status: StatusCode, body: impl Into<axum::body::Body>) -> Response {
    let mut response = (status, body.into()).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
