//! The order that is looked at closely.
//! Must not draw.

use super::{row::Row, tail::Step};
use crate::{
    domain::ids::OrderNumber,
    tui::dash::ask::Ask,
    wire::{admin::OrderLife, feed::Happening},
};

/// Its life is read again after this.
const REFRESH_MS: i64 = 2_000;
/// An answer that has not come by then will not come.
const ANSWER_MS_MAX: i64 = 10_000;

/// An order that was opened.
#[derive(Debug, Clone)]
pub struct Opened {
    pub number: OrderNumber,
    /// As the list had it, or the feed since.
    pub row: Option<Row>,
    pub life: Option<Box<OrderLife>>,
    /// Why the last question had no answer.
    pub failure: Option<String>,
    /// Lines that are scrolled over.
    pub scrolled: usize,
    /// When its life was asked for; none: no answer is awaited.
    asked_ms: Option<i64>,
    answered_ms: Option<i64>,
    again: bool,
}

impl Opened {
    pub const fn new(number: OrderNumber, row: Option<Row>) -> Self {
        Self { number, row, life: None, failure: None, scrolled: 0, asked_ms: None, answered_ms: None, again: true }
    }

    /// Read it again.
    pub const fn refresh(&mut self) {
        self.again = true;
    }

    /// No answer will come.
    pub const fn give_up(&mut self) {
        self.asked_ms = None;
        self.again = true;
    }

    /// Something happened to an order, perhaps to this one.
    pub fn hear(&mut self, row: &Row) {
        if row.line.order_number == self.number {
            self.row = Some(row.clone());
            self.again = true;
        }
    }

    /// What is to be asked now, if anything.
    pub fn ask(&mut self, now_ms: i64) -> Option<Ask> {
        let awaited = self.asked_ms.is_some_and(|asked| now_ms - asked < ANSWER_MS_MAX);
        let old = self.answered_ms.is_none_or(|answered| now_ms - answered >= REFRESH_MS);
        if awaited || !(self.again || old) {
            return None;
        }
        (self.asked_ms, self.again) = (Some(now_ms), false);
        Some(Ask::Life(self.number))
    }

    pub fn answered(&mut self, life: Result<Box<OrderLife>, String>, now_ms: i64) {
        (self.asked_ms, self.answered_ms) = (None, Some(now_ms));
        match life {
            Ok(life) => {
                if let (Some(line), Some(row)) = (&life.order, &self.row) {
                    // What the feed told may be newer than the answer: an order never comes back to life.
                    if row.line.status <= line.status {
                        self.row = Some(Row { changed_ms: row.changed_ms, ..Row::of_ledger(line.clone()) });
                    }
                } else if let Some(line) = &life.order {
                    self.row = Some(Row::of_ledger(line.clone()));
                }
                (self.life, self.failure) = (Some(life), None);
            }
            Err(cause) => self.failure = Some(cause),
        }
    }

    /// Where the order stands, as far as is known.
    pub fn standing(&self) -> Option<Happening> {
        let by_steps = || {
            let happened = self.life.as_ref()?.steps.iter().rev().find_map(|step| happening(&step.what))?;
            Some(happened)
        };
        self.row.as_ref().map(|row| row.standing).or_else(by_steps)
    }

    pub const fn scroll(&mut self, step: Step) {
        self.scrolled = match step {
            Step::Up(lines) => self.scrolled.saturating_sub(lines / 2),
            Step::Down(lines) => self.scrolled.saturating_add(lines / 2),
            Step::First => 0,
            Step::Last => usize::MAX,
        };
    }
}

/// What happened, by its word.
pub fn happening(word: &str) -> Option<Happening> {
    Happening::ALL.into_iter().find(|happening| happening.word() == word)
}
