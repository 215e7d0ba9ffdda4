//! What happens to orders, noted while somebody watches.
//! Must not cost a sale that nobody watches more than one look at a flag.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
};

use crate::{
    domain::{
        hold::HoldRequest,
        ids::{OrderNumber, ProgramId, SeatIx},
        order::{Order, OrderStatus},
        program::Program,
        rejection::Rejection,
    },
    server::{handlers::shown, order::record, state::State},
    wire::feed::{Happening, ORDER_NEWS_MAX, OrderNews},
};

/// Holds that begin or end between two looks at the tape. Beyond that the ledger is asked again.
const HOLD_MOVES_MAX: usize = 65_536;

/// The tape.
#[derive(Debug, Default)]
pub struct Tape {
    running: AtomicBool,
    /// Of the news between two looks: those that were offered.
    offered: AtomicUsize,
    /// Those that were not taken down.
    left_out: AtomicU64,
    taken: Mutex<Taken>,
}

/// What was taken down between two looks.
#[derive(Debug, Default)]
pub struct Taken {
    /// Oldest first.
    pub news: Vec<OrderNews>,
    /// News that had no room.
    pub left_out: u64,
    /// Holds that began or ended.
    pub holds: Vec<HoldMove>,
    /// There were more of them than there was room.
    pub holds_lost: bool,
}

/// A hold of a written order begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldMove {
    /// Until this moment, in ms since 1970.
    Begins(OrderNumber, ProgramId, i64),
    /// Paid, cancelled, or over.
    Ends(OrderNumber),
}

impl Tape {
    /// Takes down what happens from now on.
    pub fn start(&self) {
        self.running.store(true, Relaxed);
    }

    /// Nobody watches any more: what was taken down is forgotten.
    pub fn stop(&self) {
        self.running.store(false, Relaxed);
        drop(self.take());
    }

    /// Takes the tape out and leaves an empty one.
    #[must_use]
    pub fn take(&self) -> Taken {
        let mut taken = std::mem::take(&mut *self.locked());
        self.offered.store(0, Relaxed);
        taken.left_out = self.left_out.swap(0, Relaxed);
        taken
    }

    /// Is there anybody who watches?
    fn is_running(&self) -> bool {
        self.running.load(Relaxed)
    }

    fn offer(&self, news: impl FnOnce() -> Option<OrderNews>) {
        if self.offered.fetch_add(1, Relaxed) >= ORDER_NEWS_MAX {
            self.left_out.fetch_add(1, Relaxed);
        } else if let Some(news) = news() {
            self.locked().news.push(news);
        }
    }

    fn hold(&self, moved: HoldMove) {
        let mut taken = self.locked();
        if taken.holds.len() < HOLD_MOVES_MAX {
            taken.holds.push(moved);
        } else {
            taken.holds_lost = true;
        }
    }

    fn locked(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An order ended: paid, cancelled, expired, refunded. Counts it, and tells whoever watches. To be called once the inventory
/// has followed, so that whoever looks at it then sees it.
pub fn ended(state: &State, what: Happening, order: &Order) {
    state.metrics.happened(what);
    if !state.tape.is_running() {
        return;
    }
    state.tape.hold(HoldMove::Ends(order.number));
    state.tape.offer(|| {
        let program = state.catalog.get(order.program)?;
        let order = shown::order_line(order, &program).ok()?;
        Some(OrderNews { at_ms: state.now().0, what, reason: None, order })
    });
}

/// An order was queued, and waits to be written.
pub fn queued(state: &State, program: &Program, request: impl FnOnce() -> HoldRequest, seats: &[SeatIx]) {
    if state.tape.is_running() {
        offer_new(state, Happening::Queued, Some(program), &request(), seats);
    }
}

/// An order was written into the ledger.
pub fn created(state: &State, request: &HoldRequest, seats: &[SeatIx]) {
    if state.tape.is_running() {
        state.tape.hold(HoldMove::Begins(request.order, request.program, request.hold_ends_at.0));
        offer_new(state, Happening::Created, None, request, seats);
    }
}

/// An order that was accepted will never be.
pub fn rejected(state: &State, request: &HoldRequest, seats: &[SeatIx], rejection: Rejection) {
    if !state.tape.is_running() {
        return;
    }
    state.tape.offer(|| {
        let mut news = news_of(state, Happening::Rejected, None, request, seats)?;
        news.order.status = OrderStatus::Cancelled.number();
        Some(OrderNews { reason: Some(rejection.word().to_owned()), ..news })
    });
}

fn offer_new(state: &State, what: Happening, program: Option<&Program>, request: &HoldRequest, seats: &[SeatIx]) {
    state.tape.offer(|| news_of(state, what, program, request, seats));
}

/// None for an order of a program, or with a seat, that is not there any more.
fn news_of(
    state: &State,
    what: Happening,
    program: Option<&Program>,
    request: &HoldRequest,
    seats: &[SeatIx],
) -> Option<OrderNews> {
    let known = state.catalog.get(request.program);
    let program = program.or(known.as_deref())?;
    if seats.iter().any(|&seat| program.hall.place(seat).is_none()) {
        return None;
    }
    let order = shown::order_line(&record::unpaid_order(program, request, seats), program).ok()?;
    Some(OrderNews { at_ms: state.now().0, what, reason: None, order })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(n: u64) -> OrderNumber {
        OrderNumber::new(n).unwrap()
    }

    #[test]
    fn news_beyond_the_limit_are_counted_and_not_made() {
        let tape = Tape::default();
        let mut made = 0;
        for _ in 0..ORDER_NEWS_MAX + 5 {
            tape.offer(|| {
                made += 1;
                None
            });
        }
        assert_eq!((made, tape.take().left_out), (ORDER_NEWS_MAX, 5));
        tape.offer(|| {
            made += 1;
            None
        });
        assert_eq!((made, tape.take().left_out), (ORDER_NEWS_MAX + 1, 0));
    }

    #[test]
    fn holds_are_limited_and_it_is_said_when_some_were_lost() {
        let tape = Tape::default();
        tape.hold(HoldMove::Ends(number(1)));
        assert!(!tape.take().holds_lost);
        for n in 0..=HOLD_MOVES_MAX as u64 {
            tape.hold(HoldMove::Ends(number(n + 1)));
        }
        let taken = tape.take();
        assert_eq!((taken.holds.len(), taken.holds_lost), (HOLD_MOVES_MAX, true));
    }
}
