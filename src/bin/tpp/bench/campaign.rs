//! Plays one run or several in turns, tells each, and puts them beside each other in the end.
//! Must not choose the order of runs: `tpp::bench::campaign` does.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use tokio::sync::watch;
use tpp::bench::{
    campaign::{Campaign, Cell, Side},
    floor::Pulse,
    machine,
    report::{
        Report, Verdict,
        comparison::{self, Column},
        human, json,
    },
    scenario::Scenario,
};

use super::{BenchArgs, Output, Run, against::Yardstick, outputs::Outputs, play, server::House, versions};
use crate::{
    ceiling,
    exit::{self, ConfigError},
    output,
};

/// Plays, tells and compares; the exit code.
pub async fn run(
    args: &BenchArgs,
    scenario: &Scenario,
    text: &str,
    stopped: watch::Receiver<bool>,
) -> anyhow::Result<u8> {
    let campaign = plan(args, scenario);
    let turns = campaign.turns();
    if turns.len() > 1 && args.program.is_some() && args.programs.is_none() {
        let reason = "a program that is there has its stock only once: play one run at a time, or on a server where each run gets a program of its own";
        return Err(ConfigError(reason.to_owned()).into());
    }
    let yardstick = Yardstick::prepare(args, scenario, text, &campaign)?;
    let ceiling_per_s = measured_ceiling(args, scenario).await?;
    let mut outputs = args.outputs.open()?;
    let mut played: Vec<(usize, Report)> = Vec::with_capacity(turns.len());
    let sale = Sale { scenario, text, ceiling_per_s, stopped };
    let ended = play_all(args, &campaign, &sale, &mut outputs, &mut played).await;
    // What was played before an error is told all the same.
    outputs.close()?;
    ended?;
    if played.len() > 1 && args.output == Output::Human {
        output::say(&format!("\n{}", side_by_side(&campaign, &played).trim_end()))?;
    }
    let speed = yardstick.hold_against(args, &campaign, &played)?;
    let codes = played.iter().map(|(_, report)| code_of(report.verdict));
    Ok(exit::worst(codes.chain([speed])))
}

/// What is the same for all runs.
struct Sale<'a> {
    scenario: &'a Scenario,
    text: &'a str,
    ceiling_per_s: Option<f64>,
    stopped: watch::Receiver<bool>,
}

/// Plays in turns until all is played or one run is broken off.
async fn play_all(
    args: &BenchArgs,
    campaign: &Campaign,
    sale: &Sale<'_>,
    outputs: &mut Outputs<'_>,
    played: &mut Vec<(usize, Report)>,
) -> anyhow::Result<()> {
    for turn in campaign.turns() {
        let cell = &campaign.cells[turn.cell];
        if turn.of > 1 {
            output::note(&format!("run {} of {}, round {}: {cell}", turn.number, turn.of, turn.round));
        }
        let pulse = Arc::new(Pulse::default());
        let recorder = outputs.begin(&label(args, cell), &pulse)?;
        let run = Run {
            scenario: Scenario { version: cell.version, ..sale.scenario.clone() },
            text: sale.text,
            house: House { program: program_of(args, cell.side)?, redis: cell.redis.clone() },
            ceiling_per_s: sale.ceiling_per_s,
            turn: (turn.number, turn.of),
            stopped: sale.stopped.clone(),
            pulse,
            journal: recorder.journal.clone(),
        };
        let rehearsed = play(args, run).await?;
        let report = rehearsed.report.clone();
        tell(args, &report, turn.of, args.rounds() > 1)?;
        let is_over = report.verdict == Verdict::Interrupted;
        played.push((turn.cell, report));
        outputs.keep(recorder, rehearsed)?;
        if is_over {
            break;
        }
    }
    Ok(())
}

/// The name of a cell's files.
fn label(args: &BenchArgs, cell: &Cell) -> String {
    let side = if cell.side == Side::Other { "other-" } else { "" };
    format!("{side}{}-{}", cell.version, args.server.engine(cell.redis.as_deref()))
}

fn plan(args: &BenchArgs, scenario: &Scenario) -> Campaign {
    let chosen = versions::chosen(&args.version);
    let versions = if chosen.is_empty() { vec![scenario.version] } else { chosen };
    let sides: &[Side] = if args.comparison.against.is_some() { &[Side::Other, Side::This] } else { &[Side::This] };
    Campaign::plan(&versions, &args.server.engines(), sides, args.rounds())
}

/// Answers per second of a bare endpoint, once for all runs.
pub async fn measured_ceiling(args: &BenchArgs, scenario: &Scenario) -> anyhow::Result<Option<f64>> {
    if args.server.is_given() || args.no_ceiling {
        return Ok(None);
    }
    let workers = args.workers.map_or_else(machine::default_workers, usize::from);
    let probe = ceiling::http_quick(scenario.connections.min(64), workers).await;
    Ok(Some(probe.context("failed to measure the machine's ceiling")?))
}

/// The program whose server is played against.
pub fn program_of(args: &BenchArgs, side: Side) -> anyhow::Result<PathBuf> {
    match (&args.comparison.against, side) {
        (Some(other), Side::Other) => Ok(absolute(other)),
        _ => std::env::current_exe().context("failed to find this program"),
    }
}

/// A bare file name is a file here, and not a command on the search path.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Of many rounds only what went wrong is told in full; the table at the end has the rest.
fn tell(args: &BenchArgs, report: &Report, of: usize, in_rounds: bool) -> anyhow::Result<()> {
    let told = match args.output {
        Output::Json => json::text(report),
        Output::Human => human::text(report),
    };
    let is_short = args.output == Output::Human && in_rounds && report.verdict == Verdict::Passed;
    let told = if is_short { told.lines().next().unwrap_or_default() } else { told.trim_end() };
    let gap = if of > 1 && !is_short && args.output == Output::Human { "\n" } else { "" };
    output::say(&format!("{told}{gap}"))?;
    Ok(())
}

fn side_by_side(campaign: &Campaign, played: &[(usize, Report)]) -> String {
    let column = |(at, cell): (usize, &Cell)| Column {
        name: cell.to_string(),
        runs: played.iter().filter(|(cell, _)| *cell == at).map(|(_, report)| report).collect(),
    };
    let columns: Vec<_> = campaign.cells.iter().enumerate().map(column).filter(|c| !c.runs.is_empty()).collect();
    comparison::text(&columns)
}

const fn code_of(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Passed => exit::OK,
        Verdict::MarkMissed => exit::THRESHOLD,
        Verdict::NotValid => exit::NOT_VALID,
        Verdict::AuditFailed => exit::AUDIT,
        Verdict::Interrupted => exit::INTERRUPTED,
    }
}
