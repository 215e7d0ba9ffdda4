//! What happened over time, made of frames: a point a second for as long as one looks on, rates and percentiles of the last
//! seconds, sums of the whole.
//! Must not keep more than a limited number of points, nor take a restart or a gap of the feed for something that happened.

pub mod spread;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use crate::{
    domain::ids::ProgramId,
    tui::{chart::Track, panel::latency::Percentiles},
    wire::feed::{Latency, Numbers},
};
use spread::Spread;

/// Most points that are kept; with more, two become one. An hour of seconds.
const POINTS_MAX: usize = 3_600;
/// A point at first, in ms.
const POINT_MS: i64 = 1_000;
/// "Now" is this last time.
const NOW_MS: i64 = 2_000;
/// The pace of seats is that of this last time: they go in bursts.
const PACE_MS: i64 = 5_000;
/// Less than this says nothing about a pace.
const PACE_MIN_MS: i64 = 900;
/// After so long without a frame, "now" begins anew.
const SILENCE_MS: i64 = 60_000;
/// A forecast beyond this says nothing.
const TO_GO_MAX_S: f64 = 86_400.0;
/// Charts of rates show this last time.
const RECENT_MS: i64 = 300_000;
/// Fewer points than this do not fill a chart.
const SLOTS_MIN: usize = 60;

/// What happened in one stretch of time. Amounts are fractions where a frame came later than the stretch ended.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Point {
    /// How much of the stretch was seen, in ms.
    pub seen_ms: f64,
    /// Orders of v1 to v4.
    pub placed: [f64; 4],
    /// Free seats at its end.
    pub left: Option<u64>,
    /// Most orders that waited in the queue.
    pub depth: Option<u64>,
    /// 99 of 100 answers to orders came within this.
    pub create_us_p99: Option<u64>,
    /// 99 of 100 commits.
    pub commit_us_p99: Option<u64>,
}

impl Point {
    fn join(self, after: Self) -> Self {
        Self {
            seen_ms: self.seen_ms + after.seen_ms,
            placed: std::array::from_fn(|at| self.placed[at] + after.placed[at]),
            left: after.left.or(self.left),
            depth: self.depth.max(after.depth),
            create_us_p99: self.create_us_p99.max(after.create_us_p99),
            commit_us_p99: self.commit_us_p99.max(after.commit_us_p99),
        }
    }

    /// Orders of a version a second; none where nobody looked.
    #[must_use]
    pub fn placed_per_s(&self, version: usize) -> Option<f64> {
        (self.seen_ms > 0.0).then(|| self.placed.get(version).copied().unwrap_or(0.0) * 1e3 / self.seen_ms)
    }
}

/// A frame's numbers, for differences.
#[derive(Debug, Clone, PartialEq)]
struct Mark {
    at_ms: i64,
    numbers: Numbers,
    left: Option<u64>,
}

/// Histograms of a stretch, or of all.
#[derive(Debug, Clone, Default, PartialEq)]
struct Spreads {
    create: Spread,
    batch: Spread,
    commit: Spread,
}

impl Spreads {
    fn between(before: &Numbers, after: &Numbers) -> Self {
        Self {
            create: Spread::between(&before.create, &after.create),
            batch: Spread::between(&before.queue.batch, &after.queue.batch),
            commit: Spread::between(&before.ledger.commit, &after.ledger.commit),
        }
    }

    fn add(&mut self, other: &Self) {
        self.create.add(&other.create);
        self.batch.add(&other.batch);
        self.commit.add(&other.commit);
    }
}

/// Which answers are timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timed {
    /// Answers to orders.
    Create,
    /// Batches of v4's worker.
    Batch,
    /// Commits of the ledger.
    Commit,
}

/// How much of the past a chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Past {
    /// The last minutes.
    Recent,
    /// All of it.
    Whole,
}

/// What happened since somebody looked.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    began_ms: i64,
    point_ms: i64,
    points: Vec<Point>,
    recent: VecDeque<Mark>,
    open: Spreads,
    whole: Spreads,
    subject: Option<ProgramId>,
    gone_ms: Option<i64>,
}

impl Default for Course {
    fn default() -> Self {
        Self {
            began_ms: 0,
            point_ms: POINT_MS,
            points: Vec::new(),
            recent: VecDeque::new(),
            open: Spreads::default(),
            whole: Spreads::default(),
            subject: None,
            gone_ms: None,
        }
    }
}

impl Course {
    /// Takes in what a frame says at a moment of the server's clock: its numbers, and the free seats of the program that is
    /// followed, or of all.
    pub fn hear(&mut self, numbers: &Numbers, at_ms: i64, subject: Option<ProgramId>, left: Option<u64>) {
        if self.recent.back().is_some_and(|last| at_ms < last.at_ms) {
            // A replay that was set back, or a clock that was: what was seen lies in the future now.
            *self = Self::default();
        }
        if self.subject != subject {
            self.forget_seats();
            self.subject = subject;
        }
        let mark = Mark { at_ms, numbers: numbers.clone(), left };
        match self.recent.back() {
            None => self.began_ms = at_ms,
            Some(last) if restarted(&last.numbers, numbers) => {
                // Its counters began at nothing: so do the differences, and what happened while nobody looked is not known.
                self.recent.clear();
            }
            Some(_) => {}
        }
        self.place(&mark);
        self.note_end(left, at_ms);
        self.remember(mark);
    }

    fn forget_seats(&mut self) {
        self.points.iter_mut().for_each(|point| point.left = None);
        self.recent.iter_mut().for_each(|mark| mark.left = None);
        self.gone_ms = None;
    }

    fn note_end(&mut self, left: Option<u64>, at_ms: i64) {
        let seen_going = self.recent.back().is_some_and(|last| last.left.is_some_and(|left| left > 0));
        match left {
            Some(0) if seen_going => self.gone_ms = Some(at_ms),
            Some(0) => {}
            _ => self.gone_ms = None,
        }
    }

    /// Keeps what "now" needs: the newest mark that is old enough, and all after it.
    fn remember(&mut self, mark: Mark) {
        let at_ms = mark.at_ms;
        if self.recent.back().is_some_and(|last| at_ms.saturating_sub(last.at_ms) > SILENCE_MS) {
            self.recent.clear();
        }
        self.recent.push_back(mark);
        while self.recent.get(1).is_some_and(|second| second.at_ms <= at_ms.saturating_sub(PACE_MS)) {
            self.recent.pop_front();
        }
    }

    /// Lays what happened since the last mark evenly over the time between, so that a late frame makes no spike.
    fn place(&mut self, mark: &Mark) {
        let slot = self.slot(mark.at_ms);
        let before = self.points.len();
        if slot >= before {
            self.points.resize(slot + 1, Point::default());
            self.open = Spreads::default();
        }
        let mut came = Spreads::default();
        let mut first = slot;
        if let Some(last) = self.recent.back() {
            came = Spreads::between(&last.numbers, &mark.numbers);
            self.whole.add(&came);
            let last = last.clone();
            first = self.lay(&last, mark);
        }
        self.open.add(&came);
        let (create, commit) = (came.create.percentiles(), came.commit.percentiles());
        for point in self.points.get_mut(first + 1..slot).unwrap_or_default() {
            point.create_us_p99 = create.map(|of| of.p99_us);
            point.commit_us_p99 = commit.map(|of| of.p99_us);
        }
        let (create, commit) = (self.open.create.percentiles(), self.open.commit.percentiles());
        let point = &mut self.points[slot];
        point.left = mark.left;
        point.depth = point.depth.max(mark.numbers.queue.depth);
        point.create_us_p99 = create.map(|of| of.p99_us).or(point.create_us_p99);
        point.commit_us_p99 = commit.map(|of| of.p99_us).or(point.commit_us_p99);
    }

    /// The orders between two marks, over the points between; the first of these comes back.
    fn lay(&mut self, last: &Mark, mark: &Mark) -> usize {
        let all_ms = mark.at_ms.saturating_sub(last.at_ms) as f64;
        let (first, slot) = (self.slot(last.at_ms), self.slot(mark.at_ms));
        let placed = |numbers: &Numbers| numbers.versions.map(|version| version.placed);
        let (before, after) = (placed(&last.numbers), placed(&mark.numbers));
        for at in first..=slot {
            let from = self.began_ms.saturating_add((at as i64).saturating_mul(self.point_ms)).max(last.at_ms);
            let to = self.began_ms.saturating_add((at as i64 + 1).saturating_mul(self.point_ms)).min(mark.at_ms);
            let share = if all_ms > 0.0 { to.saturating_sub(from) as f64 / all_ms } else { 1.0 };
            let point = &mut self.points[at];
            point.seen_ms += to.saturating_sub(from).max(0) as f64;
            for version in 0..4 {
                point.placed[version] += after[version].saturating_sub(before[version]) as f64 * share;
            }
            if at < slot && at > first {
                let done = to.saturating_sub(last.at_ms) as f64 / all_ms;
                point.left = between(last.left, mark.left, done);
            }
        }
        first
    }

    /// Which point a moment belongs to. Points grow until there is room for it.
    fn slot(&mut self, at_ms: i64) -> usize {
        let since = at_ms.saturating_sub(self.began_ms).max(0);
        while since / self.point_ms >= POINTS_MAX as i64 {
            self.points =
                self.points.chunks(2).map(|two| two.iter().copied().reduce(Point::join).unwrap_or_default()).collect();
            self.point_ms = self.point_ms.saturating_mul(2);
        }
        usize::try_from(since / self.point_ms).unwrap_or(0)
    }

    /// Seconds since it began.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.recent.back().map_or(0.0, |last| last.at_ms.saturating_sub(self.began_ms) as f64 / 1e3)
    }

    /// Seconds of a point.
    #[must_use]
    pub const fn point_s(&self) -> f64 {
        self.point_ms as f64 / 1e3
    }

    /// The marks at both ends of "now".
    fn ends(&self, over_ms: i64) -> Option<(&Mark, &Mark, f64)> {
        let last = self.recent.back()?;
        let from = last.at_ms.saturating_sub(over_ms);
        let first = self.recent.iter().rev().find(|mark| mark.at_ms <= from).or_else(|| self.recent.front())?;
        let seconds = last.at_ms.saturating_sub(first.at_ms) as f64 / 1e3;
        (seconds > 0.0).then_some((first, last, seconds))
    }

    /// How fast a counter goes up now, a second.
    #[must_use]
    pub fn per_s(&self, of: impl Fn(&Numbers) -> f64) -> Option<f64> {
        let (first, last, seconds) = self.ends(NOW_MS)?;
        Some(((of(&last.numbers) - of(&first.numbers)) / seconds).max(0.0))
    }

    /// Percentiles of now.
    #[must_use]
    pub fn now(&self, timed: Timed) -> Option<Percentiles> {
        let (first, last, _) = self.ends(NOW_MS)?;
        let of = |numbers: &Numbers| -> Latency {
            match timed {
                Timed::Create => numbers.create.clone(),
                Timed::Batch => numbers.queue.batch.clone(),
                Timed::Commit => numbers.ledger.commit.clone(),
            }
        };
        Spread::between(&of(&first.numbers), &of(&last.numbers)).percentiles()
    }

    /// Percentiles since it began.
    #[must_use]
    pub fn over_the_run(&self, timed: Timed) -> Option<Percentiles> {
        match timed {
            Timed::Create => self.whole.create.percentiles(),
            Timed::Batch => self.whole.batch.percentiles(),
            Timed::Commit => self.whole.commit.percentiles(),
        }
    }

    /// Free seats that go a second, by the last seconds; none while none go.
    #[must_use]
    pub fn pace(&self) -> Option<f64> {
        let (first, last, seconds) = self.ends(PACE_MS)?;
        let gone = first.left?.checked_sub(last.left?)?;
        (gone > 0 && seconds * 1e3 >= PACE_MIN_MS as f64).then(|| gone as f64 / seconds)
    }

    /// Seconds until the last seat goes, if it goes on like this.
    #[must_use]
    pub fn to_go_s(&self) -> Option<f64> {
        let left = self.recent.back()?.left.filter(|left| *left > 0)?;
        let seconds = left as f64 / self.pace()?;
        (seconds <= TO_GO_MAX_S).then_some(seconds)
    }

    /// When the last free seat went, by the server's clock; only if that was seen.
    #[must_use]
    pub const fn gone_ms(&self) -> Option<i64> {
        self.gone_ms
    }

    /// Values over time; nothing where nobody looked.
    #[must_use]
    pub fn track(&self, past: Past, of: impl Fn(&Point) -> Option<f64>) -> Track {
        let all = self.points.len();
        let kept = match past {
            Past::Whole => all,
            Past::Recent => all.min(usize::try_from(RECENT_MS / self.point_ms).unwrap_or(1).max(SLOTS_MIN)),
        };
        let values: Vec<f64> = self.points[all - kept..].iter().map(|point| of(point).unwrap_or(0.0)).collect();
        let slots = values.len().max(SLOTS_MIN);
        Track { values, slots }
    }
}

/// A server's counters only go up.
fn restarted(before: &Numbers, after: &Numbers) -> bool {
    let counters = |of: &Numbers| [of.requests, of.ledger.commits, of.queue.written];
    let placed = |of: &Numbers| of.versions.map(|version| version.placed);
    let back = |before: &[u64], after: &[u64]| before.iter().zip(after).any(|(before, after)| after < before);
    after.uptime_s < before.uptime_s
        || back(&counters(before), &counters(after))
        || back(&placed(before), &placed(after))
}

fn between(before: Option<u64>, after: Option<u64>, done: f64) -> Option<u64> {
    let (before, after) = (before? as f64, after? as f64);
    Some((before + (after - before) * done).round() as u64)
}
