//! The result of a run: figures, marks, audit and verdict, as one value that is printed as text or JSON.
//! Must not measure or judge a law.

pub mod comparison;
pub mod csv;
pub mod exhibit;
pub mod fairness;
pub mod figures;
pub mod hdr;
pub mod html;
pub mod human;
pub mod json;
pub mod judgement;
pub mod junit;
pub mod markdown;
pub mod measures;
pub mod named;
pub mod resale;
pub mod storm;
pub mod validity;
pub mod wording;

use std::collections::BTreeMap;

use serde::Serialize;

pub use exhibit::Exhibit;
pub use measures::{ClassLine, Fairness, Overtakes, Repeats, Resale, Score, Standing, Storm, Validity};

use crate::{
    bench::{machine::Machine, quantity::VersionChoice},
    wire::admin::Environment,
};

/// Version of the JSON layout, described in `docs/schema/bench-1.json`.
pub const SCHEMA: &str = "bench-1";

/// How the run came out; the worst that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All laws kept, all marks reached.
    Passed,
    /// A threshold or an expectation was missed.
    MarkMissed,
    /// The generator was the limit, so that its figures say little.
    NotValid,
    /// A law is broken.
    AuditFailed,
    /// Broken off; what there is stands here.
    Interrupted,
}

/// A run.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// Why it is not "passed", one sentence each.
    pub reasons: Vec<String>,
    /// Whether the figures can be trusted.
    pub validity: Validity,
    /// What was played.
    pub scenario: Played,
    /// What became of the seats.
    pub sale: Sale,
    /// How fast.
    pub speed: Speed,
    /// Who got seats, and in which order.
    pub fairness: Fairness,
    /// What repeats did.
    pub repeats: Repeats,
    /// Seats that came back.
    pub resale: Resale,
    /// Rejections of submits, by word.
    pub rejections: BTreeMap<String, u64>,
    /// Latency a step and outcome.
    pub latency: Vec<StepLatency>,
    /// What drove the load.
    pub generator: Generator,
    /// What the generator ran on.
    pub machine: Machine,
    /// What the server ran on; absent when it does not tell.
    pub server: Option<Environment>,
    /// Every figure of the run by the name that thresholds and comparisons use.
    pub figures: BTreeMap<String, f64>,
    /// Thresholds, and the rules of `abort_on_fail`: met when they did not end the run.
    pub thresholds: Vec<Mark>,
    /// Expectations.
    pub expectations: Vec<Mark>,
    /// The audit; absent when it was switched off.
    pub audit: Option<Audit>,
}

/// What was played.
#[derive(Debug, Clone, Serialize)]
pub struct Played {
    /// Name of the scenario.
    pub name: String,
    /// What it shows.
    pub about: String,
    /// Digest of its text.
    pub digest: String,
    /// Order version.
    pub version: VersionChoice,
    /// Seed of the schedule.
    pub seed: u64,
    /// Size relative to the file.
    pub scale: f64,
    /// Title of the program.
    pub program: String,
    /// Buyers planned.
    pub buyers: u64,
    /// Buyers let go.
    pub released: u64,
    /// Accounts.
    pub accounts: u32,
}

/// What became of the seats.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sale {
    /// Seats.
    pub capacity: u64,
    /// Paid.
    pub sold: u64,
    /// Held at the end.
    pub held: u64,
    /// Free at the end.
    pub available: u64,
    /// Orders in the books.
    pub created: u64,
    /// Orders told to buyers, v1 to v4.
    pub accepted: u64,
    /// Seats that were given back and taken again.
    pub resold: u64,
    /// Repeats answered with the order that was there.
    pub duplicates_absorbed: u64,
    /// Submits without an answer.
    pub indeterminate: u64,
    /// Until as many seats had been taken as there are, from the first submit.
    pub sell_out_s: Option<f64>,
    /// From then until the last of those buyers knew for certain: told "created", or that the order will never be.
    pub over_time_s: Option<f64>,
}

/// How fast.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Speed {
    /// From the start to the end of the last visit.
    pub run_s: f64,
    /// Orders told per second in the rush: first submit until sold out, or until the last order.
    pub accepted_per_s: f64,
    /// Orders in the books per second, over the rush and until its orders were written.
    pub created_per_s: f64,
    /// From the end of the rush until the queue was empty (v4).
    pub drain_s: Option<f64>,
    /// Most orders seen in the queue.
    pub queue_max: u64,
    /// Polls sent for each v4 order that was waited for.
    pub polls_per_order: Option<f64>,
    /// All requests.
    pub requests: u64,
    /// Share of them that failed.
    pub errors_pct: f64,
    /// Answers per second of a bare endpoint on this machine.
    pub ceiling_per_s: Option<f64>,
    /// `accepted_per_s` as a share of it.
    pub accepted_of_ceiling_pct: Option<f64>,
}

/// Latency of a step that came out one way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepLatency {
    /// Step.
    pub step: &'static str,
    /// Outcome.
    pub outcome: &'static str,
    /// Samples.
    pub count: u64,
    /// Sent to answered.
    pub service: Spread,
    /// Intended to answered.
    pub response: Spread,
    /// Intended to sent.
    pub lag: Spread,
}

/// Percentiles in milliseconds; those with fewer than ten samples beyond them are absent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// Half of all.
    pub p50_ms: Option<f64>,
    /// 90 %.
    pub p90_ms: Option<f64>,
    /// 99 %.
    pub p99_ms: Option<f64>,
    /// 99.9 %.
    pub p999_ms: Option<f64>,
    /// The slowest.
    pub max_ms: f64,
}

/// What drove the load.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Generator {
    /// Worker threads.
    pub workers: usize,
    /// Connections over all workers.
    pub connections: usize,
    /// CPU seconds; absent where they are not known.
    pub cpu_s: Option<f64>,
    /// 99 % of buyers were let go at most this late.
    pub dispatch_p99_ms: f64,
    /// 99 % of submits were sent at most this late, waiting for a connection included.
    pub lag_p99_ms: f64,
    /// It sends as fast as it can, so that its lag says nothing.
    pub saturating: bool,
    /// Was it fast enough?
    pub kept_up: bool,
}

/// A mark and the figure it was compared with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mark {
    /// As written in the scenario.
    pub text: String,
    /// What came out; absent when there is none.
    pub found: Option<f64>,
    /// Reached?
    pub met: bool,
}

/// The audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// No finding.
    pub clean: bool,
    /// Orders looked at.
    pub orders: u64,
    /// Answers joined with them.
    pub answers: u64,
    /// Each law: kept, broken or unchecked.
    pub laws: BTreeMap<String, LawStanding>,
    /// What breaks a law.
    pub findings: Vec<AuditFinding>,
}

/// A law in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LawStanding {
    /// `kept`, `broken` or `unchecked`.
    pub verdict: String,
    /// Who looked: `server`, `journal`.
    pub by: Vec<&'static str>,
    /// Why it was not checked; absent when it was.
    pub reason: Option<String>,
}

/// What breaks a law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditFinding {
    /// `L2`.
    pub law: String,
    /// Order number, where one is to blame; text, since it has 63 bits.
    pub order: Option<String>,
    /// One sentence.
    pub detail: String,
    /// Who found it: `server` or `journal`.
    pub by: &'static str,
}

#[cfg(test)]
pub(in crate::bench) mod sample;
#[cfg(test)]
pub(in crate::bench) mod sample_run;
