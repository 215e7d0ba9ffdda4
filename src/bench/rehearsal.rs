//! One run from beginning to end: stage, play, wait until the server has settled, audit, report.
//! Must not start a server or print.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use tokio::sync::watch;

use crate::{
    bench::{
        child::PrivateFolder,
        floor::{Ground, Pulse},
        journal::Journal,
        machine::{self, Machine},
        report::{
            self, Fairness, Repeats, Report, Resale, SCHEMA, Standing, Validity, Verdict, figures,
            figures::{Course, QueueSeen},
            judgement::{self, Circumstances},
        },
        runner::{self, Play, PlayError, Played},
        scenario::{Scenario, digest},
        series::Series,
        stage::{self, Playing, StageError},
        tally::Tally,
        verdict::{self, Case},
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
/// How often the queue is looked at while buyers play.
const QUEUE_LOOK: Duration = Duration::from_millis(25);
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
    let cpu_before = machine::cpu_s();
    let folder = PrivateFolder::make().map_err(|e| RehearsalError::Journal(PlayError::Journal(JOURNAL.into(), e)))?;
    let play = Play {
        journal: folder.path().join(JOURNAL),
        workers: settings.workers,
        connections: ground.scenario.connections,
        pulse: pulse.clone(),
        stop: stop.clone(),
    };
    let (played, mut queue) = play_watched(client, ground.clone(), play).await?;
    let cpu_s = machine::cpu_s().zip(cpu_before).map(|(after, before)| after - before);
    acts(Act::Settling);
    drain(client, &mut queue).await?;
    let server = client.environment().await?;
    let program = settled(client, &ground, &stop).await?;
    let orders = client.all_orders(ground.hall.program).await?;
    let server = Environment { cpu_s: server.cpu_s - before.cpu_s, ..server };
    let mut report = assemble(&settings, &ground, &played, &orders, &program, server);
    report.speed = speed(&played, &report.sale, &orders, &queue, settings.ceiling_per_s);
    report.generator.cpu_s = cpu_s;
    if settings.audit {
        acts(Act::Auditing);
        report.audit = Some(audit(client, &ground, &played.journal, &orders, &program).await?);
    }
    report.thresholds = judgement::thresholds(&report, &ground.scenario, &played.tally);
    report.expectations = judgement::expectations(&report, &ground.scenario);
    let circumstances = Circumstances { interrupted: *stop.borrow(), strict: settings.strict };
    (report.verdict, report.reasons) = judgement::verdict(&report, circumstances);
    let Played { journal, tally, .. } = played;
    let series = std::mem::take(&mut *pulse.series.lock().expect("nobody panics while it is held"));
    Ok(Rehearsed { report, tally, series, journal })
}

/// Plays on threads of their own, looking at the queue meanwhile.
async fn play_watched(
    client: &Client,
    ground: Arc<Ground>,
    play: Play,
) -> Result<(Played, Vec<QueueSeen>), RehearsalError> {
    let url = client.url().to_owned();
    let mut playing = tokio::task::spawn_blocking(move || runner::play(&ground, &play));
    let mut seen = Vec::new();
    loop {
        tokio::select! {
            played = &mut playing => {
                let played = played.expect("a worker does not panic");
                let played = played.map_err(|error| match error {
                    PlayError::Unreachable(error) => RehearsalError::Unreachable(url, error),
                    error @ PlayError::Journal(..) => RehearsalError::Journal(error),
                });
                return Ok((played?, seen));
            }
            () = tokio::time::sleep(QUEUE_LOOK) => {
                // A server that is too busy to say so now will be asked again.
                if let Ok(queue) = client.queue().await {
                    seen.push((wall_ms(), queue.depth));
                }
            }
        }
    }
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

fn assemble(
    settings: &Settings,
    ground: &Ground,
    played: &Played,
    orders: &[OrderLine],
    program: &ProgramLine,
    server: Environment,
) -> Report {
    let scenario = &ground.scenario;
    let sale = figures::sale(&played.journal, orders, program);
    Report {
        schema: SCHEMA,
        verdict: Verdict::Passed,
        reasons: Vec::new(),
        validity: Validity {
            standing: Standing::Valid,
            reasons: Vec::new(),
            generator_cpu_pct: None,
            server_cpu_pct: None,
            others_cpu_pct: None,
            stolen_pct: None,
            missed_connections: 0,
        },
        scenario: report::Played {
            name: scenario.name.clone(),
            about: scenario.about.clone(),
            digest: digest(&settings.text),
            version: scenario.version,
            seed: ground.seed,
            scale: settings.scale,
            program: ground.hall.title.clone(),
            buyers: ground.schedule.buyers(),
            released: played.released,
            accounts: scenario.dataset.accounts,
        },
        speed: speed(played, &sale, orders, &[], None),
        sale,
        fairness: Fairness::default(),
        repeats: Repeats::default(),
        resale: Resale::default(),
        figures: BTreeMap::new(),
        rejections: BTreeMap::clone(&played.tally.rejections),
        latency: figures::latency(&played.tally),
        generator: figures::generator(&played.tally, settings.workers, scenario.connections, scenario.saturate),
        machine: Machine::read(),
        server: Some(server),
        thresholds: Vec::new(),
        expectations: Vec::new(),
        audit: None,
    }
}

fn speed(
    played: &Played,
    sale: &report::Sale,
    orders: &[OrderLine],
    queue: &[QueueSeen],
    ceiling_per_s: Option<f64>,
) -> report::Speed {
    let Played { journal, tally, length_us, .. } = played;
    let course = Course { journal, tally, orders, capacity: sale.capacity, queue, length_us: *length_us };
    let speed = figures::speed(course);
    let share = ceiling_per_s.map(|ceiling| speed.accepted_per_s * 100.0 / ceiling);
    report::Speed { ceiling_per_s, accepted_of_ceiling_pct: share, ..speed }
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

fn wall_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}
