//! When a page of the ledger is asked for: never twice at a time, and not again before a while.
//! Must not read what is in the page.

use crate::{client::OrderQuery, tui::dash::query::Query, wire::admin::OrderLine};

/// A page that time has made old, or that could not be had, is asked for again after this.
const AGAIN_MS: i64 = 3_000;
/// An answer that has not come by then will not come.
const ANSWER_MS_MAX: i64 = 10_000;

/// Why a page is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Want {
    /// Things may have changed; a list that is held can do without.
    ByTime,
    /// Somebody asked.
    ByHand,
}

/// A page under way.
#[derive(Debug, Clone)]
struct Flight {
    asked: OrderQuery,
    at_ms: i64,
    want: Want,
    /// Another query has been typed since.
    outdated: bool,
}

/// A page that came.
#[derive(Debug)]
pub struct Page<'a> {
    pub lines: &'a [OrderLine],
    /// When it was asked for, by this machine's clock.
    pub asked_ms: i64,
}

/// What is asked of the ledger.
#[derive(Debug, Clone, Default)]
pub struct Inquiry {
    flight: Option<Flight>,
    wanted: Option<Want>,
    /// When the last answer came.
    answered_ms: Option<i64>,
    not_before_ms: i64,
    page_orders: Option<(usize, bool)>,
    failure: Option<String>,
}

impl Inquiry {
    /// A page is wanted.
    pub fn want(&mut self, want: Want) {
        self.wanted = self.wanted.max(Some(want));
        if want == Want::ByHand {
            self.not_before_ms = 0;
        }
    }

    /// A page is wanted if the last one is not of just now.
    pub fn want_after_a_while(&mut self, now_ms: i64) {
        if self.answered_ms.is_none_or(|answered| now_ms - answered >= AGAIN_MS) {
            self.want(Want::ByTime);
        }
    }

    /// Another query: what is under way is of no use any more.
    pub fn ask_anew(&mut self) {
        self.want(Want::ByHand);
        self.page_orders = None;
        self.failure = None;
        if let Some(flight) = &mut self.flight {
            flight.outdated = true;
        }
    }

    /// No answer will come.
    pub fn give_up(&mut self) {
        if let Some(flight) = self.flight.take() {
            self.want(flight.want);
        }
    }

    /// What is to be asked now, if anything. A list that is held wants no page by time.
    pub fn ask(&mut self, now_ms: i64, held: bool, query: impl FnOnce() -> OrderQuery) -> Option<OrderQuery> {
        if self.flight.as_ref().is_some_and(|flight| now_ms - flight.at_ms >= ANSWER_MS_MAX) {
            self.give_up();
        }
        let want = self.wanted.filter(|want| !held || *want == Want::ByHand)?;
        if self.flight.is_some() || now_ms < self.not_before_ms {
            return None;
        }
        let asked = query();
        self.wanted = None;
        self.flight = Some(Flight { asked: asked.clone(), at_ms: now_ms, want, outdated: false });
        Some(asked)
    }

    /// An answer came: the page, if it is still of use.
    pub fn answered<'a>(
        &mut self,
        asked: &OrderQuery,
        answer: &'a Result<Vec<OrderLine>, String>,
        now_ms: i64,
        held: bool,
    ) -> Option<Page<'a>> {
        let flight = self.flight.take_if(|flight| flight.asked == *asked)?;
        self.answered_ms = Some(now_ms);
        if flight.outdated {
            return None;
        }
        match answer {
            Err(cause) => {
                self.failure = Some(cause.clone());
                self.want(flight.want);
                self.not_before_ms = now_ms + AGAIN_MS;
                None
            }
            Ok(_) if held && flight.want == Want::ByTime => {
                self.want(Want::ByTime);
                None
            }
            Ok(lines) => {
                self.failure = None;
                self.page_orders = Some((lines.len(), lines.len() >= asked.limit as usize));
                Some(Page { lines, asked_ms: flight.at_ms })
            }
        }
    }

    /// Nothing has been heard of the ledger yet.
    pub const fn is_waiting(&self) -> bool {
        self.page_orders.is_none() && self.failure.is_none()
    }

    /// How many orders the last page looked at, if the ledger has more that might fit.
    pub fn searched(&self, query: &Query) -> Option<usize> {
        self.page_orders.filter(|(_, full)| *full && !query.is_all()).map(|(orders, _)| orders)
    }

    /// Why there was no page.
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }
}
