//! `tpp bench`: which sale, against which server, and how the result is told.
//! Must not play or judge: `tpp::bench` does.

mod outputs;
mod progress;
mod server;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinHandle,
};
use tpp::{
    bench::{
        floor::Pulse,
        machine,
        quantity::VersionChoice,
        rehearsal::{self, RehearsalError, Rehearsed, Settings},
        report::{Report, Verdict, comparison, human, json},
        scenario::{CONNECTIONS_MAX, Scenario, ScenarioError},
        shipped,
        stage::{Playing, StageError},
    },
    client::{Client, ClientError},
    domain::ids::ProgramId,
};

use self::outputs::{Outputs, Recorder};
use crate::{
    ceiling,
    exit::{self, ConfigError},
    output,
};

/// What to play, where, and what to make of it.
#[derive(Debug, Args)]
#[command(after_help = "Scenarios that come with the program: smoke, flash_sale, slow_payers, retries, seat_map, \
    hot_category, mixed_versions, accept_rate, thundering_reload, bot_attack, retry_storm, slow_clients, two_waves, \
    steady_day, breaking_point.\n\
    Exit codes: 0 passed, 3 scenario not valid, 4 server not reachable, 10 mark missed, 12 a law is broken, \
    13 the load generator was the limit (with thresholds or --strict), 130 interrupted")]
pub struct BenchArgs {
    /// A scenario that comes with the program, or a file
    #[arg(default_value = shipped::DEFAULT)]
    scenario: String,
    /// Order version that buyers use: 1, 2, 3, 4 or mixed; several, as in 1,2,3,4, are played one after another; the
    /// scenario's own when absent
    #[arg(long, value_name = "N", value_delimiter = ',')]
    version: Vec<VersionChoice>,
    /// Seed of the schedule; the scenario's own when absent
    #[arg(long)]
    seed: Option<u64>,
    /// Size of the sale relative to the scenario: buyers, accounts, rows and expected numbers
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = factor)]
    scale: f64,
    /// Most open connections; the scenario's own when absent
    #[arg(long, value_name = "N", value_parser = connections)]
    connections: Option<usize>,
    /// Threads that drive the load; half of the machine's CPUs when absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    workers: Option<u16>,
    /// Play on the largest program of this list instead of the scenario's hall; its expectations are left out
    #[arg(long, value_name = "FILE")]
    programs: Option<PathBuf>,
    /// Play on this program of the list, or of the server at --url
    #[arg(long, value_name = "ID")]
    program: Option<ProgramId>,
    /// How the result is told: for people, or as docs/schema/bench-1.json describes it
    #[arg(long, default_value = "human")]
    output: Output,
    /// Do not look at the laws afterwards
    #[arg(long)]
    no_audit: bool,
    /// Do not measure what this machine can do at most
    #[arg(long)]
    no_ceiling: bool,
    /// End with 13 when the load generator was the limit, even without thresholds
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    server: server::ServerArgs,
    #[command(flatten)]
    outputs: outputs::OutputArgs,
}

/// Who reads the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// People
    Human,
    /// Scripts: one document a run; see docs/schema/bench-1.json
    Json,
}

/// Plays, judges and tells.
pub fn run(args: BenchArgs) -> anyhow::Result<u8> {
    let (scenario, text) = scenario(&args)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("failed to start the runtime")?;
    let versions = if args.version.is_empty() { vec![scenario.version] } else { args.version.clone() };
    let mut outputs = args.outputs.open()?;
    let mut reports = Vec::with_capacity(versions.len());
    let play_all = || -> anyhow::Result<()> {
        for version in versions {
            let scenario = Scenario { version, ..scenario.clone() };
            let (recorder, rehearsed) = runtime.block_on(play(&args, scenario, text.clone(), &mut outputs))?;
            tell(&args, &rehearsed.report, reports.is_empty())?;
            reports.push(rehearsed.report.clone());
            outputs.keep(recorder, rehearsed)?;
            if reports.last().is_some_and(|report| report.verdict == Verdict::Interrupted) {
                break;
            }
        }
        Ok(())
    };
    let played = play_all();
    // What was played before an error is told all the same.
    outputs.close()?;
    played?;
    if reports.len() > 1 && args.output == Output::Human {
        output::say(&format!("\n{}", comparison::text(&reports).trim_end()))?;
    }
    Ok(worst(&reports))
}

fn tell(args: &BenchArgs, report: &Report, first: bool) -> anyhow::Result<()> {
    let told = match args.output {
        Output::Human => human::text(report),
        Output::Json => json::text(report),
    };
    let gap = if first || args.output == Output::Json { "" } else { "\n" };
    output::say(&format!("{gap}{}", told.trim_end()))?;
    Ok(())
}

/// Correctness outranks validity, validity outranks speed; a run that was broken off says so in any case.
fn worst(reports: &[Report]) -> u8 {
    let ranked = [Verdict::AuditFailed, Verdict::Interrupted, Verdict::NotValid, Verdict::MarkMissed, Verdict::Passed];
    let worst = ranked.into_iter().find(|verdict| reports.iter().any(|report| report.verdict == *verdict));
    match worst.unwrap_or(Verdict::Passed) {
        Verdict::Passed => exit::OK,
        Verdict::MarkMissed => exit::THRESHOLD,
        Verdict::NotValid => exit::NOT_VALID,
        Verdict::AuditFailed => exit::AUDIT,
        Verdict::Interrupted => exit::INTERRUPTED,
    }
}

/// The scenario with what the command line says otherwise, and its text.
fn scenario(args: &BenchArgs) -> anyhow::Result<(Scenario, String)> {
    let name = &args.scenario;
    let text = match shipped::text(name) {
        Some(text) => text.to_owned(),
        None => std::fs::read_to_string(name).map_err(|e| {
            let shipped: Vec<&str> = shipped::SHIPPED.iter().map(|(name, _)| *name).collect();
            ConfigError(format!("failed to read the scenario {name}: {e}; shipped are {}", shipped.join(", ")))
        })?,
    };
    let refused = |ScenarioError(reason)| ConfigError(format!("the scenario {name} is not valid: {reason}"));
    let folder = Path::new(name).parent().unwrap_or(Path::new(""));
    let mut scenario = Scenario::load(&text, folder).map_err(refused)?;
    if let Some(list) = &args.programs {
        scenario = scenario.on_programs(list.clone(), args.program.map(ProgramId::get));
    } else if args.program.is_some() && !args.server.is_given() {
        return Err(ConfigError("--program needs --programs FILE or --url".to_owned()).into());
    }
    scenario = scenario.scaled(args.scale);
    scenario.connections = args.connections.unwrap_or(scenario.connections);
    Ok((scenario, text))
}

async fn play(
    args: &BenchArgs,
    scenario: Scenario,
    text: String,
    outputs: &mut Outputs<'_>,
) -> anyhow::Result<(Recorder, Rehearsed)> {
    let (interrupts, stopped) = hear_interrupts().context("failed to listen for signals")?;
    let workers = args.workers.map_or_else(machine::default_workers, usize::from);
    let own = !args.server.is_given();
    let ceiling_per_s = if own && !args.no_ceiling {
        let probe = ceiling::http_quick(scenario.connections.min(64), workers).await;
        Some(probe.context("failed to measure the machine's ceiling")?)
    } else {
        None
    };
    let playing = args.server.playing(&scenario, args.program, || playing(args, &scenario, own))?;
    let stage = args.server.open(&scenario).await?;
    let seed = args.seed.unwrap_or(scenario.seed);
    let settings = Settings {
        scenario,
        text,
        playing,
        seed,
        scale: args.scale,
        workers,
        audit: !args.no_audit,
        strict: args.strict,
        ceiling_per_s,
    };
    let pulse = Arc::new(Pulse::default());
    let label = format!("{}-{}", settings.scenario.version, args.server.engine());
    let recorder = outputs.begin(&label, &pulse)?;
    let rehearsed = rehearse(stage.client(), settings, pulse, stopped).await;
    interrupts.abort();
    let closed = tokio::task::spawn_blocking(move || stage.close()).await.context("failed to end the server")?;
    let rehearsed = rehearsed?;
    closed.context("failed to end the server")?;
    Ok((recorder, rehearsed))
}

/// Turns true at Ctrl-C or SIGTERM, for as long as the task lives.
fn hear_interrupts() -> std::io::Result<(JoinHandle<()>, watch::Receiver<bool>)> {
    let (stop, stopped) = watch::channel(false);
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let task = tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        stop.send_replace(true);
        stop.closed().await;
    });
    Ok((task, stopped))
}

async fn rehearse(
    client: &Client,
    settings: Settings,
    pulse: Arc<Pulse>,
    stopped: watch::Receiver<bool>,
) -> anyhow::Result<Rehearsed> {
    let watcher = progress::Watcher::start(pulse.clone());
    let mut second = stopped.clone();
    // Waiting for a server that hangs can be broken off as well, but then there is nothing to report.
    let broken_off = async {
        if second.wait_for(|&stop| stop).await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(rehearsal::SETTLED_AFTER_STOP_MAX).await;
    };
    tokio::select! {
        report = rehearsal::rehearse(client, settings, pulse, stopped, |act| watcher.act(act)) => {
            report.map_err(explain)
        }
        () = broken_off => anyhow::bail!("interrupted, and the server did not settle in time"),
    }
}

fn playing(args: &BenchArgs, scenario: &Scenario, own: bool) -> Playing {
    match args.program {
        Some(id) if args.programs.is_none() => Playing::Present(id),
        _ => {
            let folder = Path::new(&args.scenario).parent().filter(|_| args.programs.is_none());
            // On a server that is not ours the program must not meet another one's id.
            let id = if own { 1 } else { server::wall_ms() };
            Playing::of(&scenario.dataset, folder.unwrap_or(Path::new("")), id)
        }
    }
}

/// The cause that decides the exit code, without the layers around it.
fn explain(error: RehearsalError) -> anyhow::Error {
    match error {
        RehearsalError::Client(error) | RehearsalError::Stage(StageError::Client(error)) => error.into(),
        RehearsalError::Unreachable(url, cause) => ClientError::Unreachable { url, cause: cause.to_string() }.into(),
        RehearsalError::Stage(error) => ConfigError(error.to_string()).into(),
        error @ RehearsalError::Journal(_) => error.into(),
    }
}

fn factor(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(factor) if factor > 0.0 && factor <= 100.0 => Ok(factor),
        _ => Err("write a number above 0 and up to 100".to_owned()),
    }
}

fn connections(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if (1..=CONNECTIONS_MAX).contains(&number) => Ok(number),
        _ => Err(format!("write a number from 1 to {CONNECTIONS_MAX}")),
    }
}
