//! Two groups of runs against each other: improved, regressed, unchanged, or nobody can tell.
//! Must not compare what is not comparable, nor hold a run that is not valid against anybody.

pub mod bootstrap;
pub mod comparable;
pub mod metric;
pub mod saved;
pub mod words;

use std::collections::BTreeSet;

use serde::Serialize;

use self::{
    bootstrap::{Difference, RESAMPLES},
    metric::{Direction, JUDGED, direction},
    saved::SavedRun,
};
use super::campaign::COMPARED_RUNS_MIN;

/// Version of the JSON layout, described in `docs/schema/bench-compare-1.json`.
pub const SCHEMA: &str = "bench-compare-1";
/// Seed of the draws: the same runs give the same verdict.
const SEED: u64 = 0x7470_7020;
/// Probability that chance alone makes a verdict on any of the judged figures.
const ERROR: f64 = 0.05;
/// A change by this factor must be out of the question before a figure is called unchanged.
const UNSEEN_CHANGE_MAX: f64 = 1.2;
/// Changes smaller than this many percent are never called regressions unless told otherwise.
pub const TOLERANCE_PCT: f64 = 3.0;

/// What became of a figure, or of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Better, and neither chance nor noise explains it.
    Improved,
    /// Worse, and neither chance nor noise explains it.
    Regressed,
    /// No change is shown, and one by a fifth is ruled out.
    Unchanged,
    /// Nobody can tell.
    Inconclusive,
}

/// What is judged, and how strictly.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// Figures that decide.
    pub judged: Vec<String>,
    /// See [`TOLERANCE_PCT`].
    pub tolerance_pct: f64,
}

impl Default for Terms {
    fn default() -> Self {
        Self { judged: JUDGED.map(str::to_owned).to_vec(), tolerance_pct: TOLERANCE_PCT }
    }
}

/// Two groups of runs, compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Regressed when any judged figure is; else inconclusive when any is; else improved when any is.
    pub verdict: Change,
    /// What does not hinder a comparison and yet may explain it, one sentence each.
    pub notes: Vec<String>,
    /// Scenario.
    pub scenario: String,
    /// A run of the second group broke a law.
    pub laws_broken: bool,
    /// A group has enough runs, and too few of them are valid.
    pub spoiled: bool,
    /// Each version and engine.
    pub cells: Vec<ComparedCell>,
}

/// A version on an engine.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedCell {
    /// Order version.
    pub version: String,
    /// Engine.
    pub engine: String,
    /// First group.
    pub before: Counted,
    /// Second group.
    pub after: Counted,
    /// Figures, judged ones first.
    pub figures: Vec<ComparedFigure>,
}

/// Runs of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// All.
    pub runs: usize,
    /// Those that count.
    pub valid: usize,
    /// Why the others do not.
    pub not_counted: Vec<String>,
}

/// A figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedFigure {
    /// Its name.
    pub name: String,
    /// Which way is better.
    pub direction: Direction,
    /// Does it decide?
    pub judged: bool,
    /// First group.
    pub before: Middle,
    /// Second group.
    pub after: Middle,
    /// Change of the geometric mean; absent when there are too few runs or a figure of 0.
    pub change_pct: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low_pct: Option<f64>,
    /// Upper end.
    pub high_pct: Option<f64>,
    /// What the halves of one group differ by, by chance; the larger of both groups.
    pub noise_pct: Option<f64>,
    /// What became of it.
    pub verdict: Change,
    /// Why nobody can tell.
    pub reason: Option<String>,
}

/// Middle and ends of a group's figures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Middle {
    /// Runs that have the figure.
    pub runs: usize,
    /// Half are below.
    pub median: Option<f64>,
    /// Smallest.
    pub min: Option<f64>,
    /// Largest.
    pub max: Option<f64>,
}

/// Compares.
///
/// # Errors
/// When they are not comparable, with every reason.
pub fn compare(before: &[SavedRun], after: &[SavedRun], terms: &Terms) -> Result<Compared, Vec<String>> {
    let refused = comparable::refusals(before, after);
    if !refused.is_empty() {
        return Err(refused);
    }
    let kinds = comparable::cells(after);
    let groups: Vec<_> = kinds.into_iter().map(|kind| Groups::of(kind, before, after)).collect();
    let judgements = groups.iter().map(|group| group.judged(terms).count()).sum::<usize>().max(1);
    let cells: Vec<_> = groups.iter().map(|groups| groups.compared(terms, ERROR / judgements as f64)).collect();
    let verdicts: Vec<_> = cells.iter().flat_map(|c| &c.figures).filter(|f| f.judged).map(|f| f.verdict).collect();
    let too_few = |counted: &Counted| counted.runs >= COMPARED_RUNS_MIN && counted.valid < COMPARED_RUNS_MIN;
    Ok(Compared {
        schema: SCHEMA,
        verdict: worst(&verdicts),
        notes: notes(before, after),
        scenario: after.first().map_or_else(String::new, |run| run.scenario.name.clone()),
        laws_broken: after.iter().any(|run| run.verdict == "audit_failed"),
        spoiled: cells.iter().any(|cell| too_few(&cell.before) || too_few(&cell.after)),
        cells,
    })
}

fn worst(verdicts: &[Change]) -> Change {
    let ranked = [Change::Regressed, Change::Inconclusive, Change::Improved, Change::Unchanged];
    ranked.into_iter().find(|verdict| verdicts.contains(verdict)).unwrap_or(Change::Inconclusive)
}

fn notes(before: &[SavedRun], after: &[SavedRun]) -> Vec<String> {
    let kernels: BTreeSet<_> = before.iter().chain(after).map(|run| &run.machine.kernel).collect();
    let generators: BTreeSet<_> = before.iter().chain(after).map(|run| &run.machine.tpp).collect();
    let only_before: Vec<_> = comparable::cells(before)
        .difference(&comparable::cells(after))
        .map(|(version, engine)| format!("{version} {engine}"))
        .collect();
    let mut notes = Vec::new();
    if kernels.len() > 1 {
        notes.push("the kernel is not the same on both sides".to_owned());
    }
    if generators.len() > 1 {
        notes.push("the load was driven by different versions of tpp".to_owned());
    }
    if !only_before.is_empty() {
        notes.push(format!("{} was played before and is not compared", only_before.join(", ")));
    }
    notes
}

/// The runs of a cell, on both sides.
struct Groups<'a> {
    kind: (String, String),
    before: Vec<&'a SavedRun>,
    after: Vec<&'a SavedRun>,
}

impl<'a> Groups<'a> {
    fn of(kind: (String, String), before: &'a [SavedRun], after: &'a [SavedRun]) -> Self {
        let of_kind = |runs: &'a [SavedRun]| runs.iter().filter(|run| run.cell() == kind).collect();
        Self { before: of_kind(before), after: of_kind(after), kind }
    }

    /// Judged figures that any of the runs has.
    fn judged(&self, terms: &Terms) -> impl Iterator<Item = String> {
        let had = self.names();
        terms.judged.clone().into_iter().filter(move |name| had.contains(name))
    }

    fn names(&self) -> BTreeSet<String> {
        let runs = self.before.iter().chain(&self.after);
        runs.flat_map(|run| run.figures.iter().filter(|(_, f)| f.is_some()).map(|(name, _)| name.clone())).collect()
    }

    fn compared(&self, terms: &Terms, error: f64) -> ComparedCell {
        let judged: Vec<_> = self.judged(terms).collect();
        let others = self.names().into_iter().filter(|name| !judged.contains(name));
        let figures = judged.iter().cloned().chain(others);
        let figures = figures.map(|name| {
            let judged = judged.contains(&name);
            let before = Figures::of(&self.before, &name);
            let after = Figures::of(&self.after, &name);
            figure(
                name,
                judged,
                &before,
                &after,
                Strictness { error, tolerance: (terms.tolerance_pct / 100.0).ln_1p() },
            )
        });
        ComparedCell {
            version: self.kind.0.clone(),
            engine: self.kind.1.clone(),
            figures: figures.collect(),
            before: counted(&self.before),
            after: counted(&self.after),
        }
    }
}

fn counted(runs: &[&SavedRun]) -> Counted {
    let not_counted: Vec<_> = runs.iter().filter_map(|run| run.not_counted_because()).collect();
    Counted { runs: runs.len(), valid: runs.len() - not_counted.len(), not_counted }
}

/// A figure in the valid runs of a group.
struct Figures(Vec<f64>);

impl Figures {
    fn of(runs: &[&SavedRun], name: &str) -> Self {
        let valid = runs.iter().filter(|run| run.not_counted_because().is_none());
        Self(valid.filter_map(|run| run.figure(name)).collect())
    }

    fn middle(&self) -> Middle {
        let mut sorted = self.0.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        Middle {
            runs: sorted.len(),
            median: median(&sorted),
            min: sorted.first().copied(),
            max: sorted.last().copied(),
        }
    }

    fn logarithms(&self) -> Vec<f64> {
        self.0.iter().map(|figure| figure.ln()).collect()
    }
}

/// The middle of sorted figures.
#[must_use]
pub fn median(sorted: &[f64]) -> Option<f64> {
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        count if count % 2 == 1 => Some(sorted[half]),
        _ => Some(f64::midpoint(sorted[half - 1], sorted[half])),
    }
}

#[derive(Clone, Copy)]
struct Strictness {
    /// Of one judgement.
    error: f64,
    /// As a logarithm.
    tolerance: f64,
}

fn figure(name: String, judged: bool, before: &Figures, after: &Figures, strict: Strictness) -> ComparedFigure {
    let way = direction(&name);
    let mut compared = ComparedFigure {
        direction: way,
        judged,
        before: before.middle(),
        after: after.middle(),
        change_pct: None,
        low_pct: None,
        high_pct: None,
        noise_pct: None,
        verdict: Change::Inconclusive,
        reason: None,
        name,
    };
    let fewest = before.0.len().min(after.0.len());
    if fewest < COMPARED_RUNS_MIN {
        compared.reason = Some(format!("{fewest} runs, at least {COMPARED_RUNS_MIN} are needed"));
    } else if before.0.iter().chain(&after.0).any(|figure| *figure <= 0.0) {
        let alike = before.0.iter().chain(&after.0).all(|figure| *figure == before.0[0]);
        compared.verdict = if alike { Change::Unchanged } else { Change::Inconclusive };
        compared.reason = (!alike).then(|| "a figure of 0 has no ratio: set a threshold instead".to_owned());
    } else {
        judge(&mut compared, &before.logarithms(), &after.logarithms(), strict);
    }
    compared
}

/// Regressed or improved: the interval at the strict level leaves out "no change", and the change is beyond the noise.
fn judge(compared: &mut ComparedFigure, before: &[f64], after: &[f64], strict: Strictness) {
    let mut dice = bootstrap::dice(SEED);
    let difference = Difference::of(before, after, RESAMPLES, &mut dice);
    let noise = bootstrap::noise(before, &mut dice).max(bootstrap::noise(after, &mut dice));
    let (low, high) = difference.interval(ERROR);
    let (sure_low, sure_high) = difference.interval(strict.error);
    let is_real = (sure_low > 0.0 || sure_high < 0.0) && difference.change.abs() > noise.max(strict.tolerance);
    let unseen = UNSEEN_CHANGE_MAX.ln();
    let is_better = (difference.change > 0.0) == (compared.direction == Direction::Higher);
    compared.verdict = match () {
        () if is_real && compared.direction != Direction::Neutral => {
            if is_better {
                Change::Improved
            } else {
                Change::Regressed
            }
        }
        () if low > -unseen && high < unseen => Change::Unchanged,
        () => Change::Inconclusive,
    };
    if compared.verdict == Change::Inconclusive {
        compared.reason = Some("runs differ too much among themselves to rule out a change by a fifth".to_owned());
    }
    let percent = |logarithm: f64| Some(logarithm.exp_m1() * 100.0);
    compared.change_pct = percent(difference.change);
    (compared.low_pct, compared.high_pct, compared.noise_pct) = (percent(low), percent(high), percent(noise));
}

#[cfg(test)]
mod tests;
