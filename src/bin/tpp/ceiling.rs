//! `tpp ceiling`: what this machine can do at most, so that bench results can be read as a share of it.
//! Must not measure our server: a bare endpoint, a bare script and bare commits.

mod generator;
mod orders;
mod stores;

use std::{
    io::{self, Read as _},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use anyhow::Context as _;
use axum::{Json, Router, extract::State, routing::post};
use clap::{Args, ValueEnum};
use serde::Serialize;
use tokio::sync::watch;
use tpp::{
    bench::{
        child::{PrivateFolder, ServerChild, Start},
        closed_loop::{self, Loop},
        machine::{self, Machine},
    },
    client::http1::Target,
    inventory::redis::{managed::Managed, scripts},
    ledger,
    wire::{envelope::Envelope, order::CreateOrder},
};

use crate::{
    exit,
    output::{self, Output},
    span,
};

/// Scripts in flight, as the goal names it.
const SCRIPTS_IN_FLIGHT: usize = 64;
/// Orders a commit, as many as the server's writer takes at most.
const ORDERS_A_COMMIT: u32 = 512;
/// Orders for each second of measuring: enough for a steady state on a fast disk.
const ORDERS_A_SECOND: u32 = 20_000;
/// How long the quick look before a bench takes.
const QUICK: Duration = Duration::from_secs(1);
/// Where buyers post to, too, so that every generator can be sent to the same place.
const BARE_PATH: &str = "/program/order/create/v3";

/// What to measure, and for how long.
#[derive(Debug, Args)]
pub struct CeilingArgs {
    /// Seconds a measurement takes
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=30))]
    seconds: u32,
    /// Open connections of the HTTP measurement
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=4096))]
    connections: u16,
    /// Threads that drive the HTTP measurement; half of the machine's CPUs when absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    workers: Option<u16>,
    /// Redis to measure: managed (a private redis-server), off, or a URL of one that may be written to
    #[arg(long, value_name = "off|managed|URL", default_value = "managed")]
    redis: String,
    /// What a measured commit survives: full (power loss) or normal (a crash of the process)
    #[arg(long, default_value = "full")]
    durability: Durability,
    /// How the result is told
    #[arg(long, default_value = "table")]
    output: Output,
    /// Measure our own stores too: the ledger's writer against SQLite, and 1,000,000 seats against 1,000
    #[arg(long)]
    stores: bool,
    /// Measure the load generator instead: the whole of it, against the bare endpoint
    #[arg(long)]
    generator: bool,
    /// How long the generator plays, as in 10s or 10m
    #[arg(long, value_name = "SPAN", default_value = "10s", value_parser = span::parse, requires = "generator")]
    duration: Duration,
    /// Send the generator to the bare endpoint of another `tpp ceiling --serve`, as another tool would be
    #[arg(long, requires = "generator")]
    url: Option<String>,
    /// Serve the bare endpoint until stdin ends, for other tools: orders are posted to /program/order/create/v3
    #[arg(long, conflicts_with = "generator")]
    serve: bool,
}

/// What a commit survives.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Durability {
    Full,
    Normal,
}

/// What this machine can do at most.
#[derive(Debug, Serialize)]
struct Ceiling {
    /// Layout of this value.
    schema: &'static str,
    /// H: answers per second of a bare endpoint that takes and gives JSON.
    http_per_s: f64,
    /// R: calls per second of the script that holds and queues.
    redis_per_s: Option<f64>,
    /// S: orders per second that SQLite commits in batches.
    ledger_per_s: f64,
    /// What our own stores cost, when that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    stores: Option<stores::Stores>,
    /// On what.
    machine: Machine,
}

/// Measures and tells.
pub fn run(args: CeilingArgs) -> anyhow::Result<u8> {
    let runtime = tokio::runtime::Runtime::new().context("failed to start the runtime")?;
    if args.serve {
        runtime.block_on(serve_bare())?;
        runtime.shutdown_background();
        return Ok(exit::OK);
    }
    if args.generator {
        return runtime.block_on(generator(&args));
    }
    let ceiling = runtime.block_on(async {
        tokio::select! {
            ceiling = measure(&args) => ceiling.map(Some),
            _ = tokio::signal::ctrl_c() => Ok(None),
        }
    })?;
    let Some(ceiling) = ceiling else { return Ok(exit::INTERRUPTED) };
    match args.output {
        Output::Json => output::say_json(&ceiling)?,
        Output::Table => output::say(&table(&ceiling))?,
    }
    Ok(exit::OK)
}

/// Ctrl-C ends it early; what was measured until then is told.
async fn generator(args: &CeilingArgs) -> anyhow::Result<u8> {
    let drive = generator::Drive {
        workers: args.workers(),
        connections: usize::from(args.connections),
        duration: args.duration,
        url: args.url.clone(),
    };
    let stop = watch::Sender::new(false);
    let stops = stop.clone();
    let measuring = tokio::task::spawn_blocking(move || generator::measure(&drive, &stop));
    let interrupted = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stops.send_replace(true);
        }
    });
    let told = measuring.await?.context("failed to measure the generator")?;
    match args.output {
        Output::Json => output::say_json(&told)?,
        Output::Table => output::say(&generator::table(&told))?,
    }
    Ok(if interrupted.is_finished() { exit::INTERRUPTED } else { exit::OK })
}

impl CeilingArgs {
    fn workers(&self) -> usize {
        self.workers.map_or_else(machine::default_workers, usize::from)
    }
}

async fn measure(args: &CeilingArgs) -> anyhow::Result<Ceiling> {
    let duration = Duration::from_secs(u64::from(args.seconds));
    let workers = args.workers();
    let drive = Loop { workers, connections: usize::from(args.connections), duration };
    let http_per_s = http(drive).await?;
    let redis_per_s = redis(&args.redis, duration).await?;
    let durability = match args.durability {
        Durability::Full => ledger::Durability::Full,
        Durability::Normal => ledger::Durability::Normal,
    };
    let orders = ORDERS_A_SECOND * args.seconds;
    let took = tokio::task::spawn_blocking(move || -> anyhow::Result<Duration> {
        let folder = PrivateFolder::make().context("failed to make a temporary folder")?;
        Ok(ledger::ceiling_probe(folder.path(), durability, orders, ORDERS_A_COMMIT)?)
    });
    let took = took.await?.context("failed to measure SQLite")?;
    let ledger_per_s = f64::from(orders) / took.as_secs_f64();
    let stores = if args.stores { Some(stores::measure(&args.redis, durability).await?) } else { None };
    Ok(Ceiling { schema: "ceiling-1", http_per_s, redis_per_s, ledger_per_s, stores, machine: Machine::read() })
}

/// H, in a second, for the share that a bench shows.
pub async fn http_quick(connections: usize, workers: usize) -> anyhow::Result<f64> {
    http(Loop { workers, connections, duration: QUICK }).await
}

/// H: our own load loop against a bare endpoint in a process of its own, as the server is.
async fn http(drive: Loop) -> anyhow::Result<f64> {
    let measured = tokio::task::spawn_blocking(move || -> anyhow::Result<f64> {
        let bare = Bare::start()?;
        Ok(closed_loop::answers_per_s(&Target::resolve(bare.url())?, BARE_PATH, drive)?)
    });
    measured.await?.context("failed to measure the bare endpoint")
}

/// A bare endpoint in a process of its own, as the server is; it ends when dropped.
struct Bare {
    child: ServerChild,
    /// Holds its log, and goes after it.
    _folder: PrivateFolder,
}

impl Bare {
    fn start() -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("failed to find this program")?;
        let folder = PrivateFolder::make().context("failed to make a temporary folder")?;
        let arguments = vec!["ceiling".into(), "--serve".into()];
        let log = folder.path().join("bare.log");
        let child = ServerChild::start(Start { program: &program, arguments, environment: Vec::new(), log })?;
        Ok(Self { child, _folder: folder })
    }

    fn url(&self) -> &str {
        self.child.url()
    }
}

/// R: on a private server in a folder of its own, or on the one that was named.
async fn redis(which: &str, duration: Duration) -> anyhow::Result<Option<f64>> {
    let calls = match which {
        "off" => return Ok(None),
        "managed" => {
            let folder = PrivateFolder::make().context("failed to make a temporary folder")?;
            let managed = Managed::start(folder.path()).await.context("failed to start a private redis-server")?;
            let calls = scripts::ceiling_probe(&managed.url(), SCRIPTS_IN_FLIGHT, duration).await;
            managed.stop().await;
            calls
        }
        url => scripts::ceiling_probe(url, SCRIPTS_IN_FLIGHT, duration).await,
    };
    Ok(Some(calls.context("failed to measure Redis")? as f64 / duration.as_secs_f64()))
}

fn table(ceiling: &Ceiling) -> String {
    let mut table = output::table(&["", "ceiling", "per second"]);
    let rate = |per_s: f64| format!("{per_s:.0}");
    table.add_row(["H", "bare axum endpoint, JSON in and out", &rate(ceiling.http_per_s)]);
    let redis = ceiling.redis_per_s.map_or_else(|| "not measured".to_owned(), rate);
    table.add_row(["R", "hold-and-queue script in Redis, 64 in flight", &redis]);
    table.add_row(["S", "orders that SQLite commits, 512 at once", &rate(ceiling.ledger_per_s)]);
    output::align_right(&mut table, &[2]);
    let stores = ceiling.stores.as_ref().map_or_else(String::new, |stores| format!("\n{}", stores_table(stores)));
    let machine = &ceiling.machine;
    format!(
        "{table}{stores}\n{} × {}, {}, tpp {} ({})",
        machine.cpus, machine.cpu, machine.kernel, machine.tpp, machine.build
    )
}

fn stores_table(stores: &stores::Stores) -> String {
    let mut table = output::table(&["our stores", "measured"]);
    table.add_row(["ledger's writer, as a share of S", &format!("{:.2}", stores.ledger_share)]);
    for size in &stores.sizes {
        let name = format!("{}, {}: 1,000,000 seats against 1,000", size.engine, size.choice);
        table.add_row([name, format!("{:.2} ({:.1} µs / {:.1} µs)", size.ratio, size.large_us, size.small_us)]);
    }
    table.add_row(["start with 1,000,000 seats, in process", &format!("{:.2} s", stores.start_s)]);
    table.add_row(["memory of a seat, in process", &format!("{:.1} bytes", stores.bytes_per_seat)]);
    output::align_right(&mut table, &[1]);
    table.to_string()
}

/// An endpoint that reads an order, makes a number and answers it: what HTTP and JSON cost, and nothing else.
async fn serve_bare() -> anyhow::Result<()> {
    static NUMBER: AtomicU64 = AtomicU64::new(1 << 60);
    async fn answer(State(()): State<()>, Json(order): Json<CreateOrder>) -> Json<Envelope<String>> {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed) + u64::from(order.user_id.get() == 0);
        Json(Envelope::ok(number.to_string()))
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.context("failed to listen")?;
    output::say(&format!("tpp ceiling listening on http://{}", listener.local_addr()?))?;
    let router = Router::new().route(BARE_PATH, post(answer)).with_state(());
    let (at_end, ended) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        // An error ends stdin as well as its end does, and nobody may be waiting any more.
        let _ = io::stdin().read_to_end(&mut Vec::new());
        let _ = at_end.send(());
    });
    tokio::select! {
        served = axum::serve(axum::serve::ListenerExt::tap_io(listener, |stream| {
            // Without it every answer waits for the acknowledgement of the one before.
            let _ = stream.set_nodelay(true);
        }), router) => served.context("failed to serve"),
        _ = ended => Ok(()),
    }
}
