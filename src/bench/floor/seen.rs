//! What a floor sees its buyers do and being told, counted in all places that count it.
//! Must not lock: what is shared is added to atomically, or once a stretch.

use super::{Floor, beat};
use crate::bench::{
    journal::{Answer, Reason, Told},
    tally::{Outcome, Step, Times},
};

/// Something that happened to a buyer. Times in microseconds since the start.
#[derive(Debug, Clone, Copy)]
pub enum Seen<'a> {
    /// One was let go, who should have been at this time.
    Released(u64),
    /// One submits.
    Submitting(&'a Told),
    /// A submit was answered, or its answer was given up.
    Told(&'a Told),
    /// A call of any kind was answered.
    Answered(Times),
    /// A call of any kind has no answer.
    Failed(Times),
    /// An order is known to be in the books, counted from the intended first submit.
    Confirmed(Times),
    /// An order that was accepted was rejected later.
    TakenBack(Reason, u64),
    /// An order is paid.
    Paid(u64),
    /// One has left.
    Left,
}

impl Floor {
    /// Counts what happened.
    pub fn saw(&self, seen: Seen<'_>) {
        let pulse = &*self.pulse;
        let mut stretch = self.stretch.borrow_mut();
        let series = &pulse.series;
        match seen {
            Seen::Released(intended_us) => {
                let now_us = self.now_us();
                self.tally.borrow_mut().dispatched(now_us.saturating_sub(intended_us));
                beat(&pulse.released);
                stretch.now(now_us, series).released += 1;
            }
            Seen::Submitting(entry) => {
                let window = stretch.now(entry.sent_us, series);
                window.submits += 1;
                window.repeats += u64::from(entry.attempt > 0);
            }
            Seen::Told(told) => {
                stretch.now(told.answered_us, series).told(told);
                self.told(told.answer);
            }
            Seen::Answered(times) => stretch.now(times.answered_us, series).requests += 1,
            Seen::Failed(times) => {
                beat(&pulse.failed);
                stretch.now(times.answered_us, series).failed += 1;
            }
            Seen::Confirmed(times) => {
                self.tally.borrow_mut().step(Step::Confirm, Outcome::Done, times);
                stretch.now(times.answered_us, series).known(times);
            }
            Seen::TakenBack(reason, at_us) => {
                self.tally.borrow_mut().rejected(reason);
                stretch.now(at_us, series).turned_down(reason);
            }
            Seen::Paid(at_us) => {
                beat(&pulse.paid);
                stretch.now(at_us, series).paid += 1;
            }
            Seen::Left => beat(&pulse.left),
        }
    }

    fn told(&self, answer: Answer) {
        match answer {
            Answer::Created(_) | Answer::Accepted(_) => beat(&self.pulse.placed),
            Answer::Rejected(reason) => {
                beat(if reason.is_sold_out() { &self.pulse.sold_out } else { &self.pulse.rejected });
                self.tally.borrow_mut().rejected(reason);
            }
            Answer::Indeterminate => {}
        }
    }

    /// Hands over the stretch under way.
    pub(super) fn hand_over(&self) {
        self.stretch.borrow_mut().hand_over(&self.pulse.series);
    }

    /// Hands over at the end of each stretch, for whoever watches a run in which nothing happens.
    pub async fn keep_watch(&self) {
        let width_us = self.stretch.borrow().width_us().max(1);
        for at in 1.. {
            self.until(at * width_us).await;
            self.hand_over();
        }
    }
}
