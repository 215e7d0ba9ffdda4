//! Latency, three ways a step and outcome: service (sent to answered), response (intended to answered), lag (intended
//! to sent).
//! Must not average a percentile: workers' histograms are merged.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use crate::bench::{journal::Reason, scenario::steps::StepName};

/// A step of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// `/ticket/category/select/list/by/program`.
    LookList,
    /// `/program/detail`.
    LookDetail,
    /// `/seat/relate/info`.
    LookSeats,
    /// `/program/order/create/vN`.
    Create,
    /// `/order/get/cache`.
    Poll,
    /// `/api/v1/orders/{n}/status`.
    Status,
    /// `/order/pay`.
    Pay,
    /// The bank's page, `/mock/pay`.
    Bank,
    /// `/order/pay/check`.
    PayCheck,
    /// `/order/cancel`.
    Cancel,
    /// From the intended first submit to "created": over retries and polls.
    Confirm,
    /// A step of the scenario.
    Named(StepName),
    /// The step of the scenario that orders: its request counts as [`Self::Create`] already.
    Ordering(StepName),
}

impl Step {
    /// All that are no step of a scenario, in the order of their declaration.
    pub const ALL: [Self; 11] = [
        Self::LookList,
        Self::LookDetail,
        Self::LookSeats,
        Self::Create,
        Self::Poll,
        Self::Status,
        Self::Pay,
        Self::Bank,
        Self::PayCheck,
        Self::Cancel,
        Self::Confirm,
    ];

    /// Its place in [`Self::ALL`]; `None` for a step of a scenario.
    const fn place(self) -> Option<usize> {
        match self {
            Self::LookList => Some(0),
            Self::LookDetail => Some(1),
            Self::LookSeats => Some(2),
            Self::Create => Some(3),
            Self::Poll => Some(4),
            Self::Status => Some(5),
            Self::Pay => Some(6),
            Self::Bank => Some(7),
            Self::PayCheck => Some(8),
            Self::Cancel => Some(9),
            Self::Confirm => Some(10),
            Self::Named(_) | Self::Ordering(_) => None,
        }
    }

    /// Its name in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::LookList => "look_list",
            Self::LookDetail => "look_detail",
            Self::LookSeats => "look_seats",
            Self::Create => "create",
            Self::Poll => "poll",
            Self::Status => "status",
            Self::Pay => "pay",
            Self::Bank => "bank",
            Self::PayCheck => "pay_check",
            Self::Cancel => "cancel",
            Self::Confirm => "confirm",
            Self::Named(name) | Self::Ordering(name) => name.word(),
        }
    }

    /// Is each of them a request that is not counted elsewhere?
    const fn is_request(self) -> bool {
        !matches!(self, Self::Confirm | Self::Ordering(_))
    }
}

/// How a step came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Yes.
    Done,
    /// Not yet (polls).
    Pending,
    /// Fewer tickets are left than asked for.
    SoldOut,
    /// Another "no".
    Refused,
    /// Try again later.
    Overload,
    /// No answer in time, a broken connection, or one that makes no sense.
    Failed,
}

impl Outcome {
    /// All, in the order of their declaration.
    pub const ALL: [Self; 6] = [Self::Done, Self::Pending, Self::SoldOut, Self::Refused, Self::Overload, Self::Failed];

    /// Its name in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Pending => "pending",
            Self::SoldOut => "sold_out",
            Self::Refused => "refused",
            Self::Overload => "overload",
            Self::Failed => "failed",
        }
    }
}

/// When a step was meant, sent and answered, in microseconds since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// When it should have been sent.
    pub intended_us: u64,
    /// When it was.
    pub sent_us: u64,
    /// When the answer was there, or was given up.
    pub answered_us: u64,
}

/// The three histograms, in microseconds with three significant digits.
#[derive(Debug, Clone)]
pub struct Latency {
    /// Sent to answered.
    pub service: Histogram<u64>,
    /// Intended to answered.
    pub response: Histogram<u64>,
    /// Intended to sent.
    pub lag: Histogram<u64>,
}

impl Latency {
    fn new() -> Self {
        Self { service: histogram(), response: histogram(), lag: histogram() }
    }

    fn add(&mut self, times: Times) {
        record(&mut self.service, times.answered_us.saturating_sub(times.sent_us));
        record(&mut self.response, times.answered_us.saturating_sub(times.intended_us));
        record(&mut self.lag, times.sent_us.saturating_sub(times.intended_us));
    }

    fn merge(&mut self, other: &Self) {
        for (mine, theirs) in
            [(&mut self.service, &other.service), (&mut self.response, &other.response), (&mut self.lag, &other.lag)]
        {
            mine.add(theirs).expect("histograms that grow take each other");
        }
    }
}

/// Three significant digits, growing with what it is given.
fn histogram() -> Histogram<u64> {
    Histogram::new(3).expect("three digits are allowed")
}

fn record(histogram: &mut Histogram<u64>, span_us: u64) {
    histogram.record(span_us).expect("a histogram that grows takes every span");
}

type ByOutcome = [Option<Box<Latency>>; Outcome::ALL.len()];

/// Figures of one worker, or of all.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// By step and outcome, in the order of their declarations.
    steps: [ByOutcome; Step::ALL.len()],
    /// Steps of the scenario.
    named: BTreeMap<Step, ByOutcome>,
    /// Buyers that the dispatcher let go, by how late: its own lateness, without waiting for a connection.
    dispatch: Option<Histogram<u64>>,
    /// Rejections of submits, by word.
    pub rejections: BTreeMap<String, u64>,
    /// v4 orders that were polled, and polls sent for them.
    pub polled: (u64, u64),
}

impl Tally {
    /// Counts a step.
    pub fn step(&mut self, step: Step, outcome: Outcome, times: Times) {
        self.of(step, outcome).add(times);
    }

    fn of(&mut self, step: Step, outcome: Outcome) -> &mut Latency {
        let outcomes = match step.place() {
            Some(place) => &mut self.steps[place],
            None => self.named.entry(step).or_default(),
        };
        outcomes[outcome as usize].get_or_insert_with(|| Box::new(Latency::new()))
    }

    /// Counts a buyer let go this late.
    pub fn dispatched(&mut self, late_us: u64) {
        record(self.dispatch.get_or_insert_with(histogram), late_us);
    }

    /// Counts a rejected submit.
    pub fn rejected(&mut self, reason: Reason) {
        let name = reason.name();
        match self.rejections.get_mut(&*name) {
            Some(known) => *known += 1,
            None => {
                self.rejections.insert(name.into_owned(), 1);
            }
        }
    }

    /// Adds another worker's figures.
    pub fn merge(&mut self, other: &Self) {
        for (step, outcome, latency) in other.steps() {
            self.of(step, outcome).merge(latency);
        }
        if let Some(theirs) = &other.dispatch {
            let mine = self.dispatch.get_or_insert_with(histogram);
            mine.add(theirs).expect("histograms that grow take each other");
        }
        for (word, count) in &other.rejections {
            *self.rejections.entry(word.clone()).or_default() += count;
        }
        self.polled.0 += other.polled.0;
        self.polled.1 += other.polled.1;
    }

    /// Steps with their outcomes and latencies.
    pub fn steps(&self) -> impl Iterator<Item = (Step, Outcome, &Latency)> {
        let named = self.named.keys().copied();
        Step::ALL
            .into_iter()
            .chain(named)
            .flat_map(move |step| self.of_step(step).map(move |(outcome, l)| (step, outcome, l)))
    }

    fn of_step(&self, step: Step) -> impl Iterator<Item = (Outcome, &Latency)> {
        Outcome::ALL.into_iter().filter_map(move |outcome| Some((outcome, self.latency(step, outcome)?)))
    }

    /// Latency of a step that came out this way; `None` when none did.
    #[must_use]
    pub fn latency(&self, step: Step, outcome: Outcome) -> Option<&Latency> {
        let outcomes = match step.place() {
            Some(place) => &self.steps[place],
            None => self.named.get(&step)?,
        };
        outcomes[outcome as usize].as_deref()
    }

    /// Latency of a step over all outcomes.
    #[must_use]
    pub fn any_outcome(&self, step: Step) -> Option<Latency> {
        let mut all = self.of_step(step).map(|(_, latency)| latency);
        let mut sum = all.next()?.clone();
        all.for_each(|latency| sum.merge(latency));
        Some(sum)
    }

    /// Lateness of the dispatcher.
    #[must_use]
    pub const fn dispatch(&self) -> Option<&Histogram<u64>> {
        self.dispatch.as_ref()
    }

    /// Requests sent, and those that failed.
    #[must_use]
    pub fn requests(&self) -> (u64, u64) {
        let requests = self.steps().filter(|(step, _, _)| step.is_request());
        requests.fold((0, 0), |(all, failed), (_, outcome, latency)| {
            let count = latency.service.len();
            (all + count, failed + if outcome == Outcome::Failed { count } else { 0 })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(intended_us: u64, sent_us: u64, answered_us: u64) -> Times {
        Times { intended_us, sent_us, answered_us }
    }

    #[test]
    fn three_spans_are_kept_apart() {
        let mut tally = Tally::default();
        tally.step(Step::Create, Outcome::Done, times(1_000, 3_000, 7_000));
        let latency = tally.latency(Step::Create, Outcome::Done).unwrap();
        assert_eq!((latency.lag.max(), latency.service.max(), latency.response.max()), (2_000, 4_001, 6_003));
    }

    #[test]
    fn a_merged_percentile_is_that_of_all_samples_and_not_an_average() {
        let (mut slow, mut fast) = (Tally::default(), Tally::default());
        (0..10).for_each(|_| slow.step(Step::Create, Outcome::Done, times(0, 0, 1_000_000)));
        (0..990).for_each(|_| fast.step(Step::Create, Outcome::Done, times(0, 0, 1_000)));
        fast.merge(&slow);
        let service = &fast.latency(Step::Create, Outcome::Done).unwrap().service;
        assert_eq!(service.len(), 1000);
        assert!(service.value_at_quantile(0.98) < 1_100 && service.value_at_quantile(0.995) > 900_000);
    }

    #[test]
    fn every_step_and_outcome_has_a_place_of_its_own() {
        let mut tally = Tally::default();
        for (at, step) in Step::ALL.into_iter().enumerate() {
            assert_eq!(step.place(), Some(at));
            for (at, outcome) in Outcome::ALL.into_iter().enumerate() {
                assert_eq!(outcome as usize, at);
                tally.step(step, outcome, times(0, 0, 1));
            }
        }
        let mut merged = tally.clone();
        merged.merge(&tally);
        let seen: Vec<_> = merged.steps().map(|(step, outcome, latency)| (step, outcome, latency.lag.len())).collect();
        let all = Step::ALL.into_iter().flat_map(|step| Outcome::ALL.map(|outcome| (step, outcome, 2)));
        assert_eq!(seen, all.collect::<Vec<_>>());
    }

    #[test]
    fn confirmations_are_no_requests() {
        let mut tally = Tally::default();
        tally.step(Step::Create, Outcome::Failed, times(0, 0, 1));
        tally.step(Step::Confirm, Outcome::Done, times(0, 0, 1));
        assert_eq!(tally.requests(), (1, 1));
    }
}
