//! What came while the list was held.
//! Must not let anything into the list.

use std::collections::VecDeque;

use super::{row::Row, tail::ROWS_MAX};

/// Changes that wait.
#[derive(Debug, Clone, Default)]
pub struct Pause {
    rows: VecDeque<Row>,
    changes: u64,
}

impl Pause {
    /// A change waits. Of each order only the last is kept, and no more orders than the list holds.
    pub fn wait(&mut self, row: Row) {
        self.changes += 1;
        self.rows.retain(|waiting| waiting.line.order_number != row.line.order_number);
        self.rows.push_back(row);
        if self.rows.len() > ROWS_MAX {
            self.rows.pop_front();
        }
    }

    /// How many changes wait.
    pub const fn changes(&self) -> u64 {
        self.changes
    }

    /// Some of them may have been let go: only the ledger knows all.
    pub const fn overflowed(&self) -> bool {
        self.changes > ROWS_MAX as u64
    }

    /// What is new of each order, in the order that it came.
    pub fn into_rows(self) -> impl Iterator<Item = Row> {
        self.rows.into_iter()
    }
}
