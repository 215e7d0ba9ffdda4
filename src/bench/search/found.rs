//! What a search has come to, as text or JSON.
//! Must not judge.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Serialize;

use super::{Found, Limit, Outcome};
use crate::bench::{machine::Machine, quantity::VersionChoice, report::comparison::table};

/// Version of the JSON layout, described in `docs/schema/find-max-1.json`.
pub const SCHEMA: &str = "find-max-1";

/// What a search has come to.
#[derive(Debug, Clone, Serialize)]
pub struct FoundMax {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Highest rate in arrivals per second that kept all promises; absent when none did.
    pub rate_per_s: Option<f64>,
    /// The server may take more: it was not what set the limit.
    pub at_least: bool,
    /// The rate kept them three times in a longer window.
    pub confirmed: bool,
    /// What set the limit.
    pub limit: Limit,
    /// The promises.
    pub slo: Vec<String>,
    /// Scenario.
    pub scenario: String,
    /// Digest of its text.
    pub digest: String,
    /// Order version.
    pub version: VersionChoice,
    /// Seed of the schedule.
    pub seed: u64,
    /// What the generator ran on.
    pub machine: Machine,
    /// Every probe, in the order of playing.
    pub probes: Vec<ProbeLine>,
}

/// A probe.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProbeLine {
    /// In the longer window?
    pub confirms: bool,
    /// Arrivals per second.
    pub rate_per_s: f64,
    /// Size relative to the scenario.
    pub factor: f64,
    /// Times that the phases were played.
    pub laps: u32,
    /// How it went.
    pub outcome: Outcome,
    /// Why.
    pub reasons: Vec<String>,
    /// The figures of the promises.
    pub figures: BTreeMap<String, f64>,
}

/// How far a search is to be believed: may the server take more than was found?
#[must_use]
pub const fn is_at_least(found: &Found) -> bool {
    found.rate.is_some() && matches!(found.limit, Limit::Generator | Limit::Scenario | Limit::Noise | Limit::Time)
}

/// The answer first, then the probes.
#[must_use]
pub fn text(found: &FoundMax) -> String {
    let slo = found.slo.join(", ");
    let mut out = match found.rate_per_s {
        Some(rate) => {
            let sign = if found.at_least { "≥ " } else { "" };
            let doubt = if found.confirmed { "confirmed three times" } else { "not confirmed" };
            format!("{} {}: {sign}{rate:.0} arrivals/s keep {slo}; {doubt}", found.scenario, found.version)
        }
        None if matches!(found.limit, Limit::Noise | Limit::Generator | Limit::Time) => {
            format!("{} {}: nothing can be said of {slo}", found.scenario, found.version)
        }
        None => format!("{} {}: no rate keeps {slo}", found.scenario, found.version),
    };
    let limit = match found.limit {
        Limit::Server => "a higher rate breaks a promise",
        Limit::Generator => "generator-limited: the load generator could not send more on time",
        Limit::Scenario => "the scenario cannot grow further: make it larger",
        Limit::Noise => "higher rates could not be measured: something else used the machine",
        Limit::Time => "the time or the number of probes ran out (--search-max)",
        Limit::Law => "a law of the sale was broken; see the last probe",
    };
    let names: Vec<&String> = found.probes.first().map_or_else(Vec::new, |probe| probe.figures.keys().collect());
    let heading = ["arrivals/s", "window"].map(str::to_owned).into_iter().chain(names.iter().map(|n| (*n).clone()));
    let mut rows = vec![heading.chain(["outcome".to_owned()]).collect::<Vec<_>>()];
    rows.extend(found.probes.iter().map(|probe| row(probe, &names)));
    write!(out, "\n  {limit}\n\n{}", table(&rows)).expect("memory takes every write");
    out
}

fn row(probe: &ProbeLine, names: &[&String]) -> Vec<String> {
    let figure = |name: &&String| probe.figures.get(*name).map_or_else(|| "-".to_owned(), |f| format!("{f:.2}"));
    let stage = if probe.confirms { "confirms" } else { "probe" };
    let mut row = vec![format!("{:.0}", probe.rate_per_s), format!("{stage} ×{}", probe.laps)];
    row.extend(names.iter().map(figure));
    row.push(match probe.reasons.first() {
        Some(why) if probe.outcome != Outcome::Met => format!("{}: {why}", word(probe.outcome)),
        _ => word(probe.outcome).to_owned(),
    });
    row
}

/// An outcome in a word.
#[must_use]
pub const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::LawBroken => "LAW BROKEN",
        Outcome::GeneratorLimited => "generator-limited",
        Outcome::Noisy => "noisy",
        Outcome::Missed => "missed",
        Outcome::Met => "met",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::json::tests::check;

    /// A search that found something, with two probes.
    fn sample() -> FoundMax {
        let probe = |rate_per_s, outcome, confirms| ProbeLine {
            confirms,
            rate_per_s,
            factor: 1.0,
            laps: 2,
            outcome,
            reasons: vec!["confirm_p99_ms < 200: it is 300".to_owned()],
            figures: BTreeMap::from([("confirm_p99_ms".to_owned(), 150.0)]),
        };
        FoundMax {
            schema: SCHEMA,
            rate_per_s: Some(1000.0),
            at_least: true,
            confirmed: true,
            limit: Limit::Generator,
            slo: vec!["confirm_p99_ms < 200".to_owned()],
            scenario: "smoke".to_owned(),
            digest: "abc".to_owned(),
            version: VersionChoice::Mixed,
            seed: 1,
            machine: Machine::read(),
            probes: vec![probe(1000.0, Outcome::Met, true), probe(2000.0, Outcome::Missed, false)],
        }
    }

    #[test]
    fn the_published_schema_describes_every_field() {
        let schema = serde_json::from_str(include_str!("../../../docs/schema/find-max-1.json")).unwrap();
        check(&schema, &schema, &serde_json::to_value(sample()).unwrap(), "found");
    }

    #[test]
    fn the_answer_says_at_least_when_the_server_was_not_the_limit() {
        let told = text(&sample());
        assert!(told.starts_with("smoke mixed: ≥ 1000 arrivals/s keep confirm_p99_ms < 200; confirmed"), "{told}");
        assert!(told.contains("generator-limited"), "{told}");
        assert!(told.contains("| 2000       | probe ×2    | 150.00         | missed: confirm_p99_ms < 200"), "{told}");
        let nothing = FoundMax { rate_per_s: None, at_least: false, limit: Limit::Server, ..sample() };
        assert!(text(&nothing).contains("no rate keeps"));
        assert!(text(&FoundMax { limit: Limit::Noise, ..nothing }).contains("nothing can be said"));
    }
}
