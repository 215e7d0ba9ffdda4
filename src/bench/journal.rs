//! What every buyer asked and was told, and when: one entry an attempt.
//! Must not judge; the verdict joins it with what the server holds.

mod file;
mod record;
mod spool;
mod under_way;

use std::{borrow::Cow, collections::HashMap};

pub use file::Opened;
use serde::{Deserialize, Serialize};
pub use spool::{Pen, Spool};

use crate::domain::{ids::OrderNumber, order::OrderVersion, rejection::Rejection};

/// The answer to a submit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// v1 to v3: the order is in the books.
    Created(OrderNumber),
    /// v4: its seats are held, it is queued.
    Accepted(OrderNumber),
    /// No, and no order was made.
    Rejected(Reason),
    /// None came, or one that says neither: 0 or 1 order.
    Indeterminate,
}

impl Answer {
    /// The order number that was told, if one was.
    #[must_use]
    pub const fn order(self) -> Option<OrderNumber> {
        match self {
            Self::Created(number) | Self::Accepted(number) => Some(number),
            Self::Rejected(_) | Self::Indeterminate => None,
        }
    }
}

/// Why no order was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The sale said no.
    Sale(Rejection),
    /// A code that this program does not know.
    Code(i32),
    /// HTTP 429, or 503 with `Retry-After`: try again later.
    Overload,
}

impl Reason {
    /// From a code of the envelope.
    #[must_use]
    pub fn of_code(code: i32) -> Self {
        Rejection::from_code(code).map_or(Self::Code(code), Self::Sale)
    }

    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> Cow<'static, str> {
        match self {
            Self::Sale(rejection) => rejection.word().into(),
            Self::Code(code) => format!("code_{code}").into(),
            Self::Overload => "overload".into(),
        }
    }

    /// All tickets that were asked for are gone.
    #[must_use]
    pub const fn is_sold_out(self) -> bool {
        matches!(self, Self::Sale(Rejection::SoldOut))
    }

    /// May the same buyer try again with hope?
    #[must_use]
    pub const fn is_worth_a_retry(self) -> bool {
        matches!(self, Self::Overload | Self::Sale(Rejection::Busy))
    }
}

/// One submit and what was told. Times in microseconds since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Index in the schedule.
    pub arrival: u32,
    /// Account, from 0.
    pub account: u32,
    /// Index of the buyer's class in the scenario.
    pub class: u16,
    /// 0 for the first submit of this arrival (both, when it clicked twice), 1 for its first repeat.
    pub attempt: u8,
    /// When it should have been sent: the plan's moment for the first submit, the wait's end for a repeat.
    pub intended_us: u64,
    /// When it was sent.
    pub sent_us: u64,
    /// When the answer was there, or was given up.
    pub answered_us: u64,
    /// What was told.
    pub answer: Answer,
    /// Index of the category in the hall.
    pub category: u16,
    /// Tickets.
    pub tickets: u8,
    /// Which API.
    pub version: OrderVersion,
    /// Carried a request id, the same for all attempts of this arrival.
    pub keyed: bool,
    /// Named seats, so that "taken" says nothing about the category.
    pub picked: bool,
}

/// What a buyer was told later about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Later {
    /// A v4 poll, or the status route: it is in the books.
    Created,
    /// The status route: it will never be.
    Rejected(Reason),
    /// Neither within the buyer's patience.
    Pending,
    /// It is paid.
    Paid,
    /// It is cancelled.
    Cancelled,
}

/// A later word about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sequel {
    /// Which order.
    pub order: OrderNumber,
    /// The account that was told.
    pub account: u32,
    /// When, in microseconds since the start.
    pub at_us: u64,
    /// What.
    pub what: Later,
}

/// What the indices of a journal stand for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scene {
    /// The scenario.
    pub scenario: String,
    /// Categories, in the order of the hall.
    pub categories: Vec<SceneCategory>,
    /// Names of the buyers' classes, in the order of the scenario.
    pub classes: Vec<String>,
}

/// A category as it was at the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SceneCategory {
    /// Its name.
    pub name: String,
    /// Price of a seat.
    pub price_cents: i64,
    /// Its seats.
    pub seats: u32,
}

/// Everything that was told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Journal {
    /// What was played, and where.
    pub scene: Scene,
    /// Wall clock at microsecond 0, in ms since 1970.
    pub start_wall_ms: i64,
    /// Submits, by the time of sending.
    pub told: Vec<Told>,
    /// Later words, by time.
    pub sequels: Vec<Sequel>,
}

impl Journal {
    /// Wall clock of a moment, in ms since 1970.
    #[must_use]
    pub fn wall_ms(&self, at_us: u64) -> i64 {
        self.start_wall_ms + i64::try_from(at_us / 1000).unwrap_or(i64::MAX)
    }

    /// Attempts that were answered with an order which an earlier answer of the same arrival had named.
    #[must_use]
    pub fn duplicates_absorbed(&self) -> u64 {
        let mut answers: HashMap<(u32, OrderNumber), u64> = HashMap::new();
        for told in &self.told {
            if let Some(order) = told.answer.order() {
                *answers.entry((told.arrival, order)).or_default() += 1;
            }
        }
        answers.values().map(|n| n - 1).sum()
    }

    /// Attempts whose answer never came.
    #[must_use]
    pub fn indeterminate(&self) -> u64 {
        self.told.iter().filter(|t| t.answer == Answer::Indeterminate).count() as u64
    }
}
