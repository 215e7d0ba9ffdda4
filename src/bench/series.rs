//! A run over time: what buyers were told in each stretch of it, and what the server was seen to hold meanwhile.
//! Must not judge, and must not grow with the number of buyers: a run has at most [`WINDOWS_MAX`] stretches.

mod stretch;

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

pub use stretch::Stretch;

/// Most stretches of a run.
pub const WINDOWS_MAX: u64 = 1_200;
/// Most stretches that the plan itself fills: the rest is for buyers who are still inside after the last has arrived.
const WINDOWS_PLANNED_MAX: u64 = WINDOWS_MAX / 2;
/// Shortest stretch in microseconds: enough answers for a percentile, short enough to see a stall of a second.
const WIDTH_US_MIN: u64 = 100_000;

/// What happened in one stretch: an answer counts in the one in which it came, a submit in the one in which its buyer
/// clicked (it may then wait for a connection), a buyer let go in the one in which that was done.
#[derive(Debug, Clone)]
pub struct Window {
    /// Buyers let go.
    pub released: u64,
    /// Submits, repeats among them.
    pub submits: u64,
    /// Submits by buyers who had been answered, or had given up an answer, before.
    pub repeats: u64,
    /// Orders told as created or accepted.
    pub placed: u64,
    /// Orders known to be in the books: created, or a v4 poll that said so.
    pub confirmed: u64,
    /// "Sold out" told.
    pub sold_out: u64,
    /// Other rejections told.
    pub rejected: u64,
    /// Calls without an answer.
    pub failed: u64,
    /// Orders paid.
    pub paid: u64,
    /// Requests answered, of every kind.
    pub requests: u64,
    /// Rejections of submits, by word; "sold out" among them.
    pub reasons: BTreeMap<String, u64>,
    /// Response of submits (intended to answered) in microseconds, two significant digits.
    pub create: Histogram<u64>,
    /// From the intended first submit to "created", in microseconds, two significant digits.
    pub confirm: Histogram<u64>,
}

impl Default for Window {
    fn default() -> Self {
        let histogram = || Histogram::new(2).expect("two digits are allowed");
        Self {
            released: 0,
            submits: 0,
            repeats: 0,
            placed: 0,
            confirmed: 0,
            sold_out: 0,
            rejected: 0,
            failed: 0,
            paid: 0,
            requests: 0,
            reasons: BTreeMap::new(),
            create: histogram(),
            confirm: histogram(),
        }
    }
}

impl Window {
    /// Adds what another worker saw in the same stretch.
    pub fn add(&mut self, other: &Self) {
        self.released += other.released;
        self.submits += other.submits;
        self.repeats += other.repeats;
        self.placed += other.placed;
        self.confirmed += other.confirmed;
        self.sold_out += other.sold_out;
        self.rejected += other.rejected;
        self.failed += other.failed;
        self.paid += other.paid;
        self.requests += other.requests;
        for (word, count) in &other.reasons {
            self.refused(word, *count);
        }
        self.create.add(&other.create).expect("histograms that grow take each other");
        self.confirm.add(&other.confirm).expect("histograms that grow take each other");
    }

    /// Counts rejections by word, without a copy of a word that is known.
    fn refused(&mut self, word: &str, count: u64) {
        match self.reasons.get_mut(word) {
            Some(known) => *known += count,
            None => {
                self.reasons.insert(word.to_owned(), count);
            }
        }
    }
}

/// Seats of one category at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seats {
    /// Free.
    pub available: u64,
    /// Taken for a while.
    pub held: u64,
    /// Paid.
    pub sold: u64,
}

/// What was seen from outside at one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sample {
    /// When, in microseconds since the start.
    pub at_us: u64,
    /// Seats of each category, in the order of the hall; empty where nobody could be asked.
    pub seats: Vec<Seats>,
    /// Orders in the queue.
    pub queue: Option<u64>,
    /// CPU of the generator since the sample before, in percent of one CPU.
    pub generator_cpu_pct: Option<f64>,
    /// CPU of the server since the sample before, in percent of one CPU.
    pub server_cpu_pct: Option<f64>,
}

/// The whole run.
#[derive(Debug, Clone, Default)]
pub struct Series {
    /// Length of a stretch in microseconds; 0 before the run is planned.
    pub width_us: u64,
    /// Arrivals that the schedule puts into each stretch.
    pub planned: Vec<u64>,
    /// Stretches from the start; there are none beyond the last with something in it.
    pub windows: Vec<Window>,
    /// Samples, by time.
    pub samples: Vec<Sample>,
}

impl Series {
    /// An empty series for a schedule that ends then and has arrivals at these moments, in microseconds.
    #[must_use]
    pub fn plan(ends_us: u64, moments: impl Iterator<Item = u64>) -> Self {
        let width_us = width_us(ends_us);
        let mut planned = Vec::new();
        for at_us in moments {
            let at = position(at_us, width_us);
            if planned.len() <= at {
                planned.resize(at + 1, 0);
            }
            planned[at] += 1;
        }
        Self { width_us, planned, ..Self::default() }
    }

    /// Adds what a worker saw in this stretch, whenever it comes.
    pub fn add(&mut self, at: usize, window: &Window) {
        if self.windows.len() <= at {
            self.windows.resize_with(at + 1, Window::default);
        }
        self.windows[at].add(window);
    }
}

/// The first of 100 ms, 200 ms, 500 ms, 1 s, 2 s, … that divides a plan of this length into few enough stretches.
fn width_us(ends_us: u64) -> u64 {
    let decades = std::iter::successors(Some(WIDTH_US_MIN), |width| width.checked_mul(10));
    let mut widths = decades.flat_map(|width| [width, width.saturating_mul(2), width.saturating_mul(5)]);
    widths.find(|width| ends_us <= width.saturating_mul(WINDOWS_PLANNED_MAX)).unwrap_or(u64::MAX)
}

/// The stretch of a moment; whatever comes after the last counts in the last.
fn position(at_us: u64, width_us: u64) -> usize {
    (at_us / width_us.max(1)).min(WINDOWS_MAX - 1) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_are_round_and_few_whatever_the_length() {
        let width = |seconds: u64| width_us(seconds * 1_000_000) / 1_000;
        assert_eq!([0, 1, 60, 61, 120, 121].map(width), [100, 100, 100, 200, 200, 500]);
        assert_eq!([600, 3_600, 86_400].map(width), [1_000, 10_000, 200_000]);
        assert!((1..100_000).all(|s| s * 1_000 <= width(s) * WINDOWS_PLANNED_MAX), "a plan would not fit");
    }

    #[test]
    fn arrivals_are_planned_into_the_stretch_of_their_moment_and_the_last_takes_the_rest() {
        let series = Series::plan(1_000_000, [0, 99_999, 100_000, 350_000].into_iter());
        assert_eq!((series.width_us, &*series.planned), (100_000, &[2, 1, 0, 1][..]));
        assert_eq!(position(u64::MAX, 100_000), WINDOWS_MAX as usize - 1);
    }

    #[test]
    fn what_comes_late_is_added_to_its_own_stretch() {
        let mut series = Series::plan(1_000_000, std::iter::empty());
        let mut window = Window { placed: 2, ..Window::default() };
        window.refused("sold_out", 3);
        window.create.record(5_000).unwrap();
        for at in [3, 1, 3] {
            series.add(at, &window);
        }
        let placed: Vec<u64> = series.windows.iter().map(|w| w.placed).collect();
        assert_eq!(placed, [0, 2, 0, 4]);
        assert_eq!(series.windows[3].reasons["sold_out"], 6);
        assert_eq!((series.windows[3].create.len(), series.windows[1].create.len()), (2, 1));
    }
}
