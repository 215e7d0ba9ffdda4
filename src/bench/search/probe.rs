//! The sale that a probe plays: the scenario's own, at another rate and for longer, and what its report says of the rate.
//! Must not keep expectations: the promises searched for take their place.

use super::{Outcome, Range, slo::Slo};
use crate::{
    bench::{
        report::{Report, Standing, Verdict},
        scenario::{ACCOUNTS_MAX, BUYERS_MAX, Expect, Scenario, ScenarioError},
    },
    domain::program::HALL_SEATS_MAX,
};

/// Most times that the phases of a scenario are played after each other to get enough requests.
const LAPS_MAX: u32 = 20;
/// How much longer a confirmation is.
const CONFIRMATION_LAPS: u32 = 2;
/// Fewest buyers of a probe.
const BUYERS_MIN: f64 = 20.0;

/// A probe that can be played.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// What to play.
    pub scenario: Scenario,
    /// Buyers a second, from the beginning of the first phase to the end of the last.
    pub rate_per_s: f64,
    /// Size relative to the scenario.
    pub factor: f64,
    /// Times that its phases are played.
    pub laps: u32,
}

/// Mean arrivals a second.
///
/// # Errors
/// When the scenario has none, with the reason.
pub fn rate_per_s(scenario: &Scenario) -> Result<f64, ScenarioError> {
    let seconds = scenario.ends_us() as f64 / 1e6;
    if scenario.saturate {
        return Err(ScenarioError("buyers that come as fast as connections allow have no arrival rate".to_owned()));
    }
    if seconds <= 0.0 {
        return Err(ScenarioError(
            "buyers who all come at once have no arrival rate: give phases a duration".to_owned(),
        ));
    }
    Ok(scenario.buyers_planned() as f64 / seconds)
}

/// Where to search: from the scenario's own rate, down to a handful of buyers, up to what a scenario can hold.
///
/// # Errors
/// See [`rate_per_s`].
pub fn range(scenario: &Scenario) -> Result<Range, ScenarioError> {
    let start = rate_per_s(scenario)?;
    let laps = f64::from(CONFIRMATION_LAPS);
    let seats = scenario.dataset.seats();
    let room = |most: f64, now: f64| if now > 0.0 { most / laps / now } else { f64::INFINITY };
    let grows = room(BUYERS_MAX as f64, scenario.buyers_planned() as f64)
        .min(room(f64::from(ACCOUNTS_MAX), f64::from(scenario.dataset.accounts)))
        .min(room(f64::from(HALL_SEATS_MAX), seats as f64));
    let least = start * (BUYERS_MIN / scenario.buyers_planned() as f64).min(1.0);
    Ok(Range { start, least, most: start * grows.max(1.0) })
}

impl Probe {
    /// The scenario at this rate: buyers, accounts and seats grow together, so that what is on sale lasts as long. Its
    /// phases are played as often as the promises need requests, and twice as often to confirm.
    ///
    /// # Errors
    /// See [`rate_per_s`].
    pub fn at(scenario: &Scenario, rate: f64, slo: &Slo, confirms: bool) -> Result<Self, ScenarioError> {
        let factor = rate / rate_per_s(scenario)?;
        let mut played = scenario.clone().scaled(factor);
        let needed = slo.requests_needed().div_ceil(played.buyers_planned().max(1)).max(1);
        let laps = u32::try_from(needed).unwrap_or(LAPS_MAX).min(LAPS_MAX);
        let laps = if confirms { laps * CONFIRMATION_LAPS } else { laps };
        played.phases = vec![played.phases; laps as usize].concat();
        played.dataset.accounts = played.dataset.accounts.saturating_mul(laps).min(ACCOUNTS_MAX);
        for category in &mut played.dataset.categories {
            category.rows = category.rows.saturating_mul(laps);
        }
        (played.expect, played.thresholds) = (Expect::default(), slo.0.clone());
        Ok(Self { rate_per_s: rate_per_s(&played)?, scenario: played, factor, laps })
    }
}

/// How a probe went, and why.
#[must_use]
pub fn outcome(report: &Report, slo: &Slo) -> (Outcome, Vec<String>) {
    if report.verdict == Verdict::AuditFailed {
        return (Outcome::LawBroken, report.reasons.clone());
    }
    if !report.generator.kept_up || report.validity.standing == Standing::GeneratorLimited {
        let reasons = if report.validity.reasons.is_empty() { &report.reasons } else { &report.validity.reasons };
        return (Outcome::GeneratorLimited, reasons.clone());
    }
    if report.validity.standing != Standing::Valid {
        return (Outcome::Noisy, report.validity.reasons.clone());
    }
    let broken = slo.broken_by(|name| report.figures.get(name).copied(), report.speed.requests);
    (if broken.is_empty() { Outcome::Met } else { Outcome::Missed }, broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{report::sample::sample, shipped};

    fn scenario(name: &str) -> Scenario {
        Scenario::parse(shipped::text(name).unwrap()).unwrap()
    }

    #[test]
    fn a_probe_has_the_rate_that_was_asked_for_and_stock_for_its_length() {
        let smoke = scenario("smoke");
        let slo: Slo = "confirm_p90<200ms".parse().unwrap();
        let probe = Probe::at(&smoke, 600.0, &slo, false).unwrap();
        assert_eq!((probe.laps, probe.scenario.buyers_planned()), (1, 600));
        assert!((probe.rate_per_s - 600.0).abs() < 1.0);
        let confirmation = Probe::at(&smoke, 600.0, &slo, true).unwrap();
        assert!((confirmation.rate_per_s - 600.0).abs() < 1.0);
        assert_eq!((confirmation.laps, confirmation.scenario.buyers_planned()), (2, 1200));
        assert_eq!(confirmation.scenario.dataset.categories[0].rows, probe.scenario.dataset.categories[0].rows * 2);
        assert_eq!(confirmation.scenario.expect, Expect::default());
    }

    #[test]
    fn a_promise_about_errors_makes_a_probe_long_enough() {
        let slo: Slo = "errors<0.1%".parse().unwrap();
        let probe = Probe::at(&scenario("smoke"), 300.0, &slo, false).unwrap();
        assert!(probe.scenario.buyers_planned() >= slo.requests_needed(), "{} laps", probe.laps);
    }

    #[test]
    fn a_sale_without_a_rate_is_refused() {
        assert!(rate_per_s(&scenario("accept_rate")).unwrap_err().to_string().contains("no arrival rate"));
        let at_once = shipped::text("flash_sale").unwrap().replace("12s", "0s");
        let error = range(&Scenario::parse(&at_once).unwrap()).unwrap_err();
        assert!(error.to_string().contains("all come at once"), "{error}");
        let range = range(&scenario("flash_sale")).unwrap();
        assert!(range.least < range.start && range.start * 5.0 < range.most, "{range:?}");
    }

    #[test]
    fn correctness_outranks_the_generator_and_that_outranks_the_promises() {
        let slo: Slo = "confirm_p99_ms<2".parse().unwrap();
        let mut report = sample();
        assert_eq!(outcome(&report, &slo).0, Outcome::LawBroken);
        report.verdict = Verdict::MarkMissed;
        assert_eq!(outcome(&report, &slo).0, Outcome::Missed);
        assert_eq!(outcome(&report, &"confirm_p99_ms<5".parse().unwrap()).0, Outcome::Met);
        report.validity.standing = Standing::Noisy;
        assert_eq!(outcome(&report, &slo).0, Outcome::Noisy);
        report.generator.kept_up = false;
        assert_eq!(outcome(&report, &slo).0, Outcome::GeneratorLimited);
    }
}
