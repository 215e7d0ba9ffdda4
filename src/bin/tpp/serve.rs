//! `tpp serve`: settings from the command line and the environment, a socket, signals, and the line that says "ready".
//! Must not sell: `tpp::server` does.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use clap::{Args, ValueEnum, builder::NonEmptyStringValueParser};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};
use tpp::{
    client::Client,
    ledger::Durability,
    server::{
        self,
        config::{Config, Engine},
    },
};
use tracing_subscriber::EnvFilter;

use crate::{
    exit::{self, ConfigError},
    output, span, target,
};

/// Flags; each has a `TPP_…` variable of the same name.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Folder of the ledger, the secrets and a managed Redis; made when missing
    #[arg(long, env = "TPP_DATA", value_name = "DIR", default_value = "./tpp-data")]
    data: PathBuf,
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, env = "TPP_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:7878")]
    listen: SocketAddr,
    /// Import this programme list at the first start, while the server has no programs
    #[arg(long, env = "TPP_PROGRAMS", value_name = "FILE")]
    programs: Option<PathBuf>,
    /// The operator's token; made at the first start and kept in DIR/admin.token when not given
    #[arg(long, env = "TPP_ADMIN_TOKEN", value_name = "TOKEN", hide_env_values = true, value_parser = NonEmptyStringValueParser::new())]
    admin_token: Option<String>,
    /// Secret that signs buyers' tokens; made at the first start and kept in DIR when not given
    #[arg(long, env = "TPP_SECRET", value_name = "SECRET", hide_env_values = true, value_parser = NonEmptyStringValueParser::new())]
    secret: Option<String>,
    /// How long a buyer's token lives
    #[arg(long, env = "TPP_TOKEN_TTL", value_name = "SPAN", default_value = "24h", value_parser = span::parse)]
    token_ttl: Duration,
    /// What to log to stderr: off, error, warn, info, debug, or a filter such as tpp=debug,warn
    #[arg(long, env = "TPP_LOG", value_name = "LEVEL", default_value = "warn")]
    log: String,
    /// How to log
    #[arg(long, env = "TPP_LOG_FORMAT", default_value = "text")]
    log_format: LogFormat,
    /// Stop when stdin ends: a server that was started by another program ends with it
    #[arg(long, hide = true)]
    exit_with_stdin: bool,
    #[command(flatten)]
    sale: SaleArgs,
}

/// What a rehearsal may want to change about selling; `tpp bench` hands the same flags on.
#[derive(Debug, Args)]
#[command(next_help_heading = "Selling")]
struct SaleArgs {
    /// Where the inventory is kept: off (in this process), managed (a private redis-server), or a Redis URL
    #[arg(long, env = "TPP_REDIS", value_name = "off|managed|URL", default_value = "off", value_parser = engine)]
    redis: Engine,
    /// What a commit survives: full (power loss) or normal (a crash of the process)
    #[arg(long, env = "TPP_DURABILITY", default_value = "full")]
    durability: DurabilityArg,
    /// How long an unpaid order holds its seats
    #[arg(long, env = "TPP_HOLD", value_name = "SPAN", default_value = "15m", value_parser = span::parse)]
    hold: Duration,
    /// How long a v4 order may wait to be written before it is given back
    #[arg(long, env = "TPP_QUEUE_WAIT", value_name = "SPAN", default_value = "10s", value_parser = span::parse)]
    queue_wait: Duration,
    /// Most v4 orders that wait to be written
    #[arg(long, env = "TPP_QUEUE_MAX", value_name = "N", default_value_t = 200_000, value_parser = count(10_000_000))]
    queue_max: u32,
    /// Most v4 orders written in one commit
    #[arg(long, env = "TPP_BATCH_MAX", value_name = "N", default_value_t = 512, value_parser = count(10_000))]
    batch_max: u32,
    /// How long v1 and v2 wait for their locks
    #[arg(long, env = "TPP_LOCK_WAIT", value_name = "SPAN", default_value = "10s", value_parser = span::parse)]
    lock_wait: Duration,
    /// Number of this server in order numbers, 0 to 63; two servers must not share one
    #[arg(long, env = "TPP_WORKER", value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=63))]
    worker: u8,
    /// Most requests in flight; beyond that buyers are told to come back
    #[arg(long, env = "TPP_IN_FLIGHT_MAX", value_name = "N", default_value_t = 8_192, value_parser = count(1_000_000))]
    in_flight_max: u32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DurabilityArg {
    Full,
    Normal,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

/// A number from 1 to `most`.
fn count(most: i64) -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=most)
}

fn engine(text: &str) -> Result<Engine, String> {
    let is_url = ["redis://", "redis+unix://", "unix://"].iter().any(|scheme| text.starts_with(scheme));
    match text {
        "off" => Ok(Engine::Embedded),
        "managed" => Ok(Engine::Managed),
        url if is_url => Ok(Engine::Redis(url.to_owned())),
        _ => Err("write off, managed, redis://HOST:PORT or redis+unix:///PATH".to_owned()),
    }
}

impl ServeArgs {
    fn config(&self) -> Config {
        let sale = &self.sale;
        Config {
            engine: sale.redis.clone(),
            durability: match sale.durability {
                DurabilityArg::Full => Durability::Full,
                DurabilityArg::Normal => Durability::Normal,
            },
            hold: sale.hold,
            queue_wait: sale.queue_wait,
            queue_max: sale.queue_max as usize,
            lock_wait: sale.lock_wait,
            batch_max: sale.batch_max as usize,
            worker: sale.worker,
            in_flight_max: sale.in_flight_max as usize,
            admin_token: self.admin_token.clone(),
            secret: self.secret.clone(),
            token_ttl: self.token_ttl,
            ..Config::new(self.data.clone())
        }
    }
}

/// Serves until told to stop.
pub fn run(args: ServeArgs) -> anyhow::Result<u8> {
    start_log(&args)?;
    let runtime = tokio::runtime::Runtime::new().context("failed to start the runtime")?;
    runtime.block_on(serve(args))?;
    Ok(exit::OK)
}

fn start_log(args: &ServeArgs) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&args.log).map_err(|e| ConfigError(format!("failed to read --log: {e}")))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match args.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

async fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let listener =
        TcpListener::bind(args.listen).await.with_context(|| format!("failed to listen on {}", args.listen))?;
    let url = format!("http://{}", listener.local_addr()?);
    let shutdown = stop_request(args.exit_with_stdin)?;
    let (opens, opened) = oneshot::channel::<()>();
    let mut report = |line: String| output::note(&line);
    let ready = move || {
        // Nobody listens any more when the server is being stopped already.
        let _ = opens.send(());
    };
    let server = async {
        let served = server::run(listener, args.config(), shutdown, &mut report, ready).await;
        served.context("failed to serve")
    };
    // A server that ends before it is ready drops `opens`: then there is nothing to announce.
    let announcement = async {
        match opened.await {
            Ok(()) => announce(&args, &url).await,
            Err(_) => Ok(()),
        }
    };
    tokio::try_join!(server, announcement)?;
    Ok(())
}

/// The server sells: imports the first programme list, and says so on stdout.
async fn announce(args: &ServeArgs, url: &str) -> anyhow::Result<()> {
    if let Some(file) = &args.programs {
        import_first(args, url, file).await?;
    }
    if args.admin_token.is_none() {
        output::note(&format!("the operator's token is in {}", args.data.join(target::TOKEN_FILE).display()));
    }
    output::say(&format!("tpp serve listening on {url}"))?;
    Ok(())
}

async fn import_first(args: &ServeArgs, url: &str, file: &Path) -> anyhow::Result<()> {
    let token = match &args.admin_token {
        Some(token) => token.clone(),
        None => target::token_in(&args.data)?,
    };
    let client = Client::new(url, Some(token))?;
    if client.programs().await?.is_empty() {
        let body = std::fs::read(file)
            .map_err(|e| ConfigError(format!("failed to read the programme list {}: {e}", file.display())))?;
        let imported = client.import_programs(body, &[]).await.context("failed to import the programme list")?;
        output::note(&format!("imported {} programs from {}", imported.programs.len(), file.display()));
    }
    Ok(())
}

/// Ends with SIGTERM, SIGINT, or the end of stdin where that was asked for.
fn stop_request(with_stdin: bool) -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate()).context("failed to listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("failed to listen for SIGINT")?;
    let (at_end, end_of_stdin) = oneshot::channel::<()>();
    if with_stdin {
        // A thread of its own, not the runtime's: a blocked read must not keep the runtime from ending.
        std::thread::Builder::new().name("stdin".to_owned()).spawn(move || {
            // An error ends stdin as well as its end does, and nobody may be waiting any more.
            let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
            let _ = at_end.send(());
        })?;
    }
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = end_of_stdin, if with_stdin => {}
        }
    })
}
