//! What is kept of a run for comparisons: a part of its `bench-1` document, under the same names.
//! Must not hold what a report may know in secret: the server's details stay out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bench::report::Report;

/// Version of the layout of a set, described in `docs/schema/bench-set-1.json`.
pub const SET_SCHEMA: &str = "bench-set-1";

/// Several runs in one document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunSet {
    /// [`SET_SCHEMA`].
    pub schema: String,
    /// In the order of playing.
    pub runs: Vec<SavedRun>,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedRun {
    /// Layout of the document that it comes from.
    pub schema: String,
    /// How it came out.
    pub verdict: String,
    /// Whether its figures can be trusted.
    pub validity: SavedValidity,
    /// What was played.
    pub scenario: SavedScenario,
    /// What drove the load.
    pub generator: SavedGenerator,
    /// What the generator ran on.
    pub machine: SavedMachine,
    /// What was played against; absent when it did not tell.
    pub server: Option<SavedServer>,
    /// Figures by name.
    pub figures: BTreeMap<String, Option<f64>>,
}

/// Whether figures can be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedValidity {
    /// `valid`, `generator-limited`, `noisy`, `aborted`.
    pub standing: String,
    /// Why not.
    pub reasons: Vec<String>,
}

/// What was played.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedScenario {
    /// Name.
    pub name: String,
    /// Digest of its text.
    pub digest: String,
    /// Order version.
    pub version: String,
    /// Seed of the schedule.
    pub seed: u64,
    /// Size relative to the file.
    pub scale: f64,
    /// Title of the program.
    pub program: String,
    /// Buyers planned.
    pub buyers: u64,
}

/// What drove the load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedGenerator {
    /// Threads.
    pub workers: usize,
    /// Connections over all of them.
    pub connections: usize,
}

/// What the generator ran on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedMachine {
    /// Program version.
    pub tpp: String,
    /// `release` or `debug`.
    pub build: String,
    /// Model of the CPU.
    pub cpu: String,
    /// Logical CPUs.
    pub cpus: usize,
    /// Kernel.
    pub kernel: String,
}

/// What was played against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedServer {
    /// Program version.
    pub tpp: String,
    /// `embedded` or `redis`.
    pub engine: String,
    /// `full` or `normal`.
    pub durability: String,
}

impl SavedRun {
    /// The part of a report that is kept.
    ///
    /// # Panics
    /// Never: what is kept is a part of every report, which a test shows.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let document = serde_json::to_value(report).expect("plain data becomes JSON");
        serde_json::from_value(document).expect("what is kept is a part of every report")
    }

    /// A figure by name.
    #[must_use]
    pub fn figure(&self, name: &str) -> Option<f64> {
        self.figures.get(name).copied().flatten()
    }

    /// Why it does not count, if it does not.
    #[must_use]
    pub fn not_counted_because(&self) -> Option<String> {
        let verdict = match self.verdict.as_str() {
            "audit_failed" => Some("a law is broken"),
            "interrupted" => Some("broken off"),
            "not_valid" => Some("not valid"),
            _ => None,
        };
        let standing = (self.validity.standing != "valid").then_some(self.validity.standing.as_str());
        let word = standing.filter(|_| self.verdict != "audit_failed").or(verdict)?;
        Some(self.validity.reasons.first().map_or_else(|| word.to_owned(), |reason| format!("{word}: {reason}")))
    }

    /// Which cell of a campaign it belongs to: version and engine.
    #[must_use]
    pub fn cell(&self) -> (String, String) {
        let engine = self.server.as_ref().map_or("unknown engine", |server| &server.engine);
        (self.scenario.version.clone(), engine.to_owned())
    }
}

/// Reads every run of a text: a set, or the documents of a bench one after another.
///
/// # Errors
/// When it holds no run, or something that is neither.
pub fn read(text: &str) -> Result<Vec<SavedRun>, String> {
    let mut runs = Vec::new();
    for (at, document) in serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>().enumerate() {
        let nth = at + 1;
        let document = document.map_err(|e| format!("document {nth} is not JSON: {e}"))?;
        let refused = |e: serde_json::Error| format!("document {nth} is not a run: {e}");
        match document["schema"].as_str().unwrap_or("none") {
            "bench-1" => runs.push(serde_json::from_value(document).map_err(refused)?),
            SET_SCHEMA => runs.extend(serde_json::from_value::<RunSet>(document).map_err(refused)?.runs),
            // What a bench with a baseline prints last.
            super::SCHEMA => {}
            other => return Err(format!("document {nth} has the schema {other}; runs are bench-1 or {SET_SCHEMA}")),
        }
    }
    if runs.is_empty() { Err("there is no run in it".to_owned()) } else { Ok(runs) }
}

#[cfg(test)]
pub(in crate::bench) mod tests {
    use super::*;
    use crate::bench::report::{Standing, Verdict, json, sample::sample};

    /// A valid run of v4 with these figures.
    pub(in crate::bench) fn run(figures: &[(&str, f64)]) -> SavedRun {
        let mut report = sample();
        report.verdict = Verdict::Passed;
        report.figures = figures.iter().map(|(name, figure)| ((*name).to_owned(), *figure)).collect();
        SavedRun::of(&report)
    }

    #[test]
    fn a_report_and_what_it_prints_give_the_same_run_and_no_detail_of_the_server() {
        let report = sample();
        let run = SavedRun::of(&report);
        assert_eq!(read(&json::text(&report)).unwrap(), std::slice::from_ref(&run));
        assert_eq!(run.figure("created_per_s"), Some(90.0));
        let kept = serde_json::to_string(&run).unwrap();
        assert!(!kept.contains("details") && !kept.contains("sqlite_version"), "{kept}");
    }

    #[test]
    fn a_set_and_documents_one_after_another_are_the_same() {
        let run = run(&[("created_per_s", 1.0)]);
        let set = RunSet { schema: SET_SCHEMA.to_owned(), runs: vec![run.clone(), run.clone()] };
        let one = serde_json::to_string(&run).unwrap();
        assert_eq!(read(&serde_json::to_string(&set).unwrap()).unwrap(), read(&format!("{one}\n{one}")).unwrap());
        assert!(read(&format!("{one}\n{{")).unwrap_err().contains("document 2 is not JSON"));
        assert!(read("{\"schema\": \"ceiling-1\"}").unwrap_err().contains("ceiling-1"));
        assert!(read("{\"schema\": \"bench-1\"}").unwrap_err().contains("document 1 is not a run"));
        assert!(read("").is_err());
    }

    #[test]
    fn only_a_valid_run_that_kept_the_laws_counts() {
        let mut report = sample();
        let why = |report: &Report| SavedRun::of(report).not_counted_because();
        assert_eq!(why(&report).as_deref(), Some("a law is broken"));
        report.verdict = Verdict::MarkMissed;
        assert_eq!(why(&report), None);
        report.validity.standing = Standing::Noisy;
        report.validity.reasons = vec!["others used 40 % of the machine".to_owned()];
        assert_eq!(why(&report).as_deref(), Some("noisy: others used 40 % of the machine"));
        report.validity.standing = Standing::Valid;
        report.verdict = Verdict::Interrupted;
        assert!(why(&report).is_some());
    }
}
