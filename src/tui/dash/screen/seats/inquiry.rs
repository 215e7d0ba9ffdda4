//! Who has the seat under the cursor: asked for when the cursor rests, and again when there may be news.
//! Must not ask a second time while an answer is on its way.

use crate::{
    domain::ids::{OrderNumber, SeatId},
    tui::dash::ask::Ask,
    wire::admin::{OrderLife, OrderLine, SeatDetail},
};

/// How long the cursor rests before it is asked.
const REST_MS: i64 = 200;
/// How long an answer holds.
const AGAIN_MS: i64 = 3_000;
/// After this an answer is no longer waited for.
const LOST_MS: i64 = 5_000;

/// What is known of the seat under the cursor.
#[derive(Debug, Clone, Default)]
pub struct Inquiry {
    moved_at_ms: i64,
    asked: Option<(SeatId, i64)>,
    waiting: bool,
    stale: bool,
    detail: Option<(SeatId, Result<Box<SeatDetail>, String>)>,
    life: Option<(OrderNumber, Result<Box<OrderLife>, String>)>,
}

impl Inquiry {
    /// The cursor moved.
    pub const fn moved(&mut self, now_ms: i64) {
        self.moved_at_ms = now_ms;
    }

    /// What is known may be old.
    pub const fn again(&mut self) {
        self.stale = true;
    }

    /// What is to be asked now, if anything.
    pub fn due(&mut self, id: SeatId, now_ms: i64) -> Option<Ask> {
        let rested = now_ms - self.moved_at_ms >= REST_MS;
        let due = match self.asked {
            Some((asked, at_ms)) if asked == id => {
                let waited = now_ms - at_ms;
                if self.waiting { waited >= LOST_MS } else { waited >= AGAIN_MS || (self.stale && waited >= REST_MS) }
            }
            _ => true,
        };
        (rested && due).then(|| {
            (self.asked, self.waiting, self.stale) = (Some((id, now_ms)), true, false);
            Ask::Seat(id)
        })
    }

    /// The answer came.
    pub fn answered(&mut self, id: SeatId, answer: &Result<Box<SeatDetail>, String>) {
        if self.asked.is_some_and(|(asked, _)| asked == id) {
            self.waiting = false;
            self.detail = Some((id, answer.clone()));
        }
    }

    /// An order's life came.
    pub fn lived(&mut self, number: OrderNumber, answer: &Result<Box<OrderLife>, String>) {
        self.life = Some((number, answer.clone()));
    }

    /// What is known of a seat.
    #[must_use]
    pub fn of(&self, id: SeatId) -> Option<&Result<Box<SeatDetail>, String>> {
        self.detail.as_ref().filter(|(of, _)| *of == id).map(|(_, detail)| detail)
    }

    /// The order that has a seat, as far as is known.
    #[must_use]
    pub fn order_of(&self, id: SeatId) -> Option<&OrderLine> {
        self.of(id)?.as_ref().ok()?.order.as_ref()
    }

    /// The order of the last answer.
    #[must_use]
    pub fn order(&self) -> Option<&OrderLine> {
        self.detail.as_ref()?.1.as_ref().ok()?.order.as_ref()
    }

    /// The life of an order, as far as is known.
    #[must_use]
    pub fn life_of(&self, number: OrderNumber) -> Option<&Result<Box<OrderLife>, String>> {
        self.life.as_ref().filter(|(of, _)| *of == number).map(|(_, life)| life)
    }
}
