//! One run from beginning to end: stage, play, wait until the server has settled, audit, report.
//! Must not start a server or print.

mod assembly;
mod usage;

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

use assembly::Evidence;
use tokio::sync::watch;
use usage::Clocks;

use crate::{
    bench::{
        child::PrivateFolder,
        floor::{Ground, Pulse},
        journal::Journal,
        report::{
            self, Report,
            figures::QueueSeen,
            judgement::{self, Circumstances},
        },
        runner::{self, Play, PlayError, Played},
        scenario::Scenario,
        series::Series,
        stage::{self, Playing, StageError},
        tally::Tally,
        verdict::{self, Case},
        watcher::{Seen, Watcher, wall_ms},
    },
    client::{Client, ClientError},
    domain::ids::OrderNumber,
    wire::{
        admin::{Environment, OrderLine, ProgramLine},
        api::OrderState,
    },
};

/// Name of the journal in the folder that it is written to.
const JOURNAL: &str = "journal";
/// How often the server is looked at while it settles.
const SETTLE_LOOK: Duration = Duration::from_millis(10);
/// How long the queue may take to drain after the last buyer has left.
const DRAIN_MAX: Duration = Duration::from_secs(60);
/// How much longer than a hold the last seats may take to come back.
const EXPIRY_GRACE: Duration = Duration::from_secs(15);
/// Holds longer than this are not waited for.
const HOLD_WAITED_MAX: Duration = Duration::from_secs(60);

/// How long a run that is broken off may take to settle and be audited before it is given up.
pub const SETTLED_AFTER_STOP_MAX: Duration = Duration::from_secs(30);

/// What a run is told from outside.
#[derive(Debug)]
pub struct Settings {
    /// The scenario, scaled, with the version to play.
    pub scenario: Scenario,
    /// Its text, for the digest.
    pub text: String,
    /// What to play on.
    pub playing: Playing,
    /// Seed of the schedule.
    pub seed: u64,
    /// Size relative to the file.
    pub scale: f64,
    /// Worker threads.
    pub workers: usize,
    /// Look at the laws afterwards.
    pub audit: bool,
    /// See [`Circumstances::strict`].
    pub strict: bool,
    /// Answers per second of a bare endpoint on this machine, where it was measured.
    pub ceiling_per_s: Option<f64>,
}

/// A run and everything that its figures were made of.
#[derive(Debug)]
pub struct Rehearsed {
    /// The run.
    pub report: Report,
    /// Full histograms.
    pub tally: Tally,
    /// The run over time.
    pub series: Series,
    /// What every buyer was told.
    pub journal: Journal,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// The stage could not be set.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// The server said no or went away.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// No connection could be opened.
    #[error("cannot reach {0}: {1}")]
    Unreachable(String, std::io::Error),
    /// What buyers were told could not be kept; the run was broken off.
    #[error(transparent)]
    Journal(PlayError),
}

/// Whoever watches hears what is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Program and accounts are made.
    Staging,
    /// Buyers come; this many in all.
    Playing(u64),
    /// The queue drains, holds expire.
    Settling,
    /// The laws are looked at.
    Auditing,
}

/// Runs it.
///
/// # Errors
/// When the server cannot be reached or refuses what every run needs.
///
/// # Panics
/// When a worker thread does.
pub async fn rehearse(
    client: &Client,
    settings: Settings,
    pulse: Arc<Pulse>,
    stop: watch::Receiver<bool>,
    acts: impl Fn(Act),
) -> Result<Rehearsed, RehearsalError> {
    acts(Act::Staging);
    let before = client.environment().await?;
    let ground = stage::set(client, settings.scenario.clone(), &settings.playing, settings.seed).await?;
    let ground = Arc::new(ground);
    acts(Act::Playing(ground.schedule.buyers()));
    let folder = PrivateFolder::make().map_err(|e| RehearsalError::Journal(PlayError::Journal(JOURNAL.into(), e)))?;
    let (halt, halted) = watch::channel(false);
    let play = Play {
        journal: folder.path().join(JOURNAL),
        workers: settings.workers,
        connections: ground.scenario.connections,
        pulse: pulse.clone(),
        stop: halted.clone(),
    };
    let began = Clocks::read(client).await;
    let (played, mut seen) = play_watched(client, &ground, play, (&halt, &stop)).await?;
    let usage = Clocks::read(client).await.since(&began);
    acts(Act::Settling);
    drain(client, &mut seen.queue).await?;
    let server = client.environment().await?;
    let program = settled(client, &ground, &halted).await?;
    let orders = client.all_orders(ground.hall.program).await?;
    let server = Environment { cpu_s: server.cpu_s - before.cpu_s, ..server };
    let series = pulse.series.lock().expect("nobody panics while it is held").clone();
    let interrupted = *stop.borrow();
    let mut report = Evidence {
        settings: &settings,
        ground: &ground,
        pulse: &pulse,
        played: &played,
        seen: &seen,
        series: &series,
        usage,
        orders: &orders,
        program: &program,
        url: client.url(),
        interrupted,
    }
    .report(server);
    if settings.audit {
        acts(Act::Auditing);
        report.audit = Some(audit(client, &ground, &played.journal, &orders, &program).await?);
    }
    let circumstances = Circumstances { interrupted, strict: settings.strict };
    (report.verdict, report.reasons) = judgement::verdict(&report, circumstances);
    let Played { journal, tally, .. } = played;
    Ok(Rehearsed { report, tally, series, journal })
}

/// Plays on threads of their own, watched, until all is played, or `stop` says so, or a rule of `abort_on_fail`.
async fn play_watched(
    client: &Client,
    ground: &Arc<Ground>,
    play: Play,
    (halt, stop): (&watch::Sender<bool>, &watch::Receiver<bool>),
) -> Result<(Played, Seen), RehearsalError> {
    let pulse = play.pulse.clone();
    let playground = ground.clone();
    let playing = tokio::task::spawn_blocking(move || runner::play(&playground, &play));
    let mut stop = stop.clone();
    let stopped = async {
        // A sender that is gone can no longer stop the run.
        if stop.wait_for(|&stop| stop).await.is_ok() {
            halt.send_replace(true);
        }
        std::future::pending::<Infallible>().await
    };
    let playing = async {
        tokio::select! {
            played = playing => played.expect("a worker does not panic"),
            never = stopped => match never {},
        }
    };
    let watcher = Watcher { client, ground, pulse: &pulse };
    let (played, seen) = watcher.until(playing, halt).await;
    let played = played.map_err(|error| match error {
        PlayError::Unreachable(error) => RehearsalError::Unreachable(client.url().to_owned(), error),
        error @ PlayError::Journal(..) => RehearsalError::Journal(error),
    });
    Ok((played?, seen))
}

/// Waits until the queue is empty, or says by its last entry that it is not.
async fn drain(client: &Client, seen: &mut Vec<QueueSeen>) -> Result<(), ClientError> {
    let deadline = Instant::now() + DRAIN_MAX;
    loop {
        let depth = client.queue().await?.depth;
        seen.push((wall_ms(), depth));
        if depth == 0 || Instant::now() > deadline {
            return Ok(());
        }
        tokio::time::sleep(SETTLE_LOOK).await;
    }
}

/// The program once short holds have ended; of a run that was broken off, at once.
async fn settled(client: &Client, ground: &Ground, stop: &watch::Receiver<bool>) -> Result<ProgramLine, ClientError> {
    let hold = ground.scenario.hold.map(|span| span.0).filter(|hold| *hold <= HOLD_WAITED_MAX);
    let deadline = Instant::now() + hold.map_or(Duration::ZERO, |hold| hold + EXPIRY_GRACE);
    loop {
        let program = client.program(ground.hall.program).await?;
        if program.held == 0 || Instant::now() >= deadline || *stop.borrow() {
            return Ok(program);
        }
        tokio::time::sleep(SETTLE_LOOK * 10).await;
    }
}

async fn audit(
    client: &Client,
    ground: &Ground,
    journal: &Journal,
    orders: &[OrderLine],
    program: &ProgramLine,
) -> Result<report::Audit, ClientError> {
    let mut missing: HashMap<OrderNumber, Option<OrderState>> = HashMap::new();
    for (order, account) in verdict::missing(journal, orders) {
        let state = match client.progress(order, ground.token(account)).await {
            Ok(progress) => Some(progress.state),
            Err(ClientError::Refused { .. } | ClientError::NotUnderstood { .. }) => None,
            Err(error) => return Err(error),
        };
        missing.insert(order, state);
    }
    let findings = verdict::judge(&Case { ground, journal, orders, program, missing: &missing });
    let server = client.audit(Some(ground.hall.program)).await?;
    Ok(judgement::audit(&server, findings, orders.len() as u64, journal.told.len() as u64))
}

#[cfg(test)]
mod tests;
