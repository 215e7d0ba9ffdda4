//! What runs are held against: a baseline, or another program that was played in turns with this one.
//! Must not judge: `tpp::bench::compare` does.

use std::path::PathBuf;

use clap::Args;
use tpp::bench::{
    baseline,
    campaign::{COMPARED_RUNS_MIN, Campaign, ROUNDS_MAX, Side},
    compare::{
        self, Change, Compared, TOLERANCE_PCT, Terms,
        comparable::{self, Aspect, Identity},
        metric::{Direction, JUDGED, direction},
        saved::SavedRun,
        words,
    },
    machine::{self, Machine},
    metric,
    report::{Report, Verdict},
    scenario::{Scenario, digest},
};

use super::{BenchArgs, Output};
use crate::{
    exit::{self, ConfigError},
    output,
};

/// Flags of a bench that compares.
#[derive(Debug, Args)]
#[command(next_help_heading = "Comparison")]
pub struct ComparisonArgs {
    /// Play every run this many times, in turns; 5 with a comparison and 1 otherwise when absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=i64::from(ROUNDS_MAX)))]
    repeat: Option<u16>,
    /// Play in turns against the server of another tpp program, and compare with it: the surest comparison there is
    #[arg(long, value_name = "PROGRAM", conflicts_with_all = ["url", "baseline"])]
    pub against: Option<PathBuf>,
    /// Compare with the runs that are kept under this name; refused before playing when they are of another kind
    #[arg(long, value_name = "NAME")]
    baseline: Option<String>,
    /// Keep the runs under this name
    #[arg(long, value_name = "NAME")]
    save_baseline: Option<String>,
    /// Where baselines are kept
    #[arg(long, value_name = "DIR", env = "TPP_BASELINE_DIR", default_value = baseline::FOLDER)]
    baseline_dir: PathBuf,
    #[command(flatten)]
    terms: TermsArgs,
}

/// Flags that say what is judged.
#[derive(Debug, Args)]
#[command(next_help_heading = "Comparison")]
pub struct TermsArgs {
    /// Figures that decide whether it is slower
    #[arg(long, value_name = "METRIC,…", value_delimiter = ',', default_values = JUDGED, hide_default_value = true,
        value_parser = judged)]
    judge: Vec<String>,
    /// Changes smaller than this many percent are no regression
    #[arg(long, value_name = "PCT", default_value_t = TOLERANCE_PCT, value_parser = tolerance)]
    tolerance: f64,
}

impl TermsArgs {
    /// What is judged, and how strictly.
    pub fn terms(&self) -> Terms {
        Terms { judged: self.judge.clone(), tolerance_pct: self.tolerance }
    }
}

impl ComparisonArgs {
    /// How often every cell is played.
    pub fn rounds(&self) -> usize {
        let compares = self.against.is_some() || self.baseline.is_some() || self.save_baseline.is_some();
        self.repeat.map_or(if compares { COMPARED_RUNS_MIN } else { 1 }, usize::from)
    }
}

/// What the runs will be held against.
#[derive(Debug)]
pub struct Yardstick {
    baseline: Option<Vec<SavedRun>>,
}

impl Yardstick {
    /// Reads the baseline and refuses what can be known not to be comparable before an hour is spent on it.
    pub fn prepare(args: &BenchArgs, scenario: &Scenario, text: &str, campaign: &Campaign) -> anyhow::Result<Self> {
        let comparison = &args.comparison;
        let broken = |error: baseline::BaselineError| ConfigError(error.to_string());
        if let Some(name) = &comparison.save_baseline {
            baseline::path(&comparison.baseline_dir, name).map_err(broken)?;
        }
        if let Some(other) = comparison.against.as_ref().filter(|other| !other.is_file()) {
            return Err(ConfigError(format!("there is no program {} to play against", other.display())).into());
        }
        let Some(name) = &comparison.baseline else { return Ok(Self { baseline: None }) };
        let runs = baseline::load(&comparison.baseline_dir, name).map_err(broken)?;
        let mut reasons = Identity::of(&runs[0]).differences(&planned(args, scenario, text));
        if !args.server.is_given() {
            let planned = campaign.cells.iter().map(|cell| {
                let engine = if cell.redis.as_deref() == Some("off") { "embedded" } else { "redis" };
                (cell.version.to_string(), engine.to_owned())
            });
            reasons.extend(comparable::missing_cells(&comparable::cells(&runs), &planned.collect()));
        }
        if reasons.is_empty() { Ok(Self { baseline: Some(runs) }) } else { Err(not_comparable(&reasons)) }
    }

    /// Compares, tells, and keeps the runs if that was asked for; the exit code that the speed deserves.
    pub fn hold_against(self, args: &BenchArgs, campaign: &Campaign, played: &[(usize, Report)]) -> anyhow::Result<u8> {
        if played.iter().any(|(_, report)| report.verdict == Verdict::Interrupted) {
            return Ok(exit::OK);
        }
        let of = |side: Side| -> Vec<SavedRun> {
            let runs = played.iter().filter(|(cell, _)| campaign.cells[*cell].side == side);
            runs.map(|(_, report)| SavedRun::of(report)).collect()
        };
        let before = if args.comparison.against.is_some() { Some(of(Side::Other)) } else { self.baseline };
        let code = match before {
            Some(before) => {
                let terms = args.comparison.terms.terms();
                let compared = compare::compare(&before, &of(Side::This), &terms).map_err(|r| not_comparable(&r))?;
                tell(&compared, args.output)?;
                code_of(&compared, args.strict)
            }
            None => exit::OK,
        };
        if let Some(name) = &args.comparison.save_baseline {
            save(args, name, of(Side::This))?;
        }
        Ok(code)
    }
}

fn save(args: &BenchArgs, name: &str, runs: Vec<SavedRun>) -> anyhow::Result<()> {
    let valid = runs.iter().filter(|run| run.not_counted_because().is_none()).count();
    if valid == 0 {
        output::note(&format!("the baseline {name} is not kept: none of its runs is valid"));
        return Ok(());
    }
    let path = baseline::save(&args.comparison.baseline_dir, name, runs)?;
    output::note(&format!("the baseline {name} with {valid} valid runs is kept in {}", path.display()));
    Ok(())
}

/// What is known of the runs to come.
fn planned(args: &BenchArgs, scenario: &Scenario, text: &str) -> Identity {
    let machine = Machine::read();
    let identity = Identity::default()
        .with(Aspect::Scenario, &scenario.name)
        .with(Aspect::Text, digest(text))
        .with(Aspect::Scale, args.scale)
        .with(Aspect::Seed, args.seed.unwrap_or(scenario.seed))
        .with(Aspect::Buyers, scenario.buyers_planned())
        .with(Aspect::Connections, scenario.connections)
        .with(Aspect::Workers, args.workers.map_or_else(machine::default_workers, usize::from))
        .with(Aspect::Build, machine.build)
        .with(Aspect::Cpu, machine.cpu)
        .with(Aspect::Cpus, machine.cpus);
    if args.server.is_given() { identity } else { identity.with(Aspect::Durability, args.server.durability()) }
}

/// Prints a comparison.
pub fn tell(compared: &Compared, output: Output) -> anyhow::Result<()> {
    match output {
        Output::Human => output::say(&format!("\n{}", words::text(compared).trim_end()))?,
        Output::Json => output::say_json(compared)?,
    }
    Ok(())
}

/// What a comparison ends with. What cannot be told is no fault, unless runs were not valid or someone is strict.
pub fn code_of(compared: &Compared, strict: bool) -> u8 {
    let inconclusive = compared.verdict == Change::Inconclusive;
    exit::worst([
        if compared.laws_broken { exit::AUDIT } else { exit::OK },
        if compared.spoiled || (strict && inconclusive) { exit::NOT_VALID } else { exit::OK },
        if compared.verdict == Change::Regressed { exit::REGRESSION } else { exit::OK },
    ])
}

/// The error that says every reason.
pub fn not_comparable(reasons: &[String]) -> anyhow::Error {
    ConfigError(format!("these runs cannot be compared:\n  {}", reasons.join("\n  "))).into()
}

fn judged(name: &str) -> Result<String, String> {
    metric::check(name)?;
    if direction(name) == Direction::Neutral {
        return Err(format!("{name} is neither better nor worse when it is higher"));
    }
    Ok(name.to_owned())
}

fn tolerance(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').trim().parse() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent),
        _ => Err("write a number from 0 to 100".to_owned()),
    }
}
