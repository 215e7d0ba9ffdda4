//! A ticket office that lies on request: what the verdict must notice is planted here.
//! Must not be taken for the server: it keeps everything in one lock, and its own audit always says that all is well.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

/// What is wrong with it. The number says which submit is answered wrongly, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Sells a seat that is sold.
    SeatTwice(u64),
    /// Says yes and forgets.
    Loses(u64),
    /// Says that all is gone.
    SoldOutEarly(u64),
    /// Answers with the order of the buyer before.
    Foreign(u64),
    /// Says no and keeps an order.
    KeepsAfterNo(u64),
    /// Makes a second order for a repeated request id.
    ForgetsKeys,
    /// Answers nobody for this many milliseconds.
    Stalls(u64, u64),
    /// Breaks the connection instead of answering, having made the order.
    HangsUp(u64),
    /// Breaks the connection instead of answering, from this submit on, and makes no order.
    Breaks(u64),
    /// Lets so many submits wait, and then serves them in an order of its own.
    Lottery(usize),
}

/// A submit that waits for the draw.
#[derive(Debug)]
struct Lot {
    path: String,
    body: Vec<u8>,
    told: oneshot::Sender<Option<(u16, String)>>,
}

#[derive(Debug, Default)]
struct Books {
    program: Value,
    seats: Vec<Vec<(u64, u64, u64)>>,
    free: Vec<Vec<usize>>,
    orders: BTreeMap<u64, Value>,
    keys: HashMap<String, u64>,
    creates: u64,
    last_number: u64,
    stalled_until: Option<Instant>,
    lots: Vec<(u64, Lot)>,
}

#[derive(Debug)]
pub(crate) struct FakeOffice {
    pub(crate) url: String,
    books: Arc<Mutex<Books>>,
}

impl FakeOffice {
    pub(crate) async fn open(fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let books = Arc::new(Mutex::new(Books { last_number: 1 << 40, ..Books::default() }));
        let shared = books.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone(), fault));
            }
        });
        Self { url, books }
    }

    pub(crate) fn orders(&self) -> usize {
        self.books.lock().unwrap().orders.len()
    }
}

async fn serve(mut stream: TcpStream, books: Arc<Mutex<Books>>, fault: Fault) {
    stream.set_nodelay(true).unwrap();
    let mut input = Vec::new();
    loop {
        let Some((method, path, body)) = read_request(&mut stream, &mut input).await else { return };
        let answer = match fault {
            Fault::Lottery(size) if path.starts_with("/program/order/create/v") => {
                let heard = books.lock().unwrap().enter(path, body, size);
                heard.await.unwrap()
            }
            _ => answer(&mut books.lock().unwrap(), fault, &method, &path, &body),
        };
        let stalled = books.lock().unwrap().stalled_until.filter(|until| *until > Instant::now());
        if let Some(until) = stalled {
            tokio::time::sleep_until(until.into()).await;
        }
        let Some((status, body)) = answer else { return };
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n", body.len());
        if stream.write_all((head + &body).as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read_request(stream: &mut TcpStream, input: &mut Vec<u8>) -> Option<(String, String, Vec<u8>)> {
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut request = httparse::Request::new(&mut headers);
        if let httparse::Status::Complete(head) = request.parse(input).unwrap() {
            let length = request.headers.iter().find(|h| h.name.eq_ignore_ascii_case("content-length"));
            let length: usize = length.map_or(0, |h| std::str::from_utf8(h.value).unwrap().parse().unwrap());
            if input.len() >= head + length {
                let (method, path) = (request.method?.to_owned(), request.path?.to_owned());
                let body = input[head..head + length].to_vec();
                input.drain(..head + length);
                return Some((method, path, body));
            }
        }
        let mut piece = [0; 16 << 10];
        let read = stream.read(&mut piece).await.ok().filter(|&n| n > 0)?;
        input.extend_from_slice(&piece[..read]);
    }
}

fn answer(books: &mut Books, fault: Fault, method: &str, path: &str, body: &[u8]) -> Option<(u16, String)> {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let (route, query) = path.split_once('?').unwrap_or((path, ""));
    let told = match (method, route) {
        ("POST", "/api/v1/admin/programs/import") => books.import(&json),
        ("PUT", _) => json!(null),
        ("POST", "/api/v1/admin/accounts") => accounts(&json),
        ("GET", "/api/v1/admin/environment") => json!({"tpp": "0", "engine": "fake", "durability": "none",
            "cpuS": 1.5, "rssBytes": 1, "details": {"sqlite_version": "3"}}),
        ("GET", "/api/v1/admin/queue") => json!({"depth": 0}),
        ("GET", "/api/v1/audit") => json!({"clean": true, "programs": 1, "orders": 0, "seats": 0, "laws": [],
            "findings": []}),
        ("GET", "/api/v1/admin/orders") => books.page(query),
        ("GET", _) if route.starts_with("/api/v1/admin/programs/") => books.line(),
        ("GET", _) => books.progress(route),
        ("POST", "/mock/pay") => return Some((200, books.bank(body))),
        ("POST", _) if route.starts_with("/program/order/create/v") => return books.create(fault, route, &json),
        ("POST", _) => books.order_route(route, &json),
        _ => return Some((404, String::new())),
    };
    Some((200, told.to_string()))
}

fn accounts(json: &Value) -> Value {
    let count = json["count"].as_u64().unwrap();
    let tokens: Vec<String> = (0..count).map(|at| format!("token-{at}")).collect();
    json!({"firstUserId": "1000", "firstTicketUserId": "5000",
        "ticketUsersEach": json["ticketUsersEach"], "tokens": tokens})
}

fn number(value: &Value) -> u64 {
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).unwrap_or(0)
}

fn no(code: i32) -> Option<(u16, String)> {
    Some((200, json!({"code": code.to_string(), "message": "no", "data": null}).to_string()))
}

fn yes(data: Value) -> Value {
    json!({"code": "0", "message": null, "data": data})
}

impl Books {
    fn import(&mut self, json: &Value) -> Value {
        self.program = json["programs"][0].clone();
        let mut id = 100;
        for category in self.program["ticket_categories"].as_array().unwrap() {
            let mut seats = Vec::new();
            for row in category["seat_rows"].as_array().unwrap() {
                for col in number(&row[1])..=number(&row[2]) {
                    seats.push((id, number(&row[0]), col));
                    id += 1;
                }
            }
            self.free.push((0..seats.len()).rev().collect());
            self.seats.push(seats);
        }
        json!({"format": "damai", "programs": [self.line()]})
    }

    fn line(&self) -> Value {
        let mut first = 0;
        let categories: Vec<Value> = (0..self.seats.len())
            .map(|at| {
                let (total, free) = (self.seats[at].len(), self.free[at].len());
                let category = &self.program["ticket_categories"][at];
                first += total;
                json!({"id": category["id"].to_string(), "name": category["introduce"],
                    "price": category["price_yuan"], "firstSeat": first - total, "total": total,
                    "available": free, "held": 0, "sold": total - free})
            })
            .collect();
        let sum = |name: &str| categories.iter().map(|c| c[name].as_u64().unwrap()).sum::<u64>();
        json!({"id": self.program["id"].to_string(), "title": "t", "place": "p", "showTime": "s", "onSale": true,
            "permitChooseSeat": true, "realName": false, "perOrderLimit": self.program["per_order_limit"],
            "perAccountLimit": self.program["per_account_limit"], "total": sum("total"),
            "available": sum("available"), "held": 0, "sold": sum("sold"), "seatBase": "100",
            "categories": categories})
    }

    /// Puts a submit among those that wait, and draws once there are enough. Who comes when is decided by the account
    /// alone, so that every run draws the same.
    fn enter(&mut self, path: String, body: Vec<u8>, size: usize) -> oneshot::Receiver<Option<(u16, String)>> {
        let (told, heard) = oneshot::channel();
        let json: Value = serde_json::from_slice(&body).unwrap();
        let turn = number(&json["userId"]).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        let turn = turn.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        self.lots.push((turn, Lot { path, body, told }));
        if self.lots.len() == size {
            let mut lots = std::mem::take(&mut self.lots);
            lots.sort_by_key(|(turn, _)| *turn);
            for (_, Lot { path, body, told }) in lots {
                told.send(answer(self, Fault::None, "POST", &path, &body)).unwrap();
            }
        }
        heard
    }

    fn create(&mut self, fault: Fault, route: &str, json: &Value) -> Option<(u16, String)> {
        let key = json["requestId"].as_str().map(|key| format!("{}/{key}", json["userId"]));
        if let Some(known) = key.as_ref().filter(|_| fault != Fault::ForgetsKeys).and_then(|k| self.keys.get(k)) {
            return Some((200, yes(json!(known.to_string())).to_string()));
        }
        self.creates += 1;
        let nth = self.creates;
        match fault {
            Fault::SoldOutEarly(at) if at == nth => return no(40011),
            Fault::Breaks(from) if from <= nth => return None,
            Fault::Foreign(at) if at == nth => {
                return Some((200, yes(json!(self.last_number.to_string())).to_string()));
            }
            Fault::Stalls(at, ms) if at == nth => {
                self.stalled_until = Some(Instant::now() + Duration::from_millis(ms));
            }
            _ => {}
        }
        let tickets = json["ticketUserIdList"].as_array().unwrap().len();
        let category = number(&json["ticketCategoryId"]) as usize - 1;
        if self.free[category].len() < tickets {
            return no(40011);
        }
        let left = self.free[category].len() - tickets;
        let mut taken: Vec<usize> = self.free[category].split_off(left);
        if fault == Fault::SeatTwice(nth) {
            // The first seat of the category, which its first buyer has.
            taken[0] = 0;
        }
        if fault == Fault::Loses(nth) {
            self.last_number += 1;
            return Some((200, yes(json!(self.last_number.to_string())).to_string()));
        }
        let order = self.store(taken, category, json, route);
        if let Some(key) = key {
            self.keys.insert(key, order);
        }
        match fault {
            Fault::KeepsAfterNo(at) if at == nth => no(20000),
            Fault::HangsUp(at) if at == nth => None,
            _ => Some((200, yes(json!(order.to_string())).to_string())),
        }
    }

    fn store(&mut self, seats: Vec<usize>, category: usize, json: &Value, route: &str) -> u64 {
        self.last_number += 1;
        let price = self.program["ticket_categories"][category]["price_yuan"].clone();
        let each: u64 = price.as_str().unwrap().parse().unwrap();
        let tickets: Vec<Value> = seats
            .iter()
            .zip(json["ticketUserIdList"].as_array().unwrap())
            .map(|(&at, person)| {
                let (id, row, col) = self.seats[category][at];
                json!({"seatId": id.to_string(), "categoryId": (category + 1).to_string(), "row": row, "col": col,
                    "price": price, "ticketUserId": person})
            })
            .collect();
        let order = json!({"orderNumber": self.last_number.to_string(), "programId": self.program["id"].to_string(),
            "userId": json["userId"], "version": route[route.len() - 1..].parse::<u8>().unwrap(), "status": 1,
            "price": (each * tickets.len() as u64).to_string(), "tickets": tickets, "requestId": json["requestId"],
            "createdAtMs": 1, "holdEndsAtMs": 2});
        self.orders.insert(self.last_number, order);
        self.last_number
    }

    fn order_route(&mut self, route: &str, json: &Value) -> Value {
        let order = self.orders.get(&number(&json["orderNumber"]));
        match route {
            "/order/get/cache" => yes(order.map_or(Value::Null, |order| order["orderNumber"].clone())),
            "/order/pay" => yes(json!("<form></form>")),
            "/order/pay/check" => order.map_or(json!({"code": "40015"}), |order| {
                yes(json!({"id": order["orderNumber"], "programId": order["programId"], "userId": order["userId"],
                    "orderPrice": order["price"], "orderStatus": order["status"], "createOrderTime": "",
                    "cancelOrderTime": "", "payOrderTime": ""}))
            }),
            _ => json!({"code": "404", "message": "not served here", "data": null}),
        }
    }

    fn bank(&mut self, body: &[u8]) -> String {
        let form = std::str::from_utf8(body).unwrap();
        let order = form.split('&').find_map(|pair| pair.strip_prefix("out_trade_no=")).unwrap();
        self.orders.entry(order.parse().unwrap()).and_modify(|order| order["status"] = json!(3));
        "<p>paid</p>".to_owned()
    }

    fn page(&self, query: &str) -> Value {
        let after = query.split('&').find_map(|pair| pair.strip_prefix("after=")).map_or(0, |n| n.parse().unwrap());
        self.orders.range(after + 1..).take(10).map(|(_, order)| order.clone()).collect()
    }

    fn progress(&self, route: &str) -> Value {
        let number: u64 = route.rsplit('/').nth(1).unwrap().parse().unwrap();
        let state = if self.orders.contains_key(&number) { "created" } else { "pending" };
        json!({"orderNumber": number.to_string(), "state": state})
    }
}
