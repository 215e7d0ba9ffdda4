//! `--find-max`: drives the search for the highest arrival rate at which every promise is kept.
//! Must not choose rates or judge probes: `tpp::bench::search` does.

use std::{sync::Arc, time::Instant};

use clap::Args;
use tokio::sync::watch;
use tpp::bench::{
    campaign::Side,
    machine::Machine,
    quantity::Span,
    report::{Report, Verdict},
    scenario::{Scenario, ScenarioError, digest},
    search::{
        Found, Next, Search,
        found::{self, FoundMax, ProbeLine, word},
        probe::{self, Probe},
        slo::Slo,
    },
};

use super::{BenchArgs, Output, Run, campaign, play, server::House, versions};
use crate::{
    exit::{self, ConfigError},
    output,
};

/// Flags.
#[derive(Debug, Args)]
#[command(next_help_heading = "Search")]
pub struct SearchArgs {
    /// Find the highest arrival rate at which the promises of --slo are kept; each probe has stock of its own
    #[arg(long, requires = "slo",
        conflicts_with_all = ["against", "baseline", "save_baseline", "repeat", "program", "no_audit", "out", "junit",
            "csv", "html", "markdown"])]
    pub find_max: bool,
    /// Promises to buyers, as in 'confirm_p99<200ms, errors<0.1%'
    #[arg(long, value_name = "PROMISE,…", requires = "find_max")]
    slo: Option<Slo>,
    /// Ends the search after this long with the best rate so far
    #[arg(long, value_name = "SPAN", default_value = "15m", requires = "find_max")]
    search_max: Span,
}

/// Searches, tells, and says by the exit code whether there is an answer.
pub async fn run(
    args: &BenchArgs,
    scenario: &Scenario,
    text: &str,
    stopped: watch::Receiver<bool>,
) -> anyhow::Result<u8> {
    let slo = args.search.slo.clone().ok_or_else(|| ConfigError("--find-max needs --slo".to_owned()))?;
    let (scenario, house) = one_cell(args, scenario)?;
    let refused = |ScenarioError(reason)| ConfigError(format!("no rate can be searched for: {reason}"));
    let mut search = Search::new(probe::range(&scenario).map_err(refused)?);
    let ceiling_per_s = campaign::measured_ceiling(args, &scenario).await?;
    let began = Instant::now();
    let (mut probes, mut interrupted) = (Vec::new(), false);
    let found = loop {
        if interrupted || began.elapsed() > args.search.search_max.0 {
            search.out_of_time();
        }
        let (rate, confirms) = match search.next() {
            Next::Probe(rate) => (rate, false),
            Next::Confirm(rate) => (rate, true),
            Next::Done(found) => break found,
        };
        let probe = Probe::at(&scenario, rate, &slo, confirms).map_err(refused)?;
        let stage = if confirms { "confirming" } else { "trying" };
        output::note(&format!("probe {}: {stage} {:.0} arrivals/s", probes.len() + 1, probe.rate_per_s));
        let run = Run {
            scenario: probe.scenario.clone(),
            text,
            house: house.clone(),
            ceiling_per_s,
            turn: (1, 1),
            stopped: stopped.clone(),
            pulse: Arc::default(),
            journal: None,
        };
        let report = play(args, run).await?.report;
        interrupted = report.verdict == Verdict::Interrupted;
        if !interrupted {
            let line = line(&probe, &report, &slo, confirms);
            output::note(&format!("probe {}: {}", probes.len() + 1, word(line.outcome)));
            search.told(line.outcome);
            probes.push(line);
        }
    };
    tell(args, &found_max(args, (&scenario, text), &slo, (found, probes)))?;
    Ok(if interrupted { exit::INTERRUPTED } else { code_of(&found, args.strict) })
}

/// A search is about one version on one engine.
fn one_cell(args: &BenchArgs, scenario: &Scenario) -> anyhow::Result<(Scenario, House)> {
    let (versions, engines) = (versions::chosen(&args.version), args.server.engines());
    if versions.len() > 1 || engines.len() > 1 {
        let reason = "--find-max searches for one --version and one --redis at a time";
        return Err(ConfigError(reason.to_owned()).into());
    }
    let version = versions.first().copied().unwrap_or(scenario.version);
    let house = House { program: campaign::program_of(args, Side::This)?, redis: engines.into_iter().flatten().next() };
    Ok((Scenario { version, ..scenario.clone() }, house))
}

fn line(probe: &Probe, report: &Report, slo: &Slo, confirms: bool) -> ProbeLine {
    let (outcome, reasons) = probe::outcome(report, slo);
    let figure = |name: &String| Some((name.clone(), *report.figures.get(name)?));
    ProbeLine {
        confirms,
        rate_per_s: probe.rate_per_s,
        factor: probe.factor,
        laps: probe.laps,
        outcome,
        reasons,
        figures: slo.0.iter().filter_map(|promise| figure(&promise.metric)).collect(),
    }
}

fn found_max(
    args: &BenchArgs,
    (scenario, text): (&Scenario, &str),
    slo: &Slo,
    (found, probes): (Found, Vec<ProbeLine>),
) -> FoundMax {
    FoundMax {
        schema: found::SCHEMA,
        rate_per_s: found.rate,
        at_least: found::is_at_least(&found),
        confirmed: found.confirmed,
        limit: found.limit,
        slo: slo.0.iter().map(|promise| promise.text.clone()).collect(),
        scenario: scenario.name.clone(),
        digest: digest(text),
        version: scenario.version,
        seed: args.seed.unwrap_or(scenario.seed),
        machine: Machine::read(),
        probes,
    }
}

fn tell(args: &BenchArgs, found: &FoundMax) -> anyhow::Result<()> {
    match args.output {
        Output::Human => output::say(found::text(found).trim_end())?,
        Output::Json => output::say_json(found)?,
    }
    Ok(())
}

/// A rate that was not confirmed is not one to rely on; where the generator was the limit, only the strict mind.
fn code_of(found: &Found, strict: bool) -> u8 {
    use tpp::bench::search::Limit;
    match (found.rate, found.limit) {
        (_, Limit::Law) => exit::AUDIT,
        (None, Limit::Server) => exit::THRESHOLD,
        (None, _) => exit::NOT_VALID,
        (Some(_), Limit::Server | Limit::Scenario) if found.confirmed => exit::OK,
        (Some(_), _) if found.confirmed && !strict => exit::OK,
        (Some(_), _) => exit::NOT_VALID,
    }
}
