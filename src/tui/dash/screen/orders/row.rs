//! An order in the list.
//! Must not draw.

use crate::wire::{
    admin::OrderLine,
    feed::{Happening, OrderNews},
};

/// How long a change is seen.
const FLASH_MS: i64 = 1_500;

/// An order, and what happened to it last.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub line: OrderLine,
    /// What happened last: where the order stands.
    pub standing: Happening,
    /// When it happened, by the server's clock.
    pub at_ms: i64,
    /// Word of the rejection.
    pub reason: Option<String>,
    /// When it changed before our eyes, by this machine's clock.
    pub changed_ms: Option<i64>,
    /// It fits the query no longer and goes in a moment.
    pub leaves: bool,
}

impl Row {
    /// As the ledger has it. What happened to it before, it happened unseen.
    pub fn of_ledger(line: OrderLine) -> Self {
        let (standing, at_ms) = match (line.status, line.closing.as_deref()) {
            (2, Some("expired")) => (Happening::Expired, line.closed_at_ms),
            (2, _) => (Happening::Cancelled, line.closed_at_ms),
            (3, _) => (Happening::Paid, line.paid_at_ms),
            (4, _) => (Happening::Refunded, line.closed_at_ms),
            _ => (Happening::Created, None),
        };
        let at_ms = at_ms.unwrap_or(line.created_at_ms);
        Self { line, standing, at_ms, reason: None, changed_ms: None, leaves: false }
    }

    /// As the feed tells it at a moment of this machine's clock.
    pub fn of_news(news: &OrderNews, now_ms: i64) -> Self {
        Self {
            line: news.order.clone(),
            standing: news.what,
            at_ms: news.at_ms,
            reason: news.reason.clone(),
            changed_ms: Some(now_ms),
            leaves: false,
        }
    }

    /// The same, seen at another moment.
    pub const fn changed_at(mut self, now_ms: i64) -> Self {
        self.changed_ms = Some(now_ms);
        self
    }

    /// It changed a moment ago.
    pub fn flashes(&self, now_ms: i64) -> bool {
        self.changed_ms.is_some_and(|changed| now_ms - changed < FLASH_MS)
    }

    /// Until when its seats are held for it, if they are, by the server's clock. A recorded run does not know.
    pub const fn held_until_ms(&self) -> Option<i64> {
        match (self.standing, self.line.hold_ends_at_ms) {
            (_, 0) => None,
            (Happening::Queued | Happening::Created, ends_at_ms) => Some(ends_at_ms),
            _ => None,
        }
    }
}
