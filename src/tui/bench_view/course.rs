//! The run so far, in numbers that can be drawn: digested stretches, samples, totals, and the pace of the last second.
//! Must not keep a histogram: percentiles of a stretch are taken once it is read.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use super::reading::{Counts, Place, Reading, Seen};
use crate::{
    bench::{
        rehearsal::Act,
        series::{Sample, WINDOWS_MAX, Window},
    },
    tui::panel::latency::Percentiles,
};

/// A stretch may change for this long after its end: its workers write it one after another.
const OPEN_US: u64 = 1_000_000;
/// At least and at most so many stretches are taken as still changing.
const OPEN_MIN: usize = 3;
const OPEN_MAX: usize = 24;
/// The pace is that of this last time.
const PACE_OVER: Duration = Duration::from_secs(1);
/// Stretches that are counted here while the run has no series of its own.
const OWN_WIDTH_US: u64 = 250_000;

/// One stretch, digested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moment {
    /// Buyers let go.
    pub released: u64,
    /// Orders placed.
    pub placed: u64,
    /// Response of submits.
    pub create: Option<Percentiles>,
    /// From the first submit to "created".
    pub confirm: Option<Percentiles>,
}

impl Moment {
    fn of(window: &Window) -> Self {
        Self {
            released: window.released,
            placed: window.placed,
            create: percentiles(&[&window.create]),
            confirm: percentiles(&[&window.confirm]),
        }
    }
}

type Histogram = hdrhistogram::Histogram<u64>;

/// Over all of these together: merged, not averaged.
fn percentiles(of: &[&Histogram]) -> Option<Percentiles> {
    let (first, rest) = of.split_first()?;
    let mut all = (*first).clone();
    for other in rest {
        all.add(*other).ok()?;
    }
    (!all.is_empty()).then(|| Percentiles { p50_us: all.value_at_quantile(0.5), p99_us: all.value_at_quantile(0.99) })
}

/// The run so far.
#[derive(Debug, Clone)]
pub struct Course {
    /// What is going on.
    pub act: Act,
    /// Since the start.
    pub elapsed: Duration,
    /// The program.
    pub place: Option<Place>,
    /// All buyers, once it is known.
    pub buyers: Option<u64>,
    /// Totals.
    pub counts: Counts,
    /// Length of a stretch.
    pub width_us: u64,
    /// Arrivals planned for each stretch; empty while the run has no series.
    pub planned: Vec<u64>,
    /// Stretches.
    pub moments: Vec<Moment>,
    /// Samples.
    pub samples: Vec<Sample>,
    /// Latencies of the last second.
    pub now: (Option<Percentiles>, Option<Percentiles>),
    settled: usize,
    settled_reasons: BTreeMap<String, u64>,
    open_reasons: BTreeMap<String, u64>,
    has_series: bool,
    recent: VecDeque<(Duration, Counts)>,
    heard_us: u64,
}

impl Default for Course {
    fn default() -> Self {
        Self {
            act: Act::Staging,
            elapsed: Duration::ZERO,
            place: None,
            buyers: None,
            counts: Counts::default(),
            width_us: OWN_WIDTH_US,
            planned: Vec::new(),
            moments: Vec::new(),
            samples: Vec::new(),
            now: (None, None),
            settled: 0,
            settled_reasons: BTreeMap::new(),
            open_reasons: BTreeMap::new(),
            has_series: false,
            recent: VecDeque::new(),
            heard_us: 0,
        }
    }
}

impl Course {
    /// What is here already.
    pub const fn seen(&self) -> Seen {
        Seen { windows: self.settled, samples: self.samples.len(), planned: self.planned.len() }
    }

    /// Takes a reading in; true when it changes what there is to show.
    pub fn hear(&mut self, reading: Reading) -> bool {
        let changed = self.elapsed.as_millis() / 100 != reading.elapsed.as_millis() / 100
            || self.counts != reading.counts
            || self.act != reading.act
            || !reading.samples.is_empty();
        if let Act::Playing(buyers) = reading.act {
            if self.buyers.is_none() {
                // Setting the stage is over; its time is not the run's.
                self.recent.clear();
            }
            self.buyers = Some(buyers);
        }
        (self.act, self.elapsed) = (reading.act, reading.elapsed);
        self.place = reading.place.or(self.place.take());
        self.keep_pace(reading.counts);
        // At its end a run takes its series away; what was seen of it stays.
        if reading.width_us > 0 {
            self.take_windows(reading.width_us, reading.planned, reading.windows);
        } else if !self.has_series && self.buyers.is_some() {
            self.count_for_oneself(reading.counts);
        }
        self.samples.extend(reading.samples);
        self.counts = reading.counts;
        changed
    }

    /// Per second over the last second.
    pub fn pace(&self, count: impl Fn(&Counts) -> u64) -> f64 {
        let (Some((from, before)), Some((to, after))) = (self.recent.front(), self.recent.back()) else { return 0.0 };
        let seconds = to.saturating_sub(*from).as_secs_f64();
        if seconds > 0.0 { count(after).saturating_sub(count(before)) as f64 / seconds } else { 0.0 }
    }

    /// Rejections of submits by reason, the most frequent first. Without a series only "sold out" is told apart.
    pub fn reasons(&self) -> Vec<(String, u64)> {
        let mut sum = self.settled_reasons.clone();
        for (reason, count) in &self.open_reasons {
            *sum.entry(reason.clone()).or_default() += count;
        }
        if !self.has_series {
            sum.insert("sold_out".to_owned(), self.counts.sold_out);
            sum.insert("others".to_owned(), self.counts.rejected);
        }
        let mut sum: Vec<_> = sum.into_iter().filter(|(_, count)| *count > 0).collect();
        sum.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        sum
    }

    /// Buyers that were due by now.
    pub fn due(&self) -> Option<u64> {
        if self.planned.is_empty() || self.width_us == 0 {
            return None;
        }
        let elapsed_us = self.elapsed_us();
        let whole = self.slot().min(self.planned.len());
        let before: u64 = self.planned[..whole].iter().sum();
        let now = self.planned.get(whole).copied().unwrap_or(0);
        Some(before + now * (elapsed_us % self.width_us) / self.width_us)
    }

    /// The stretch that is on.
    pub fn slot(&self) -> usize {
        usize::try_from(self.elapsed_us() / self.width_us.max(1)).unwrap_or(usize::MAX)
    }

    fn elapsed_us(&self) -> u64 {
        u64::try_from(self.elapsed.as_micros()).unwrap_or(u64::MAX)
    }

    fn keep_pace(&mut self, counts: Counts) {
        let restarted = self.recent.back().is_some_and(|(at, _)| *at > self.elapsed);
        if restarted {
            self.recent.clear();
        }
        self.recent.push_back((self.elapsed, counts));
        while self.recent.get(1).is_some_and(|(at, _)| self.elapsed.saturating_sub(*at) >= PACE_OVER) {
            self.recent.pop_front();
        }
    }

    fn take_windows(&mut self, width_us: u64, planned: Option<Vec<u64>>, windows: Vec<Window>) {
        if !self.has_series || width_us != self.width_us {
            (self.has_series, self.width_us) = (true, width_us);
            self.moments.clear();
        }
        self.planned = planned.unwrap_or_else(|| std::mem::take(&mut self.planned));
        self.moments.truncate(self.settled);
        self.moments.extend(windows.iter().map(Moment::of));
        let a_second = usize::try_from(PACE_OVER.as_micros() as u64 / width_us).unwrap_or(1).clamp(1, OPEN_MAX);
        let last = &windows[windows.len().saturating_sub(a_second)..];
        if !last.is_empty() {
            let of =
                |histogram: fn(&Window) -> &Histogram| percentiles(&last.iter().map(histogram).collect::<Vec<_>>());
            self.now = (of(|window| &window.create), of(|window| &window.confirm));
        }
        let open = usize::try_from(OPEN_US / width_us).unwrap_or(OPEN_MAX).clamp(OPEN_MIN, OPEN_MAX);
        let to_settle = windows.len().saturating_sub(open);
        self.open_reasons.clear();
        for (at, window) in windows.into_iter().enumerate() {
            let sums = if at < to_settle { &mut self.settled_reasons } else { &mut self.open_reasons };
            for (reason, count) in window.reasons {
                *sums.entry(reason).or_default() += count;
            }
        }
        self.settled += to_settle;
    }

    /// Stretches from the counts alone. They get twice as long whenever there would be too many.
    fn count_for_oneself(&mut self, counts: Counts) {
        while self.elapsed_us() / self.width_us >= WINDOWS_MAX {
            self.width_us *= 2;
            let pair = |pair: &[Moment]| Moment {
                released: pair.iter().map(|moment| moment.released).sum(),
                placed: pair.iter().map(|moment| moment.placed).sum(),
                ..Moment::default()
            };
            self.moments = self.moments.chunks(2).map(pair).collect();
        }
        let at = self.slot();
        self.moments.resize(self.moments.len().max(at + 1), Moment::default());
        let news = |count: fn(&Counts) -> u64| count(&counts).saturating_sub(count(&self.counts));
        let (released, placed) = (news(|counts| counts.released), news(|counts| counts.placed));
        // What came since the last reading may belong to two stretches or more: each has its share.
        let (from_us, to_us) = (self.heard_us.min(self.elapsed_us()), self.elapsed_us());
        let first = usize::try_from(from_us / self.width_us).unwrap_or(usize::MAX).min(at);
        let mut given = (0, 0);
        for slot in first..=at {
            let end_us = ((slot as u64 + 1) * self.width_us).min(to_us);
            let so_far = |all: u64| {
                if slot == at {
                    all
                } else {
                    (u128::from(all) * u128::from(end_us - from_us) / u128::from(to_us - from_us)) as u64
                }
            };
            let moment = &mut self.moments[slot];
            moment.released += so_far(released) - given.0;
            moment.placed += so_far(placed) - given.1;
            given = (so_far(released), so_far(placed));
        }
        self.heard_us = to_us;
    }
}
