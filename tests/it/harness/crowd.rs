//! A crowd: threads that buy through all four versions, poll, pay and cancel, and keep a journal of what they were told.
//! Must not forgive: an answer that is neither a yes, a no, nor "come back later" ends the test.

use std::{
    io,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use serde_json::{Value, json};
use tpp::domain::{order::OrderVersion, rejection::Rejection};

use super::{
    Answer, Buyer, Hall, Program, Wish,
    buyer::number_in,
    dice::Dice,
    wait::{pause, wait_for},
};

/// Buyers at work at once.
const THREADS: u64 = 6;
/// Seats of a row in the halls of a crowd.
const ROW_SEATS: u32 = 20;

/// A hall for a crowd: two categories of this many rows.
pub fn hall(rows: u32) -> Hall {
    Hall::of(rows, ROW_SEATS).and("50", rows, ROW_SEATS)
}

/// One purchase, and the last that its buyer was told of it.
#[derive(Debug, Clone)]
pub struct Told {
    pub buyer: Buyer,
    pub program: u64,
    pub version: OrderVersion,
    pub body: Value,
    pub number: Option<u64>,
    pub word: Word,
    pub end: End,
}

impl Told {
    /// Its idempotency key.
    pub fn key(&self) -> Option<String> {
        self.body["requestId"].as_str().map(str::to_owned)
    }

    /// How many tickets were asked for.
    pub fn tickets(&self) -> usize {
        self.body["ticketUserIdList"].as_array().map_or(0, Vec::len)
    }

    /// The seats that were asked for by name.
    pub fn picks(&self) -> Option<Vec<u64>> {
        let seats = self.body["seatDtoList"].as_array()?;
        Some(
            seats.iter().map(|seat| seat["id"].as_str().and_then(|id| id.parse().ok()).expect("a seat's id")).collect(),
        )
    }
}

/// What became of a purchase, as far as its buyer knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// v1 to v3 said so, or the poll did.
    Created,
    /// v4 took it; the poll has not said more yet.
    Accepted,
    Rejected(Rejection),
    /// No answer, or one that leaves it open: there may be an order or none.
    Open,
}

/// What the buyer did with the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    None,
    Paid,
    Cancelled,
    /// Tried to pay or cancel, and was not told whether it was done.
    InDoubt,
}

/// What buyers were told, and how often they were sent away.
#[derive(Debug, Default)]
pub struct Journal {
    pub told: Vec<Told>,
    /// 503 with `Retry-After`.
    pub sent_away: usize,
    /// 500: done or not, the server did not know.
    pub failed: usize,
    /// Connections that ended in the middle of an answer.
    pub half_answers: usize,
}

/// The crowd at the doors of some programs.
#[derive(Debug)]
pub struct Crowd<'a> {
    pub buyers: &'a [Buyer],
    pub programs: Vec<Program>,
    pub seed: u64,
    journal: Mutex<Journal>,
    answers: AtomicUsize,
    created: AtomicUsize,
    closed: AtomicBool,
}

/// Why a buyer has no answer.
enum NoAnswer {
    /// The server is gone.
    Gone,
    /// The server has failed, and says so.
    Failed,
}

impl<'a> Crowd<'a> {
    pub fn new(buyers: &'a [Buyer], programs: &[Program], seed: u64) -> Self {
        let (journal, answers, created, closed) = Default::default();
        Self { buyers, programs: programs.to_vec(), seed, journal, answers, created, closed }
    }

    /// Lets the crowd in, does `meanwhile`, sends the crowd home. Each buyer stops early when the server is gone.
    pub fn rush<T>(&self, meanwhile: impl FnOnce(&Self) -> T) -> T {
        thread::scope(|scope| {
            for thread in 0..THREADS {
                scope.spawn(move || self.shop(Dice::new(self.seed.wrapping_mul(THREADS) + thread)));
            }
            let _closing = Closing(&self.closed);
            meanwhile(self)
        })
    }

    /// Purchases answered so far.
    pub fn answers(&self) -> usize {
        self.answers.load(Ordering::Relaxed)
    }

    /// Orders that were seen as created so far.
    pub fn created(&self) -> usize {
        self.created.load(Ordering::Relaxed)
    }

    /// Requests that the server answered with 500 so far.
    pub fn failed(&self) -> usize {
        self.journal.lock().unwrap().failed
    }

    /// What they were told.
    pub fn into_journal(self) -> Journal {
        self.journal.into_inner().unwrap()
    }

    fn shop(&self, mut dice: Dice) {
        let mut gone = false;
        while !gone && !self.closed.load(Ordering::Relaxed) {
            let mut told = self.wish(&mut dice);
            gone = self.buy(&mut told, &mut dice).is_err();
            self.answers.fetch_add(1, Ordering::Relaxed);
            self.created.fetch_add(usize::from(told.word == Word::Created), Ordering::Relaxed);
            self.journal.lock().unwrap().told.push(told);
        }
    }

    fn wish(&self, dice: &mut Dice) -> Told {
        let program = &self.programs[dice.below(self.programs.len() as u64) as usize];
        let buyer = &self.buyers[dice.below(self.buyers.len() as u64) as usize];
        let version = OrderVersion::ALL[dice.below(4) as usize];
        let wish = if dice.chance(20) {
            let rows = u64::from(program.line.categories[0].total / ROW_SEATS);
            let (row, col) = (1 + dice.below(rows) as u32, 1 + dice.below(ROW_SEATS.into()) as u32);
            Wish::seats(&[program.seat(ROW_SEATS, row, col)])
        } else {
            let best = Wish::best(1 + dice.below(3) as usize);
            best.in_category(dice.below(program.line.categories.len() as u64) as usize).or_split()
        };
        let wish = if dice.chance(80) { wish.with_key(&format!("k{:016x}", dice.roll())) } else { wish };
        let body = buyer.body(program, &wish);
        let (number, word, end) = (None, Word::Open, End::None);
        Told { buyer: buyer.clone(), program: program.id(), version, body, number, word, end }
    }

    /// Err when the server is gone.
    fn buy(&self, told: &mut Told, dice: &mut Dice) -> Result<(), ()> {
        let path = format!("/program/order/create/{}", told.version);
        let outcome = match self.ask(&told.buyer, &path, &told.body) {
            Ok(answer) => answer.outcome(),
            Err(NoAnswer::Failed) => return Ok(()),
            Err(NoAnswer::Gone) => return Err(()),
        };
        match outcome {
            Ok(data) => told.number = Some(number_in(&data)),
            // Says that it is open: another request of this key, or its lock, is under way.
            Err(Rejection::Busy) => return Ok(()),
            Err(no) => {
                told.word = Word::Rejected(no);
                return Ok(());
            }
        }
        told.word = if told.version == OrderVersion::V4 { Word::Accepted } else { Word::Created };
        if told.word == Word::Accepted && dice.chance(70) {
            self.poll(told)?;
        }
        match dice.below(100) {
            0..25 if told.word == Word::Created => self.pay(told),
            25..60 if told.word == Word::Created => self.cancel(told),
            _ => Ok(()),
        }
    }

    fn poll(&self, told: &mut Told) -> Result<(), ()> {
        let number = told.number.expect("an accepted order has a number");
        while told.word == Word::Accepted && !self.closed.load(Ordering::Relaxed) {
            match self.ask(&told.buyer, "/order/get/cache", &json!({"orderNumber": number.to_string()})) {
                Ok(answer) => match answer.outcome() {
                    Ok(Value::Null) => pause(),
                    Ok(data) => {
                        assert_eq!(number_in(&data), number, "the poll answers with another order");
                        told.word = Word::Created;
                    }
                    Err(no) => told.word = Word::Rejected(no),
                },
                Err(NoAnswer::Failed) => pause(),
                Err(NoAnswer::Gone) => return Err(()),
            }
        }
        Ok(())
    }

    fn cancel(&self, told: &mut Told) -> Result<(), ()> {
        let number = told.number.expect("a created order has a number");
        told.end = End::InDoubt;
        match self.ask(&told.buyer, "/order/cancel", &json!({"orderNumber": number.to_string()})) {
            Ok(answer) if answer.outcome().is_ok() => told.end = End::Cancelled,
            Ok(_) | Err(NoAnswer::Failed) => {}
            Err(NoAnswer::Gone) => return Err(()),
        }
        Ok(())
    }

    fn pay(&self, told: &mut Told) -> Result<(), ()> {
        let number = told.number.expect("a created order has a number").to_string();
        let Ok(order) = self.ask(&told.buyer, "/order/get", &json!({"orderNumber": number})) else { return Err(()) };
        let price = order.data()["orderPrice"].as_str().expect("a price").to_owned();
        let bill = json!({"platform": 3, "orderNumber": number, "subject": "排练", "price": price, "channel": "mock",
            "payBillType": 1});
        told.end = End::InDoubt;
        let Ok(_) = self.ask(&told.buyer, "/order/pay", &bill) else { return Err(()) };
        let fields = format!("out_trade_no={number}&total_amount={price}");
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let sent = told.buyer.door.try_send("POST", "/mock/pay", &headers, fields.as_bytes());
        let answer = sent.map_err(|e| self.gone(&e))?;
        // A page in any case: what it says is for people. What was paid shows in the books.
        if answer.status == 200 && answer.text().contains("支付成功") {
            told.end = End::Paid;
        }
        Ok(())
    }

    /// Asks until the answer is neither "come back later" nor that nobody is there.
    fn ask(&self, buyer: &Buyer, path: &str, body: &Value) -> Result<Answer, NoAnswer> {
        let headers = [("content-type", "application/json"), ("token", &*buyer.token)];
        let bytes = body.to_string();
        wait_for("the sale to go on", || {
            let answer = match buyer.door.try_send("POST", path, &headers, bytes.as_bytes()) {
                Ok(answer) => answer,
                Err(e) => {
                    self.gone(&e);
                    return Some(Err(NoAnswer::Gone));
                }
            };
            match answer.status {
                200 => Some(Ok(answer)),
                500 => {
                    self.journal.lock().unwrap().failed += 1;
                    Some(Err(NoAnswer::Failed))
                }
                503 => {
                    assert!(answer.header("retry-after").is_some(), "503 without Retry-After: {}", answer.text());
                    self.journal.lock().unwrap().sent_away += 1;
                    self.closed.load(Ordering::Relaxed).then_some(Err(NoAnswer::Failed))
                }
                other => panic!("{path} answered {other} {}", answer.text()),
            }
        })
    }

    fn gone(&self, error: &io::Error) {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            self.journal.lock().unwrap().half_answers += 1;
        }
    }
}

/// Sends the crowd home also when `meanwhile` panics: the scope waits for it.
struct Closing<'a>(&'a AtomicBool);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
