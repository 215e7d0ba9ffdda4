//! `tpp ceiling --generator`: how much load the whole generator makes against an endpoint that costs next to nothing.
//! Must not measure a sale: every order is taken, none is kept.

use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering, mpsc},
    thread,
    time::Duration,
};

use anyhow::Context as _;
use serde::Serialize;
use tokio::sync::watch;
use tpp::{
    bench::{
        accounts::Accounts,
        child::PrivateFolder,
        closed_loop::{self, Loop},
        floor::{Ground, Pulse},
        hall::{Hall, HallCategory},
        machine::{self, Machine},
        quantity::{Rate, Span},
        runner::{self, Performed, Play},
        scenario::{Phase, Scenario, Spacing},
        schedule::Schedule,
        witness::View,
    },
    client::http1::Target,
    domain::{
        ids::{CategoryId, ProgramId, TicketUserId, UserId},
        money::Cents,
    },
    wire::admin::AccountsMade,
};

use super::{BARE_PATH, Bare};
use crate::output;

/// Buyers that only submit, with everything on that a run has: schedule, journal, three histograms, series.
const SALE: &str = r#"
name = "generator"
about = "buyers submit as fast as connections allow to an endpoint that takes every order"
version = 3
saturate = true
[dataset]
accounts = 10000
categories = [{ name = "all", price = "1", rows = 1, seats_per_row = 1 }]
[[phases]]
arrival = "constant"
rate = 1
duration = "1s"
[[buyers]]
name = "submitter"
"#;
/// Longest look at the closed loop, which the rate is read against.
const LOOP_MAX: Duration = Duration::from_secs(3);
/// How much more arrives than the closed loop could take, so that the schedule is never the limit.
const OVERLOAD: f64 = 1.3;
/// How often it is looked whether the first buyer has been let go.
const START_LOOK: Duration = Duration::from_millis(5);
/// How often memory is read.
const MEMORY_LOOK: Duration = Duration::from_secs(60);

/// How to drive it.
#[derive(Debug, Clone)]
pub struct Drive {
    /// Worker threads.
    pub workers: usize,
    /// Connections over all workers.
    pub connections: usize,
    /// For how long.
    pub duration: Duration,
    /// The bare endpoint; one of our own when absent.
    pub url: Option<String>,
}

/// What the generator can do at most.
#[derive(Debug, Serialize)]
pub struct Generated {
    /// Layout of this value.
    schema: &'static str,
    /// Requests answered per second by the whole runner.
    requests_per_s: f64,
    /// The same of a loop that does nothing but send and receive.
    closed_loop_per_s: f64,
    /// The first as a share of the second.
    share_of_closed_loop: f64,
    /// Requests in all, and those without an answer.
    requests: u64,
    failed: u64,
    /// For how long buyers were let go.
    length_s: f64,
    /// CPU time of the generator for each request.
    cpu_us_per_request: Option<f64>,
    /// Resident memory when the first buyer was let go, each minute, and at the end.
    rss_bytes: Vec<u64>,
    workers: usize,
    connections: usize,
    machine: Machine,
}

/// Measures until the time is up or `stop` turns true. Blocks.
pub fn measure(drive: &Drive, stop: &watch::Sender<bool>) -> anyhow::Result<Generated> {
    let bare = drive.url.is_none().then(Bare::start).transpose()?;
    let url = bare.as_ref().map(|bare| bare.url().to_owned()).or_else(|| drive.url.clone());
    let target = Target::resolve(&url.unwrap_or_default())?;
    let Drive { workers, connections, .. } = *drive;
    let bare_loop = Loop { workers, connections, duration: drive.duration.min(LOOP_MAX) };
    let closed_loop_per_s =
        closed_loop::answers_per_s(&target, BARE_PATH, bare_loop).context("failed to drive the bare endpoint")?;
    let ground = Arc::new(ground(target, drive, closed_loop_per_s * OVERLOAD)?);
    let played = perform(ground, drive, stop)?;
    let (requests, failed) = played.performed.tally.requests();
    let length_s = played.performed.length_us as f64 / 1e6;
    let requests_per_s = (requests - failed) as f64 / length_s;
    Ok(Generated {
        schema: "generator-1",
        requests_per_s,
        closed_loop_per_s,
        share_of_closed_loop: requests_per_s / closed_loop_per_s,
        requests,
        failed,
        length_s,
        cpu_us_per_request: played.cpu_s.map(|cpu_s| cpu_s * 1e6 / requests.max(1) as f64),
        rss_bytes: played.rss_bytes,
        workers,
        connections,
        machine: Machine::read(),
    })
}

/// For people.
pub fn table(told: &Generated) -> String {
    let mut table = output::table(&["the generator, against a bare endpoint", "measured"]);
    table.add_row(["requests per second", &format!("{:.0}", told.requests_per_s)]);
    table.add_row(["the closed loop, which only sends and receives", &format!("{:.0}", told.closed_loop_per_s)]);
    table.add_row(["share of the closed loop", &format!("{:.2}", told.share_of_closed_loop)]);
    table.add_row(["requests, and those without an answer", &format!("{}, {}", told.requests, told.failed)]);
    if let Some(cpu_us) = told.cpu_us_per_request {
        table.add_row(["CPU of the generator for a request", &format!("{cpu_us:.1} µs")]);
    }
    let mib: Vec<String> = told.rss_bytes.iter().map(|bytes| format!("{}", bytes >> 20)).collect();
    table.add_row(["memory in MiB: at the start, each minute, at the end", &mib.join(" ")]);
    output::align_right(&mut table, &[1]);
    let Generated { workers, connections, length_s, machine, .. } = told;
    format!(
        "{table}\n{workers} workers, {connections} connections, {length_s:.1} s; {} × {}, {}, tpp {} ({})",
        machine.cpus, machine.cpu, machine.kernel, machine.tpp, machine.build
    )
}

struct Watched {
    performed: Performed,
    rss_bytes: Vec<u64>,
    cpu_s: Option<f64>,
}

/// Plays until the time is up, reading memory meanwhile.
fn perform(ground: Arc<Ground>, drive: &Drive, stop: &watch::Sender<bool>) -> anyhow::Result<Watched> {
    let folder = PrivateFolder::make().context("failed to make a temporary folder")?;
    let pulse = Arc::<Pulse>::default();
    let play = Play {
        workers: drive.workers,
        connections: drive.connections,
        journal: folder.path().join("journal"),
        pulse: pulse.clone(),
        stop: stop.subscribe(),
    };
    let (done, ended) = mpsc::sync_channel(1);
    let playing = thread::spawn(move || done.send(runner::perform(&ground, &play)).unwrap_or(()));
    // The schedule is counted first, which takes a while for many buyers.
    while pulse.released.load(Ordering::Relaxed) == 0 && !playing.is_finished() {
        thread::park_timeout(START_LOOK);
    }
    let (mut rss_bytes, cpu_before) = (Vec::new(), machine::cpu_s());
    let mut left = drive.duration;
    let performed = loop {
        rss_bytes.push(machine::rss_bytes());
        let look = left.min(MEMORY_LOOK);
        match ended.recv_timeout(look) {
            Ok(performed) => break performed,
            Err(mpsc::RecvTimeoutError::Timeout) if left > look => left -= look,
            Err(_) => {
                stop.send_replace(true);
                break ended.recv().context("failed to play: a thread ended")?;
            }
        }
    };
    rss_bytes.push(machine::rss_bytes());
    let cpu_s = machine::cpu_s().zip(cpu_before).map(|(after, before)| after - before);
    Ok(Watched { performed: performed?, rss_bytes, cpu_s })
}

/// A hall that is never looked at, accounts that nobody made, and more buyers than can be served.
fn ground(target: Target, drive: &Drive, arrivals_per_s: f64) -> anyhow::Result<Ground> {
    let mut scenario = Scenario::parse(SALE)?;
    let (rate, duration) = (Rate(arrivals_per_s), Span(drive.duration));
    scenario.phases = vec![Phase::Constant { rate, duration, spacing: Spacing::Poisson }];
    scenario.connections = drive.connections;
    let reason = "small numbers are ids";
    let category = HallCategory {
        id: CategoryId::new(1).expect(reason),
        name: "all".to_owned(),
        price: Cents(100),
        seats: 1,
        rows: Vec::new(),
    };
    let hall = Hall {
        program: ProgramId::new(1_000_001).expect(reason),
        title: scenario.name.clone(),
        per_order_limit: 6,
        per_account_limit: 6,
        real_name: false,
        categories: vec![category],
    };
    let accounts = AccountsMade {
        first_user_id: UserId::new(1_000_000_007).expect(reason),
        first_ticket_user_id: TicketUserId::new(2_000_000_007).expect(reason),
        ticket_users_each: 1,
        tokens: (0..scenario.dataset.accounts).map(|at| format!("a-token-of-usual-length-{at:016}")).collect(),
    };
    let schedule = Schedule::draw(&scenario, &hall, scenario.seed);
    let seed = scenario.seed;
    let (accounts, view) = (Accounts::Made(accounts), View::Operator);
    Ok(Ground { target, scenario, hall, accounts, view, earlier: HashSet::new(), schedule, seed })
}
