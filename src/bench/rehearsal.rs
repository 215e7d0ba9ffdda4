//! One run from beginning to end: stage, play, wait until the server has settled, audit, report.
//! Must not start a server or print.

mod assembly;
mod usage;

use std::{
    collections::HashMap,
    convert::Infallible,
    path::{Path, PathBuf},
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
        witness::{self, View, Witness},
    },
    client::{Client, ClientError},
    domain::ids::OrderNumber,
    wire::{
        admin::{Environment, OrderLine, ProgramLine, QueueAnswer},
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
    /// Where the journal is to be kept; absent, it is removed once the run is judged.
    pub journal: Option<PathBuf>,
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
    /// Other programs may use the machine: noise is told, and not held against the run.
    pub allow_noise: bool,
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
    let witness = Witness::of(client, &settings.playing);
    let before = witness.environment().await?;
    let ground = stage::set(client, settings.scenario.clone(), &settings.playing, settings.seed).await?;
    let ground = Arc::new(ground);
    pulse.hall.get_or_init(|| ground.hall.clone());
    acts(Act::Playing(ground.schedule.buyers()));
    let place = JournalPlace::of(settings.journal.as_deref())?;
    let (halt, halted) = watch::channel(false);
    let play = Play {
        journal: place.file.clone(),
        workers: settings.workers,
        connections: ground.scenario.connections,
        pulse: pulse.clone(),
        stop: halted.clone(),
    };
    let began = Clocks::read(witness).await;
    let (played, mut seen) = play_watched(client, witness, &ground, play, (&halt, &stop)).await?;
    let usage = Clocks::read(witness).await.since(&began);
    acts(Act::Settling);
    drain(witness, &mut seen.queue).await?;
    witness.accepted_settle(&ground, &played.journal, DRAIN_MAX).await?;
    let server = witness.environment().await?;
    let program = settled(witness, &ground, &played.journal, &halted).await?;
    let shown = witness.orders(&ground, &played.journal).await?;
    let made = shown.orders.iter().filter(|order| !ground.earlier.contains(&order.order_number));
    let orders: Vec<OrderLine> = made.cloned().collect();
    let server =
        server.zip(before).map(|(server, before)| Environment { cpu_s: server.cpu_s - before.cpu_s, ..server });
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
        report.audit = Some(audit(witness, &ground, &played.journal, &shown, &program).await?);
    }
    let circumstances = Circumstances { interrupted, strict: settings.strict };
    (report.verdict, report.reasons) = judgement::verdict(&report, circumstances);
    let Played { journal, tally, .. } = played;
    Ok(Rehearsed { report, tally, series, journal })
}

/// Where the journal is written.
struct JournalPlace {
    file: PathBuf,
    /// Removed with all that is in it when the run is over.
    _private: Option<PrivateFolder>,
}

impl JournalPlace {
    fn of(kept: Option<&Path>) -> Result<Self, RehearsalError> {
        if let Some(file) = kept {
            return Ok(Self { file: file.to_owned(), _private: None });
        }
        let failed = |e| RehearsalError::Journal(PlayError::Journal(JOURNAL.into(), e));
        let private = PrivateFolder::make().map_err(failed)?;
        Ok(Self { file: private.path().join(JOURNAL), _private: Some(private) })
    }
}

/// Plays on threads of their own, watched, until all is played, or `stop` says so, or a rule of `abort_on_fail`.
async fn play_watched(
    client: &Client,
    witness: Witness<'_>,
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
    let watcher = Watcher { operator: witness.operator(), ground, pulse: &pulse };
    let (played, seen) = watcher.until(playing, halt).await;
    let played = played.map_err(|error| match error {
        PlayError::Unreachable(error) => RehearsalError::Unreachable(client.url().to_owned(), error),
        error @ PlayError::Journal(..) => RehearsalError::Journal(error),
    });
    Ok((played?, seen))
}

/// Waits until the queue is empty, or says by its last entry that it is not. A queue that nobody sees is not waited for.
async fn drain(witness: Witness<'_>, seen: &mut Vec<QueueSeen>) -> Result<(), ClientError> {
    let deadline = Instant::now() + DRAIN_MAX;
    loop {
        let Some(QueueAnswer { depth }) = witness.queue().await? else { return Ok(()) };
        seen.push((wall_ms(), depth));
        if depth == 0 || Instant::now() > deadline {
            return Ok(());
        }
        tokio::time::sleep(SETTLE_LOOK).await;
    }
}

/// The program once short holds have ended; of a run that was broken off, at once.
async fn settled(
    witness: Witness<'_>,
    ground: &Ground,
    journal: &Journal,
    stop: &watch::Receiver<bool>,
) -> Result<ProgramLine, ClientError> {
    let hold = ground.scenario.hold.map(|span| span.0).filter(|hold| *hold <= HOLD_WAITED_MAX);
    let hold = hold.filter(|_| ground.view != View::Answers);
    let deadline = Instant::now() + hold.map_or(Duration::ZERO, |hold| hold + EXPIRY_GRACE);
    loop {
        let program = witness.program(ground, journal).await?;
        if program.held == 0 || Instant::now() >= deadline || *stop.borrow() {
            return Ok(program);
        }
        tokio::time::sleep(SETTLE_LOOK * 10).await;
    }
}

async fn audit(
    witness: Witness<'_>,
    ground: &Ground,
    journal: &Journal,
    seen: &witness::Seen,
    program: &ProgramLine,
) -> Result<report::Audit, ClientError> {
    let mut missing: HashMap<OrderNumber, Option<OrderState>> = HashMap::new();
    for (order, account) in verdict::missing(journal, &seen.orders) {
        missing.insert(order, witness.state_of(ground, order, account).await?);
    }
    let judged = verdict::judge(&Case { ground, journal, seen, program, missing: &missing });
    let server = witness.audit(ground.hall.program).await?;
    Ok(judgement::audit(server.as_ref(), judged, seen.orders.len() as u64, journal.told.len() as u64))
}

#[cfg(test)]
mod tests;
