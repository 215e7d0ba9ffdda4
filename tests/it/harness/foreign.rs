//! A ticket system that is nothing like the original: REST, bearer tokens, reservations with text ids.
//! Must not share a route or a code with our server.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::stand_in::StandIn;

/// Seats that it has.
pub const SEATS: u64 = 30;

#[derive(Debug, Default)]
struct Books {
    taken: u64,
    /// How often each reservation was asked about.
    asked: HashMap<String, u64>,
    /// Keys of all reservations, in order.
    keys: Vec<String>,
    /// Gives the same reservation to everybody.
    one_for_all: bool,
}

type Shared = Arc<Mutex<Books>>;

/// A foreign system on a port of its own, until dropped.
#[derive(Debug)]
pub struct Foreign {
    pub address: SocketAddr,
    books: Shared,
    _served: StandIn,
}

impl Foreign {
    /// Starts one; `one_for_all` gives the same reservation to everybody.
    pub fn open(one_for_all: bool) -> Self {
        let books = Shared::new(Mutex::new(Books { one_for_all, ..Books::default() }));
        let router = Router::new()
            .route("/sessions", post(sign_in))
            .route("/shows/{show}/reservations", post(reserve))
            .route("/reservations/{id}", get(state))
            .with_state(books.clone());
        let served = StandIn::serving(router);
        Self { address: served.address, books, _served: served }
    }

    /// Keys of all reservations, sorted.
    pub fn keys(&self) -> Vec<String> {
        let mut keys = self.books.lock().unwrap().keys.clone();
        keys.sort();
        keys
    }
}

async fn sign_in(Json(body): Json<Value>) -> (StatusCode, Json<Value>) {
    let name = body["login"].as_str().unwrap();
    if body["secret"] != format!("of-{name}") {
        return (StatusCode::UNAUTHORIZED, Json(json!({"error": "WRONG_SECRET"})));
    }
    (StatusCode::OK, Json(json!({"session": {"bearer": format!("bearer-of-{name}")}})))
}

async fn reserve(
    State(books): State<Shared>,
    Path(show): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let known =
        headers.get("authorization").is_some_and(|token| token.to_str().unwrap().starts_with("Bearer bearer-of-"));
    if !known || show != "77" {
        return (StatusCode::FORBIDDEN, Json(json!({"error": "NOT_YOU"})));
    }
    let (mut books, seats) = (books.lock().unwrap(), body["seats"].as_u64().unwrap());
    if books.taken + seats > SEATS {
        return (StatusCode::CONFLICT, Json(json!({"error": "SOLD_OUT"})));
    }
    books.taken += seats;
    books.keys.push(body["key"].as_str().unwrap().to_owned());
    let number = if books.one_for_all { 1 } else { books.keys.len() };
    (StatusCode::CREATED, Json(json!({"reservation": {"id": format!("R/{number}")}})))
}

/// Confirmed when it is asked about for the second time.
async fn state(State(books): State<Shared>, Path(id): Path<String>) -> Json<Value> {
    let mut books = books.lock().unwrap();
    let asked = books.asked.entry(id).or_default();
    *asked += 1;
    Json(json!({"state": if *asked < 2 { "PENDING" } else { "CONFIRMED" }}))
}
