//! How the sale stood at a moment of a recorded run: sums over everything before it.
//! Must not depend on the way that led there: played, sought forwards or backwards, it is the same.

use super::recorded::{Event, Kind, NEVER, Recorded};
use crate::{
    bench::journal::{Answer, Reason},
    wire::feed::LATENCY_BOUNDS_US,
};

/// Most checkpoints of a run: seeking replays at most a five-hundredth of its events.
const CHECKPOINTS_MAX: usize = 500;
/// Fewest events between two.
const EVENTS_APART_MIN: usize = 1_000;
/// Most counts of categories in all checkpoints together, 16 bytes each, whatever a hall looks like.
const CATEGORY_COUNTS_MAX: usize = 1 << 21;

/// Sums since the start of the run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Events that are in it.
    pub(super) events: usize,
    /// Of each version: orders placed, submits rejected, submits without an answer.
    pub(super) placed: [u64; 4],
    pub(super) rejected: [u64; 4],
    pub(super) failed: [u64; 4],
    /// Rejected submits, by word.
    pub(super) words: Vec<u64>,
    /// Submits that were answered, by the buckets of [`LATENCY_BOUNDS_US`].
    pub(super) latency: Vec<u64>,
    pub(super) latency_sum_us: u64,
    /// Submits that were answered or given up.
    pub(super) over: u64,
    /// Submits that were answered.
    pub(super) answered: u64,
    /// Submits turned away for overload.
    pub(super) refused: u64,
    /// Orders accepted and not in the books yet.
    pub(super) waiting: u64,
    /// Before this place of the queue nobody waits.
    pub(super) oldest: usize,
    /// Accepted orders that came into the books.
    pub(super) written: u64,
    pub(super) paid: u64,
    pub(super) cancelled: u64,
    /// Orders that hold seats.
    pub(super) unpaid: u64,
    /// Of each category.
    pub(super) seats: Vec<Seats>,
}

/// Seats of a category that are not free.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seats {
    pub(super) held: u64,
    pub(super) sold: u64,
}

/// The sums at moments that are as many events apart.
#[derive(Debug, Default)]
pub(super) struct Checkpoints {
    apart: usize,
    kept: Vec<Counts>,
}

impl Counts {
    /// Before anything happened.
    pub(super) fn none(recorded: &Recorded) -> Self {
        Self {
            words: vec![0; recorded.words.len()],
            latency: vec![0; LATENCY_BOUNDS_US.len() + 1],
            seats: vec![Seats::default(); recorded.journal.scene.categories.len()],
            ..Self::default()
        }
    }

    /// Goes through the whole run once.
    pub(super) fn checkpoints(recorded: &Recorded) -> Checkpoints {
        let categories = recorded.journal.scene.categories.len().max(1);
        let most = CHECKPOINTS_MAX.min(CATEGORY_COUNTS_MAX / categories).max(1);
        let apart = recorded.events.len().div_ceil(most).max(EVENTS_APART_MIN);
        let (mut counts, mut kept) = (Self::none(recorded), Vec::new());
        for at in (0..recorded.events.len()).step_by(apart) {
            counts.count_up_to(recorded, at);
            if at > 0 {
                kept.push(counts.clone());
            }
        }
        Checkpoints { apart, kept }
    }

    /// Makes them those of this moment.
    pub(super) fn go_to(&mut self, recorded: &Recorded, at_us: u64) {
        let events = recorded.events.partition_point(|event| event.at_us <= at_us);
        let Checkpoints { apart, kept } = &recorded.checkpoints;
        if events < self.events || events - self.events > *apart {
            let near = (events / apart).min(kept.len());
            *self = near.checked_sub(1).map_or_else(|| Self::none(recorded), |at| kept[at].clone());
        }
        self.count_up_to(recorded, events);
        let waits = |&at: &u32| recorded.orders[at as usize].waits(at_us);
        let past = |&at: &u32| recorded.orders[at as usize].made_us <= at_us;
        while recorded.queue.get(self.oldest).is_some_and(|at| past(at) && !waits(at)) {
            self.oldest += 1;
        }
    }

    fn count_up_to(&mut self, recorded: &Recorded, events: usize) {
        for event in &recorded.events[self.events..events] {
            self.count(recorded, *event);
        }
        self.events = events;
    }

    fn count(&mut self, recorded: &Recorded, event: Event) {
        if event.kind == Kind::Answered {
            return self.count_answer(recorded, event.of());
        }
        let order = &recorded.orders[event.of()];
        // A category that the journal's first line does not name has no counts.
        let mut nowhere = Seats { held: u64::from(order.tickets), sold: 0 };
        let seats = self.seats.get_mut(usize::from(order.category)).unwrap_or(&mut nowhere);
        let tickets = u64::from(order.tickets);
        match event.kind {
            Kind::Answered => {}
            Kind::Queued | Kind::Made => {
                self.placed[usize::from(order.version.number()) - 1] += 1;
                self.waiting += u64::from(event.kind == Kind::Queued);
                self.unpaid += 1;
                seats.held += tickets;
                return;
            }
            Kind::Created => {
                self.waiting -= 1;
                self.written += 1;
                return;
            }
            Kind::Paid => {
                self.paid += 1;
                seats.sold += tickets;
            }
            Kind::Cancelled => self.cancelled += 1,
            Kind::Rejected => self.waiting -= u64::from(order.created_us == NEVER),
        }
        self.unpaid -= 1;
        seats.held -= tickets;
    }

    fn count_answer(&mut self, recorded: &Recorded, at: usize) {
        let told = &recorded.journal.told[at];
        let version = usize::from(told.version.number()) - 1;
        self.over += 1;
        match told.answer {
            Answer::Created(_) | Answer::Accepted(_) => {}
            Answer::Rejected(reason) => {
                self.rejected[version] += 1;
                self.words[usize::from(recorded.word(reason))] += 1;
                self.refused += u64::from(reason == Reason::Overload);
            }
            Answer::Indeterminate => {
                self.failed[version] += 1;
                return;
            }
        }
        self.answered += 1;
        let took_us = told.answered_us.saturating_sub(told.sent_us);
        self.latency[LATENCY_BOUNDS_US.partition_point(|&bound_us| bound_us < took_us)] += 1;
        self.latency_sum_us = self.latency_sum_us.saturating_add(took_us);
    }
}
