//! The stretch that one worker is in: counted privately, handed to the series once it is over.
//! Must not be shared between threads; the series is locked once a stretch, not once an event.

use std::sync::Mutex;

use super::{Series, Window, position};
use crate::bench::{
    journal::{Answer, Reason, Told},
    tally::Times,
};

/// A worker's current stretch.
#[derive(Debug)]
pub struct Stretch {
    width_us: u64,
    at: usize,
    window: Window,
    /// Has anything happened in it?
    touched: bool,
}

impl Stretch {
    /// The first one.
    #[must_use]
    pub fn new(width_us: u64) -> Self {
        Self { width_us, at: 0, window: Window::default(), touched: false }
    }

    /// Length of a stretch in microseconds.
    #[must_use]
    pub const fn width_us(&self) -> u64 {
        self.width_us
    }

    /// The counts of this moment. Whoever is first in a new stretch hands over the one before.
    pub fn now(&mut self, at_us: u64, series: &Mutex<Series>) -> &mut Window {
        let at = position(at_us, self.width_us);
        if at > self.at {
            self.hand_over(series);
            self.at = at;
        }
        self.touched = true;
        &mut self.window
    }

    /// Adds what has been counted to the series, so that nobody who watches waits for the next event.
    ///
    /// # Panics
    /// When another thread panicked with the series in hand.
    pub fn hand_over(&mut self, series: &Mutex<Series>) {
        if !std::mem::take(&mut self.touched) {
            return;
        }
        series.lock().expect("nobody panics while it is held").add(self.at, &self.window);
        let Window { mut create, mut confirm, mut reasons, .. } = std::mem::take(&mut self.window);
        create.reset();
        confirm.reset();
        reasons.values_mut().for_each(|count| *count = 0);
        self.window = Window { create, confirm, reasons, ..Window::default() };
    }
}

impl Window {
    /// A submit was answered, or its answer was given up.
    pub fn told(&mut self, told: &Told) {
        record(&mut self.create, told.answered_us.saturating_sub(told.intended_us));
        match told.answer {
            Answer::Created(_) | Answer::Accepted(_) => self.placed += 1,
            Answer::Rejected(reason) => {
                *(if reason.is_sold_out() { &mut self.sold_out } else { &mut self.rejected }) += 1;
                self.turned_down(reason);
            }
            Answer::Indeterminate => {}
        }
    }

    /// An order is known to be in the books.
    pub fn known(&mut self, times: Times) {
        self.confirmed += 1;
        record(&mut self.confirm, times.answered_us.saturating_sub(times.intended_us));
    }

    /// A submit was rejected, at once or later.
    pub fn turned_down(&mut self, reason: Reason) {
        self.refused(&reason.name(), 1);
    }
}

fn record(histogram: &mut hdrhistogram::Histogram<u64>, span_us: u64) {
    histogram.record(span_us).expect("a histogram that grows takes every span");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(series: &Mutex<Series>) -> Vec<u64> {
        series.lock().unwrap().windows.iter().map(|window| window.placed).collect()
    }

    #[test]
    fn a_stretch_is_handed_over_when_the_next_begins_and_what_is_left_at_the_end() {
        let series = Mutex::new(Series::plan(1_000_000, std::iter::empty()));
        let (mut one, mut other) = (Stretch::new(100_000), Stretch::new(100_000));
        one.now(10_000, &series).placed += 1;
        one.now(99_999, &series).placed += 1;
        assert_eq!(placed(&series), [] as [u64; 0], "not while it lasts");
        one.now(250_000, &series).placed += 1;
        assert_eq!(placed(&series), [2]);
        other.now(50_000, &series).placed += 5;
        one.hand_over(&series);
        other.hand_over(&series);
        other.hand_over(&series);
        assert_eq!(placed(&series), [7, 0, 1], "late, and once");
    }

    #[test]
    fn a_word_handed_over_early_is_not_counted_again() {
        let series = Mutex::new(Series::plan(1_000_000, std::iter::empty()));
        let mut stretch = Stretch::new(100_000);
        stretch.now(1, &series).turned_down(Reason::Overload);
        stretch.hand_over(&series);
        stretch.now(2, &series).turned_down(Reason::Overload);
        stretch.now(3, &series).known(Times { intended_us: 0, sent_us: 1, answered_us: 3 });
        stretch.hand_over(&series);
        let series = series.into_inner().unwrap();
        assert_eq!((series.windows[0].reasons["overload"], series.windows[0].confirm.len()), (2, 1));
    }
}
