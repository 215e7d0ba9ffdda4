//! A sale to replay, as a TOML file: the hall, the arrivals, the buyers, and what must come out.
//! Must not play anything; a file is refused whole, with line and column.

mod check;
mod class;
mod complaint;
mod phase;
mod retry;
pub mod steps;
mod trace;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use sha2::{Digest, Sha256};

pub use class::{BuyerClass, Choice, Look};
use complaint::Complaint;
pub use phase::{Phase, Spacing};
pub use retry::{Policy, Retry};
pub use trace::Moments;

use crate::{
    bench::{
        abort::AbortOnFail,
        quantity::{Span, Threshold, VersionChoice},
    },
    domain::money::Cents,
};

/// Most buyers in one replay: each takes some 50 bytes of disk while it is played, and more memory when it is judged.
pub const BUYERS_MAX: u64 = 50_000_000;
/// Most accounts in one replay: what the server makes in one call.
pub const ACCOUNTS_MAX: u32 = 1_000_000;
/// Most open connections.
pub const CONNECTIONS_MAX: usize = 16_384;
/// Most looks of a buyer before it submits.
pub const LOOKS_MAX: u64 = 16;
/// Slowest reader in bytes per second: below it an answer takes minutes.
pub const READS_PER_S_MIN: u32 = 64;
/// Most submits of a buyer, each with an account of its own.
pub const SUBMITS_MAX: u64 = 100;

/// A scenario.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name in reports.
    pub name: String,
    /// What it shows, in one sentence.
    pub about: String,
    /// Order version that buyers use, unless the command says otherwise.
    #[serde(default = "default_version")]
    pub version: VersionChoice,
    /// Seed of the schedule, unless the command says otherwise.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// Most open connections over all workers.
    #[serde(default = "default_connections")]
    pub connections: usize,
    /// How long an answer may take before it counts as never come.
    #[serde(default = "default_timeout")]
    pub request_timeout: Span,
    /// Buyers are sent as fast as connections allow: lag says nothing about the run.
    #[serde(default)]
    pub saturate: bool,
    /// How long the started server holds unpaid seats; its default when absent.
    #[serde(default)]
    pub hold: Option<Span>,
    /// Marks that the figures must reach.
    #[serde(default)]
    pub thresholds: Vec<Threshold>,
    /// What is so bad that the run ends early.
    #[serde(default)]
    pub abort_on_fail: Vec<AbortOnFail>,
    /// What is on sale, and to whom.
    pub dataset: Dataset,
    /// Arrivals, one phase after another.
    pub phases: Vec<Phase>,
    /// Kinds of buyers.
    pub buyers: Vec<BuyerClass>,
    /// Steps of a visit, for a system that is not of this family; all classes walk them then.
    #[serde(default)]
    pub steps: Vec<steps::StepPlan>,
    /// What must come out.
    #[serde(default)]
    pub expect: Expect,
}

/// What is on sale, and to whom.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dataset {
    /// A programme list to import instead of a generated hall; relative to the scenario file.
    #[serde(default)]
    pub programs: Option<PathBuf>,
    /// The program of the list to play on; the one with the most seats when absent.
    #[serde(default)]
    pub program: Option<u64>,
    /// The generated hall.
    #[serde(default)]
    pub categories: Vec<CategoryPlan>,
    /// Number of accounts; buyers beyond it come again with the first ones.
    pub accounts: u32,
    /// One live ticket per ticket user.
    #[serde(default)]
    pub real_name: bool,
    /// Most tickets in an order.
    #[serde(default = "default_limit")]
    pub per_order_limit: u32,
    /// Most live tickets of an account.
    #[serde(default = "default_limit")]
    pub per_account_limit: u32,
}

/// A category of the generated hall.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryPlan {
    /// Name.
    pub name: String,
    /// Price in main units.
    #[serde(with = "crate::wire::text")]
    pub price: Cents,
    /// Rows.
    pub rows: u32,
    /// Seats in each.
    pub seats_per_row: u32,
}

/// What must come out. Numbers shrink with `--scale`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// No seat is left, or some are.
    #[serde(default)]
    pub sold_out: Option<bool>,
    /// At least this many orders are in the books.
    #[serde(default)]
    pub created_min: Option<u64>,
    /// At least this many seats are paid.
    #[serde(default)]
    pub sold_min: Option<u64>,
    /// Exactly this many seats are paid; only checked at scale 1.
    #[serde(default)]
    pub sold: Option<u64>,
    /// At least this many seats were given back and taken again.
    #[serde(default)]
    pub resold_min: Option<u64>,
    /// At least this many repeats were answered with the order that was there already.
    #[serde(default)]
    pub duplicates_absorbed_min: Option<u64>,
    /// Rejections by word, at least this many.
    #[serde(default)]
    pub rejected_min: BTreeMap<String, u64>,
}

/// A scenario file was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ScenarioError(pub String);

impl Scenario {
    /// Reads a scenario, but no file that it names: traces are still to be read.
    ///
    /// # Errors
    /// With line, column and reason.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let refuse = |complaint: Complaint| ScenarioError(complaint.at_line_of(text));
        check::former_keys(text).map_err(refuse)?;
        let scenario: Self = toml::from_str(text).map_err(|e| ScenarioError(e.to_string().trim_end().to_owned()))?;
        scenario.check().map_err(refuse)?;
        Ok(scenario)
    }

    /// Reads a scenario and the traces that it names, relative to its folder.
    ///
    /// # Errors
    /// With line, column and reason; of a trace also with its file and line.
    pub fn load(text: &str, folder: &Path) -> Result<Self, ScenarioError> {
        let refuse = |complaint: Complaint| ScenarioError(complaint.at_line_of(text));
        let mut scenario = Self::parse(text)?;
        for (at, phase) in scenario.phases.iter_mut().enumerate() {
            if let Phase::Trace { file, moments } = phase {
                let read = Moments::read(&folder.join(&*file));
                let read = read.map_err(|reason| Complaint::new(&format!("phases.{at}.file"), &reason));
                *moments = Some(read.map_err(refuse)?);
            }
        }
        scenario.check_arrivals().map_err(refuse)?;
        Ok(scenario)
    }

    /// Most tickets that any of its buyers wants.
    #[must_use]
    pub fn tickets_max(&self) -> u32 {
        self.buyers.iter().flat_map(|b| b.quantity.keys()).map(|t| u32::from(t.0)).max().unwrap_or(1)
    }

    /// Does any of its buyers pick seats?
    #[must_use]
    pub fn has_pickers(&self) -> bool {
        self.buyers.iter().any(|b| b.choice == Choice::Pick)
    }

    /// Arrivals in all phases.
    #[must_use]
    pub fn buyers_planned(&self) -> u64 {
        self.phases.iter().map(Phase::buyers).sum()
    }

    /// The same buyers on a program of this list. Wishes for categories and expectations were about the scenario's own
    /// hall and do not come along.
    #[must_use]
    pub fn on_programs(mut self, list: PathBuf, program: Option<u64>) -> Self {
        self.dataset.programs = Some(list);
        self.dataset.program = program;
        self.dataset.categories.clear();
        self.buyers.iter_mut().for_each(|class| class.categories.clear());
        self.expect = Expect::default();
        self
    }

    /// When the last phase ends, in microseconds since the start.
    #[must_use]
    pub fn ends_us(&self) -> u64 {
        self.phases.iter().map(Phase::duration_us).sum()
    }

    /// The same sale with buyers, accounts, rows and expected numbers multiplied; times stay.
    #[must_use]
    pub fn scaled(mut self, factor: f64) -> Self {
        self.phases.iter_mut().for_each(|phase| phase.scale(factor));
        self.dataset.accounts = scale(self.dataset.accounts, factor);
        for category in &mut self.dataset.categories {
            category.rows = scale(category.rows, factor);
        }
        let shrink = |number: &mut u64| *number = (*number as f64 * factor) as u64;
        let expect = &mut self.expect;
        expect.created_min.iter_mut().for_each(shrink);
        expect.sold_min.iter_mut().for_each(shrink);
        expect.resold_min.iter_mut().for_each(shrink);
        expect.duplicates_absorbed_min.iter_mut().for_each(shrink);
        expect.rejected_min.values_mut().for_each(shrink);
        if (factor - 1.0).abs() > f64::EPSILON {
            expect.sold = None;
        }
        self
    }
}

/// First 12 hex digits of the SHA-256 of a scenario's text: tells runs of different files apart.
#[must_use]
pub fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn scale(number: u32, factor: f64) -> u32 {
    ((f64::from(number) * factor).ceil() as u32).max(1)
}

fn default_version() -> VersionChoice {
    VersionChoice::One(crate::domain::order::OrderVersion::V4)
}
fn default_timeout() -> Span {
    Span(std::time::Duration::from_secs(10))
}
const fn default_seed() -> u64 {
    1
}
const fn default_connections() -> usize {
    256
}
const fn default_limit() -> u32 {
    6
}

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;
