//! A buyer: an account with its token and its ticket users, and what it does at the office.
//! Must not do what a web client of the original could not.

use serde_json::{Value, json};
use tpp::domain::{order::OrderVersion, rejection::Rejection};

use super::{
    hall::{Program, SeatChoice},
    http::{Answer, Door},
    wait::wait_for,
};

/// An account.
#[derive(Debug, Clone)]
pub struct Buyer {
    pub user: u64,
    pub token: String,
    pub ticket_users: Vec<u64>,
    pub door: Door,
}

/// What a buyer wants.
#[derive(Debug, Clone)]
pub struct Wish {
    seats: Vec<SeatChoice>,
    count: usize,
    category: usize,
    /// Positions in the buyer's list of ticket users; the first ones when not said.
    people: Option<Vec<usize>>,
    split: bool,
    key: Option<String>,
}

impl Wish {
    /// The best seats there are in the first category.
    pub fn best(count: usize) -> Self {
        Self { seats: Vec::new(), count, category: 0, people: None, split: false, key: None }
    }

    /// These seats.
    pub fn seats(seats: &[SeatChoice]) -> Self {
        Self { seats: seats.to_vec(), ..Self::best(seats.len()) }
    }

    /// In the n-th category, from 0.
    pub fn in_category(self, category: usize) -> Self {
        Self { category, ..self }
    }

    /// For these of the buyer's ticket users, from 0.
    pub fn for_people(self, people: &[usize]) -> Self {
        Self { people: Some(people.to_vec()), ..self }
    }

    /// Not side by side if it cannot be.
    pub fn or_split(self) -> Self {
        Self { split: true, ..self }
    }

    /// With a request id.
    pub fn with_key(self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self }
    }
}

/// What `/api/v1/orders/{n}/status` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    Pending,
    Created,
    Rejected(String),
}

impl Buyer {
    /// The body of an order.
    pub fn body(&self, program: &Program, wish: &Wish) -> Value {
        let people: Vec<usize> = wish.people.clone().unwrap_or_else(|| (0..wish.count).collect());
        let people: Vec<_> = people.into_iter().map(|at| self.ticket_users[at].to_string()).collect();
        let mut body = json!({
            "programId": program.id().to_string(),
            "userId": self.user.to_string(),
            "ticketUserIdList": people,
        });
        if wish.seats.is_empty() {
            body["ticketCategoryId"] = json!(program.category(wish.category).to_string());
            body["ticketCount"] = json!(wish.count);
        } else {
            body["seatDtoList"] = wish.seats.iter().map(SeatChoice::json).collect();
        }
        if wish.split {
            body["allowSplit"] = json!(true);
        }
        if let Some(key) = &wish.key {
            body["requestId"] = json!(key);
        }
        body
    }

    /// Sends a body to one of the four order routes.
    #[track_caller]
    pub fn asks(&self, version: OrderVersion, body: &Value) -> Answer {
        self.post(&format!("/program/order/create/{version}"), body)
    }

    /// Buys and sees the order created, whatever the version: v4 polls until it says so.
    #[track_caller]
    pub fn buys(&self, version: OrderVersion, program: &Program, wish: &Wish) -> Result<u64, Rejection> {
        let number = self.asks(version, &self.body(program, wish)).outcome().map(|data| number_in(&data))?;
        if version == OrderVersion::V4 {
            self.sees_created(number)?;
        }
        Ok(number)
    }

    /// Waits until a v4 order is created, or rejected after all.
    #[track_caller]
    pub fn sees_created(&self, number: u64) -> Result<(), Rejection> {
        wait_for("an accepted order to be created or rejected", || match self.progress(number) {
            Progress::Pending => None,
            Progress::Created => Some(Ok(())),
            Progress::Rejected(word) => Some(Err(Rejection::from_word(&word).expect("a known word"))),
        })
    }

    /// What becomes of an order.
    #[track_caller]
    pub fn progress(&self, number: u64) -> Progress {
        let answer = self.door.send("GET", &format!("/api/v1/orders/{number}/status"), &[("token", &self.token)], b"");
        let body = answer.json();
        match body["state"].as_str() {
            Some("pending") => Progress::Pending,
            Some("created") => Progress::Created,
            Some("rejected") => Progress::Rejected(body["reason"]["word"].as_str().unwrap_or_default().to_owned()),
            _ => panic!("no progress in {} {body}", answer.status),
        }
    }

    /// The poll of the original's web client: the order number once it is created.
    #[track_caller]
    pub fn polls(&self, number: u64) -> Option<u64> {
        let data = self.post("/order/get/cache", &json!({"orderNumber": number.to_string()})).data();
        data.as_str().filter(|text| !text.is_empty()).map(|text| text.parse().expect("an order number"))
    }

    /// Reads an order.
    #[track_caller]
    pub fn reads(&self, number: u64) -> Result<Value, Rejection> {
        self.post("/order/get", &json!({"orderNumber": number.to_string()})).outcome()
    }

    /// 1 unpaid, 2 cancelled, 3 paid, 4 refunded.
    #[track_caller]
    pub fn status(&self, number: u64) -> u8 {
        let order = self.reads(number).unwrap();
        order["orderStatus"].as_str().and_then(|s| s.parse().ok()).unwrap_or_else(|| panic!("no status in {order}"))
    }

    /// Row and column of each ticket of an order.
    #[track_caller]
    pub fn places(&self, number: u64) -> Vec<(u32, u32)> {
        let order = self.reads(number).unwrap();
        let code = |seat: &Value, name: &str| seat[name].as_str().and_then(|s| s.parse().ok()).expect("a seat's code");
        let seats = order["seats"].as_array().unwrap_or_else(|| panic!("no seats in {order}"));
        seats.iter().map(|seat| (code(seat, "rowCode"), code(seat, "colCode"))).collect()
    }

    /// Its orders, newest first.
    #[track_caller]
    pub fn orders(&self) -> Vec<Value> {
        let data = self.post("/order/select/list", &json!({"userId": self.user.to_string()})).data();
        data.as_array().unwrap_or_else(|| panic!("not a list: {data}")).clone()
    }

    /// Live tickets in a program.
    #[track_caller]
    pub fn ticket_count(&self, program: &Program) -> u32 {
        let body = json!({"userId": self.user.to_string(), "programId": program.id().to_string()});
        let data = self.post("/order/account/order/count", &body).data();
        data["count"].as_str().and_then(|s| s.parse().ok()).unwrap_or_else(|| panic!("no count in {data}"))
    }

    #[track_caller]
    pub fn cancels(&self, number: u64) -> Result<(), Rejection> {
        let answer = self.post("/order/cancel", &json!({"orderNumber": number.to_string()})).outcome()?;
        assert_eq!(answer, json!(true), "a cancelled order is answered with true");
        Ok(())
    }

    /// Starts a payment; the page that leads to the bank.
    #[track_caller]
    pub fn starts_payment(&self, number: u64, price: &str) -> Result<String, Rejection> {
        let body = json!({
            "platform": 3, "orderNumber": number.to_string(), "subject": "排练", "price": price,
            "channel": "mock", "payBillType": 1,
        });
        let page = self.post("/order/pay", &body).outcome()?;
        Ok(page.as_str().unwrap_or_else(|| panic!("not a page: {page}")).to_owned())
    }

    /// Pays at the mock bank, as the page's form would.
    #[track_caller]
    pub fn pays(&self, number: u64) -> Result<(), Rejection> {
        let order = self.reads(number)?;
        let price = order["orderPrice"].as_str().unwrap_or_else(|| panic!("no price in {order}"));
        self.starts_payment(number, price)?;
        let fields = [("out_trade_no", &*number.to_string()), ("total_amount", price)];
        let answer = self.door.post_form("/mock/pay", &fields);
        assert_eq!(answer.status, 200, "the mock bank refused: {}", answer.text());
        Ok(())
    }

    /// POST with this buyer's token.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.door.post(path, Some(&self.token), body)
    }
}

/// An order number in the data of an answer: always text.
#[track_caller]
pub fn number_in(data: &Value) -> u64 {
    data.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("not an order number: {data}"))
}
