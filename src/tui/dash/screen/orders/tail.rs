//! The rows of the list: bounded, sorted, with a cursor that stays on its order while rows move.
//! Must not know a query, nor ask for anything.

use std::cmp::Reverse;

use super::{columns::Column, row::Row};
use crate::domain::ids::OrderNumber;

/// Most rows that are kept; the oldest go first.
pub const ROWS_MAX: usize = 2_000;
/// Rows of a step by page.
pub const PAGE_ROWS: usize = 16;

/// Where the cursor goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Up(usize),
    Down(usize),
    First,
    Last,
}

/// The rows.
#[derive(Debug, Clone, Default)]
pub struct Tail {
    rows: Vec<Row>,
    column: Column,
    reversed: bool,
    /// The order that the cursor stays on; none: it stays at the top, whatever comes there.
    chosen: Option<OrderNumber>,
    at: usize,
}

impl Tail {
    /// All rows, in order.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The cursor's row, from 0.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// The row under the cursor.
    pub fn chosen(&self) -> Option<&Row> {
        self.rows.get(self.at)
    }

    /// By which column, and whether the other way round.
    pub const fn sorted_by(&self) -> (Column, bool) {
        (self.column, self.reversed)
    }

    pub fn has(&self, number: OrderNumber) -> bool {
        self.rows.iter().any(|row| row.line.order_number == number)
    }

    /// Takes in what is new of an order. One that does not fit any longer leaves soon. [`Self::settle`] after the last.
    pub fn take(&mut self, row: Row, fits: bool) {
        let row = Row { leaves: !fits, ..row };
        match self.rows.iter_mut().find(|known| known.line.order_number == row.line.order_number) {
            Some(known) => *known = row,
            None => self.rows.push(row),
        }
    }

    /// Takes a page in place of all rows, but for what the feed told after the page was asked for.
    pub fn replace(&mut self, page: Vec<Row>, asked_ms: i64, now_ms: i64) {
        let mut known = std::mem::take(&mut self.rows);
        for mut row in page {
            let place = known.iter().position(|known| known.line.order_number == row.line.order_number);
            if let Some(before) = place.map(|place| known.swap_remove(place)) {
                if before.changed_ms.is_some_and(|changed| changed >= asked_ms) {
                    row = before;
                } else {
                    let same = before.standing == row.standing;
                    row.changed_ms = if same { before.changed_ms } else { Some(now_ms) };
                }
            }
            self.rows.push(row);
        }
        let newer = |row: &Row| row.changed_ms.is_some_and(|changed| changed >= asked_ms);
        self.rows.extend(known.into_iter().filter(newer));
        self.settle();
    }

    /// Keeps the rows that fit.
    pub fn keep(&mut self, fits: impl FnMut(&Row) -> bool) {
        let before = self.rows.len();
        self.rows.retain(fits);
        if self.rows.len() != before {
            self.find_cursor();
        }
    }

    /// Puts the rows in order after a change, lets the oldest go, and finds the cursor's order again.
    pub fn settle(&mut self) {
        if self.rows.len() > ROWS_MAX {
            let mut numbers: Vec<OrderNumber> = self.rows.iter().map(|row| row.line.order_number).collect();
            numbers.sort_unstable_by_key(|number| Reverse(*number));
            // The cursor's order stays, in place of the oldest of the rest.
            let stays = self.chosen.filter(|chosen| *chosen < numbers[ROWS_MAX - 1] && self.has(*chosen));
            let oldest = numbers[ROWS_MAX - 1 - usize::from(stays.is_some())];
            self.rows.retain(|row| row.line.order_number >= oldest || Some(row.line.order_number) == stays);
        }
        let (column, reversed) = (self.column, self.reversed);
        self.rows.sort_by(|a, b| {
            let (key, other) = (column.key(a), column.key(b));
            let keys = if reversed { other.cmp(&key) } else { key.cmp(&other) };
            keys.then_with(|| b.line.order_number.cmp(&a.line.order_number))
        });
        self.find_cursor();
    }

    fn find_cursor(&mut self) {
        let last = self.rows.len().saturating_sub(1);
        let Some(number) = self.chosen else {
            self.at = 0;
            return;
        };
        match self.rows.iter().position(|row| row.line.order_number == number) {
            Some(at) => self.at = at,
            None => {
                // Its order went: whoever stands there now takes its place.
                self.at = self.at.min(last);
                self.chosen = self.chosen().map(|row| row.line.order_number);
            }
        }
    }

    /// Moves the cursor. At the first row it stays at the top again.
    pub fn go(&mut self, step: Step) {
        let last = self.rows.len().saturating_sub(1);
        self.at = match step {
            Step::Up(rows) => self.at.saturating_sub(rows),
            Step::Down(rows) => self.at.saturating_add(rows).min(last),
            Step::First => 0,
            Step::Last => last,
        };
        let number = self.chosen().map(|row| row.line.order_number);
        self.chosen = number.filter(|_| self.at > 0);
    }

    /// Puts the cursor on an order, if it is there.
    pub fn choose(&mut self, number: OrderNumber) {
        if let Some(at) = self.rows.iter().position(|row| row.line.order_number == number) {
            (self.chosen, self.at) = (Some(number), at);
        }
    }

    /// From now on the cursor stays on the order that it is on.
    pub fn choose_what_is_under_the_cursor(&mut self) -> Option<OrderNumber> {
        self.chosen = self.chosen().map(|row| row.line.order_number);
        self.chosen
    }

    /// The cursor stays at the top, whatever comes there.
    pub const fn follows(&self) -> bool {
        self.chosen.is_none()
    }

    pub fn sort_by_next(&mut self) {
        self.sort_by(self.column.next());
    }

    /// By this column; the other way round if it is by this one already.
    pub fn sort_by(&mut self, column: Column) {
        self.reversed = column == self.column && !self.reversed;
        self.column = column;
        self.settle();
    }

    pub fn reverse(&mut self) {
        self.reversed = !self.reversed;
        self.settle();
    }
}
