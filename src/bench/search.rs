//! The highest arrival rate at which every promise is kept: what to try next, and what it has come to.
//! Must not play: it is told how each probe went.
//!
//! Doubles (or halves) until one rate keeps the promises and a higher one breaks them, then takes the middle until both are
//! within 5 %, then plays the best one three times more, longer. One failure there steps down by 5 % and starts the three
//! again. It looks for a rate and not for a number of connections: buyers do not wait for each other.

pub mod found;
pub mod probe;
pub mod slo;

use serde::Serialize;

/// The best rate and the next worse one are this near to each other in the end.
const NEAR: f64 = 1.05;
/// Times that the best rate must keep its promises in the longer window.
pub const CONFIRMATIONS: u32 = 3;
/// Times that a noisy probe is played again.
const NOISY_REPEATS_MAX: u32 = 2;
/// Most probes.
pub const PROBES_MAX: u32 = 60;

/// How a probe went; the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A law is broken: there is nothing to search for.
    LawBroken,
    /// The generator could not send on time.
    GeneratorLimited,
    /// Something else used the machine.
    Noisy,
    /// A promise was broken.
    Missed,
    /// All promises were kept.
    Met,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Next {
    /// Play this rate, in arrivals per second.
    Probe(f64),
    /// Play it in the longer window.
    Confirm(f64),
    /// Nothing.
    Done(Found),
}

/// What it has come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// Highest rate that kept all promises; absent when none did.
    pub rate: Option<f64>,
    /// It did so three times in the longer window.
    pub confirmed: bool,
    /// Why there is no higher one.
    pub limit: Limit,
}

/// Why there is no higher rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// A higher one broke a promise.
    Server,
    /// The generator could not send more: the server may take more.
    Generator,
    /// The scenario cannot grow further: the server may take more.
    Scenario,
    /// A higher one could not be measured.
    Noise,
    /// The time or the number of probes ran out.
    Time,
    /// A law was broken.
    Law,
}

/// Between which rates to search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// First probe.
    pub start: f64,
    /// Below it nothing is tried.
    pub least: f64,
    /// Above it nothing can be played.
    pub most: f64,
}

/// A search under way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search {
    range: Range,
    /// Highest rate that may be the answer.
    passed: Option<f64>,
    /// Lowest one that is not, and why.
    failed: Option<(f64, Limit)>,
    confirmations: u32,
    noisy: u32,
    probes: u32,
    ended: Option<Limit>,
}

impl Search {
    /// Begins.
    #[must_use]
    pub const fn new(range: Range) -> Self {
        Self { range, passed: None, failed: None, confirmations: 0, noisy: 0, probes: 0, ended: None }
    }

    /// Ends it before its time; the best rate so far is the answer.
    pub const fn out_of_time(&mut self) {
        self.ended = Some(Limit::Time);
    }

    /// What to do next.
    #[must_use]
    pub fn next(&self) -> Next {
        let Range { start, least, most } = self.range;
        if let Some(limit) = self.ended {
            let rate = self.passed.filter(|_| limit != Limit::Law);
            return Next::Done(Found { rate, confirmed: false, limit });
        }
        match (self.passed, self.failed) {
            (Some(passed), failed) if self.confirmations == CONFIRMATIONS => {
                let limit = failed.map_or(Limit::Scenario, |(_, limit)| limit);
                Next::Done(Found { rate: Some(passed), confirmed: true, limit })
            }
            (None, None) => Next::Probe(start),
            (Some(passed), None) if passed >= most => Next::Confirm(passed),
            (Some(passed), None) => Next::Probe((passed * 2.0).min(most)),
            (None, Some((failed, limit))) if failed / 2.0 < least => {
                Next::Done(Found { rate: None, confirmed: false, limit })
            }
            (None, Some((failed, _))) => Next::Probe(failed / 2.0),
            (Some(passed), Some((failed, _))) if failed / passed <= NEAR + 1e-9 => Next::Confirm(passed),
            (Some(passed), Some((failed, _))) => Next::Probe(f64::midpoint(passed, failed)),
        }
    }

    /// Hears how what [`Search::next`] asked for went.
    pub fn told(&mut self, outcome: Outcome) {
        let (rate, confirms) = match self.next() {
            Next::Probe(rate) => (rate, false),
            Next::Confirm(rate) => (rate, true),
            Next::Done(_) => return,
        };
        self.probes += 1;
        match outcome {
            Outcome::LawBroken => self.ended = Some(Limit::Law),
            Outcome::Met if confirms => self.confirmations += 1,
            Outcome::Met => self.passed = Some(rate),
            Outcome::Missed => self.fails(rate, confirms, Limit::Server),
            Outcome::GeneratorLimited => self.fails(rate, confirms, Limit::Generator),
            Outcome::Noisy if self.noisy < NOISY_REPEATS_MAX => {
                self.noisy += 1;
                return self.count();
            }
            // A rate that was good before is no worse for a noisy machine, which will be noisy at lower rates, too.
            Outcome::Noisy if confirms => self.ended = Some(Limit::Noise),
            Outcome::Noisy => self.fails(rate, confirms, Limit::Noise),
        }
        self.noisy = 0;
        self.count();
    }

    fn fails(&mut self, rate: f64, confirms: bool, limit: Limit) {
        self.failed = Some((rate, limit));
        if confirms {
            self.passed = Some(rate / NEAR).filter(|lower| *lower >= self.range.least);
            self.confirmations = 0;
        }
    }

    fn count(&mut self) {
        let is_over = matches!(self.next(), Next::Done(_));
        if self.probes >= PROBES_MAX && !is_over {
            self.ended = Some(Limit::Time);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RANGE: Range = Range { start: 100.0, least: 1.0, most: 100_000.0 };

    /// Plays until the end; each step is answered by `server` with the rate and whether it is a confirmation.
    fn search(mut server: impl FnMut(f64, bool) -> Outcome) -> (Found, Vec<(f64, bool, Outcome)>) {
        let (mut search, mut probes) = (Search::new(RANGE), Vec::new());
        loop {
            let (rate, confirms) = match search.next() {
                Next::Probe(rate) => (rate, false),
                Next::Confirm(rate) => (rate, true),
                Next::Done(found) => return (found, probes),
            };
            let outcome = server(rate, confirms);
            probes.push((rate, confirms, outcome));
            search.told(outcome);
        }
    }

    fn up_to(capacity: f64) -> impl Fn(f64, bool) -> Outcome {
        move |rate, _| if rate <= capacity { Outcome::Met } else { Outcome::Missed }
    }

    proptest! {
        #[test]
        fn a_server_with_a_sharp_limit_is_found_within_5_percent(capacity in 1.0..90_000.0_f64) {
            let (found, probes) = search(up_to(capacity));
            let rate = found.rate.unwrap();
            prop_assert!(rate <= capacity && rate * 1.0501 >= capacity, "{rate} for {capacity}");
            prop_assert!(found.confirmed && found.limit == Limit::Server);
            prop_assert!(probes.len() < 30, "{} probes", probes.len());
        }

        #[test]
        fn a_server_without_a_sharp_limit_ends_near_it_and_only_with_three_confirmations(
            capacity in 10.0..10_000.0_f64,
            luck in prop::collection::vec(-0.1..0.1_f64, 60),
            noisy in prop::collection::vec(0..10_u8, 60),
        ) {
            let mut at = 0;
            let (found, probes) = search(|rate, _| {
                at += 1;
                match () {
                    () if noisy[at - 1] == 0 => Outcome::Noisy,
                    () if rate <= capacity * (1.0 + luck[at - 1]) => Outcome::Met,
                    () => Outcome::Missed,
                }
            });
            prop_assert!(probes.len() <= PROBES_MAX as usize);
            if let Some(rate) = found.rate.filter(|_| found.confirmed) {
                prop_assert!(rate <= capacity * 1.1, "{rate} for {capacity}");
                let met = probes.iter().filter(|p| p.0 == rate && p.1 && p.2 == Outcome::Met).count();
                prop_assert_eq!(met, 3);
                prop_assert!(!probes.iter().any(|p| p.0 == rate && p.1 && p.2 == Outcome::Missed));
            }
        }
    }

    #[test]
    fn a_generator_that_is_the_limit_is_not_taken_for_the_server() {
        let (found, _) = search(|rate, _| if rate > 700.0 { Outcome::GeneratorLimited } else { Outcome::Met });
        assert_eq!((found.limit, found.confirmed), (Limit::Generator, true));
        let (found, probes) = search(|_, _| Outcome::Met);
        assert_eq!((found.rate, found.limit), (Some(RANGE.most), Limit::Scenario));
        assert_eq!(probes.iter().filter(|p| p.1).count(), 3);
    }

    #[test]
    fn a_confirmation_that_fails_steps_down_and_begins_again() {
        // In the longer window it takes a tenth less.
        let (found, probes) = search(|rate, confirms| up_to(if confirms { 900.0 } else { 1000.0 })(rate, confirms));
        let rate = found.rate.unwrap();
        assert!(rate <= 900.0 && rate > 840.0, "{rate}");
        assert!(probes.iter().any(|p| p.1 && p.2 == Outcome::Missed), "{probes:?}");
    }

    #[test]
    fn nothing_is_found_where_nothing_is_kept_and_a_broken_law_ends_it_at_once() {
        let (found, probes) = search(|_, _| Outcome::Missed);
        assert_eq!((found.rate, found.limit), (None, Limit::Server));
        assert_eq!(probes.len(), 7, "100, 50, … down to above 1");
        let (found, probes) = search(|rate, _| if rate > 300.0 { Outcome::LawBroken } else { Outcome::Met });
        assert_eq!((found.rate, found.limit, probes.len()), (None, Limit::Law, 3));
    }

    #[test]
    fn a_noisy_probe_is_played_again_twice_and_then_counts_as_failed() {
        let (found, probes) = search(|rate, _| if rate > 150.0 { Outcome::Noisy } else { Outcome::Met });
        assert_eq!(probes.iter().filter(|p| p.0 == 200.0).count(), 3);
        assert_eq!(found.limit, Limit::Noise);
    }

    #[test]
    fn the_best_so_far_is_the_answer_when_time_runs_out() {
        let mut search = Search::new(RANGE);
        search.told(Outcome::Met);
        search.out_of_time();
        let found = Found { rate: Some(100.0), confirmed: false, limit: Limit::Time };
        assert_eq!(search.next(), Next::Done(found));
    }
}
