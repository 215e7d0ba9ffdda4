//! `tpp bench`: which sale, against which server, and how the result is told.
//! Must not play or judge: `tpp::bench` does.

mod against;
mod campaign;
mod check;
mod compare;
mod find_max;
mod list;
mod outputs;
mod progress;
mod server;
mod versions;
mod watch;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch::{self as flag, Receiver},
    task::JoinHandle,
};
use tpp::{
    bench::{
        floor::Pulse,
        machine,
        rehearsal::{self, RehearsalError, Rehearsed, Settings},
        scenario::{CONNECTIONS_MAX, Scenario, ScenarioError},
        shipped,
        stage::{Playing, StageError},
    },
    client::{Client, ClientError},
    domain::ids::ProgramId,
    tui::bench_view::Subject,
};

use self::watch::{Watched, Watcher};
use crate::exit::ConfigError;

/// What to play, where, and what to make of it.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    subcommand_help_heading = "Beside playing"
)]
#[command(
    after_help = "A word that is both a scenario and one of the commands above is the command; write ./check to play \
    a file of that name.\n\
    Exit codes: 0 passed, 3 scenario not valid or runs not comparable, 4 server not reachable, 10 mark missed, \
    11 slower than what it is compared with, 12 a law is broken, 13 the load generator was the limit or the machine noisy \
    (with thresholds or --strict), 130 interrupted"
)]
pub struct BenchArgs {
    #[command(subcommand)]
    beside: Option<Beside>,
    /// A scenario that comes with the program (tpp bench list), or a file
    #[arg(default_value = shipped::DEFAULT, help_heading = "Sale")]
    scenario: String,
    /// Order version that buyers use: 1, 2, 3, 4 or mixed; several, as in 1,2,3,4, or all are played in turns; the
    /// scenario's own when absent
    #[arg(long, value_name = "N", value_delimiter = ',', help_heading = "Sale")]
    version: Vec<versions::Versions>,
    /// Seed of the schedule; the scenario's own when absent
    #[arg(long, help_heading = "Sale")]
    seed: Option<u64>,
    /// Size of the sale relative to the scenario: buyers, accounts, rows and expected numbers
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = factor, help_heading = "Sale")]
    scale: f64,
    /// Play on the largest program of this list instead of the scenario's hall; its expectations are left out
    #[arg(long, value_name = "FILE", help_heading = "Sale")]
    programs: Option<PathBuf>,
    /// Play on this program of the list, or of the server at --url
    #[arg(long, value_name = "ID", help_heading = "Sale")]
    program: Option<ProgramId>,
    /// Most open connections; the scenario's own when absent
    #[arg(long, value_name = "N", value_parser = connections, help_heading = "Load")]
    connections: Option<usize>,
    /// Threads that drive the load; half of the machine's CPUs when absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Load")]
    workers: Option<u16>,
    #[command(flatten)]
    server: server::ServerArgs,
    #[command(flatten)]
    outputs: outputs::OutputArgs,
    #[command(flatten)]
    watch: watch::WatchArgs,
    /// How the result is told: for people, or as docs/schema/bench-1.json describes it
    #[arg(long, default_value = "human", help_heading = "Result")]
    output: Output,
    /// Do not look at the laws afterwards
    #[arg(long, help_heading = "Result")]
    no_audit: bool,
    /// Do not measure what this machine can do at most
    #[arg(long, help_heading = "Result")]
    no_ceiling: bool,
    /// End with 13 when the load generator was the limit, or nobody can tell, even without thresholds
    #[arg(long, help_heading = "Result")]
    strict: bool,
    /// Trust a run although other programs used the machine: for shared machines, where little else can be had
    #[arg(long, help_heading = "Result")]
    allow_noise: bool,
    #[command(flatten)]
    comparison: against::ComparisonArgs,
    #[command(flatten)]
    search: find_max::SearchArgs,
}

/// What else can be done with scenarios and results.
#[derive(Debug, Subcommand)]
enum Beside {
    /// Compare runs of two files: is the second slower?
    Compare(compare::CompareArgs),
    /// Say whether scenario files are valid, and what they would play
    Check(check::CheckArgs),
    /// List the scenarios that come with the program
    List(list::ListArgs),
}

/// Who reads the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// People
    Human,
    /// Scripts: one document a run; see docs/schema/bench-1.json
    Json,
}

/// A run that is to be played.
#[derive(Debug)]
struct Run<'a> {
    /// Scaled, with the version to play.
    scenario: Scenario,
    /// Its text.
    text: &'a str,
    /// Against which server.
    house: server::House,
    /// Measured once for all runs.
    ceiling_per_s: Option<f64>,
    /// Which of how many, from 1.
    turn: (usize, usize),
    /// Turns true when it is to be broken off.
    stopped: Receiver<bool>,
    /// For whoever watches.
    pulse: Arc<Pulse>,
    /// Where its journal is kept, if it is.
    journal: Option<PathBuf>,
}

impl BenchArgs {
    /// How often every version is played on every engine.
    fn rounds(&self) -> usize {
        self.comparison.rounds()
    }
}

/// Plays, judges and tells.
pub fn run(args: BenchArgs) -> anyhow::Result<u8> {
    match &args.beside {
        Some(Beside::Compare(args)) => return compare::run(args),
        Some(Beside::Check(args)) => return check::run(args),
        Some(Beside::List(args)) => return list::run(args),
        None => {}
    }
    let (scenario, text) = scenario(&args)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("failed to start the runtime")?;
    runtime.block_on(async {
        let (interrupts, stopped) = hear_interrupts().context("failed to listen for signals")?;
        let code = if args.search.find_max {
            find_max::run(&args, &scenario, &text, stopped).await
        } else {
            campaign::run(&args, &scenario, &text, stopped).await
        };
        interrupts.abort();
        code
    })
}

/// The scenario with what the command line says otherwise, and its text.
fn scenario(args: &BenchArgs) -> anyhow::Result<(Scenario, String)> {
    let (mut scenario, text) = load(&args.scenario).map_err(ConfigError)?;
    if let Some(list) = &args.programs {
        scenario = scenario.on_programs(list.clone(), args.program.map(ProgramId::get));
    } else if args.program.is_some() && !args.server.is_given() {
        return Err(ConfigError("--program needs --programs FILE or --url".to_owned()).into());
    }
    scenario = scenario.scaled(args.scale);
    scenario.connections = args.connections.unwrap_or(scenario.connections);
    Ok((scenario, text))
}

/// A shipped scenario, or one in a file, and its text.
fn load(name: &str) -> Result<(Scenario, String), String> {
    let text = match shipped::text(name) {
        Some(text) => text.to_owned(),
        None => std::fs::read_to_string(name).map_err(|e| {
            let shipped: Vec<&str> = shipped::SHIPPED.iter().map(|(name, _)| *name).collect();
            format!("failed to read the scenario {name}: {e}; shipped are {}", shipped.join(", "))
        })?,
    };
    let folder = Path::new(name).parent().unwrap_or(Path::new(""));
    let refused = |ScenarioError(reason)| format!("the scenario {name} is not valid: {reason}");
    Ok((Scenario::load(&text, folder).map_err(refused)?, text))
}

async fn play(args: &BenchArgs, run: Run<'_>) -> anyhow::Result<Rehearsed> {
    let Run { scenario, text, house, ceiling_per_s, turn, stopped, pulse, journal } = run;
    let own = !args.server.is_given();
    let playing = args.server.playing(&scenario, args.program, || playing(args, &scenario, own))?;
    let stage = args.server.open(&scenario, house).await?;
    let seed = args.seed.unwrap_or(scenario.seed);
    let settings = Settings {
        scenario,
        text: text.to_owned(),
        playing,
        seed,
        scale: args.scale,
        workers: args.workers.map_or_else(machine::default_workers, usize::from),
        audit: !args.no_audit,
        journal,
        strict: args.strict,
        allow_noise: args.allow_noise,
        ceiling_per_s,
    };
    let subject = Subject {
        name: format!("{} {}", settings.scenario.name, settings.scenario.version),
        about: settings.scenario.about.clone(),
        run: turn,
    };
    let watched = args.watch.watched(subject, args.output == Output::Human);
    let rehearsed = rehearse(stage.client(), settings, watched, pulse, stopped).await;
    let closed = tokio::task::spawn_blocking(move || stage.close()).await.context("failed to end the server")?;
    let rehearsed = rehearsed?;
    closed.context("failed to end the server")?;
    Ok(rehearsed)
}

/// Turns true at Ctrl-C or SIGTERM, for as long as the task lives.
fn hear_interrupts() -> std::io::Result<(JoinHandle<()>, Receiver<bool>)> {
    let (stop, stopped) = flag::channel(false);
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
    watched: Watched,
    pulse: Arc<Pulse>,
    stopped: Receiver<bool>,
) -> anyhow::Result<Rehearsed> {
    let watcher = Watcher::start(pulse.clone(), watched);
    let mut second = stopped.clone();
    // Waiting for a server that hangs can be broken off as well, but then there is nothing to report.
    let broken_off = async {
        if second.wait_for(|&stop| stop).await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(rehearsal::SETTLED_AFTER_STOP_MAX).await;
    };
    tokio::select! {
        rehearsed = rehearsal::rehearse(client, settings, pulse, stopped, |act| watcher.act(act)) => {
            rehearsed.map_err(explain)
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
