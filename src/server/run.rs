//! One server, from opening its stores to closing them.
//! Must not print or parse flags: the caller hands in listener, settings, the signal to stop, and an ear for reports.

use std::{
    fs::{self, File},
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    net::TcpListener,
    sync::watch,
    task::{JoinHandle, JoinSet},
};

use crate::{
    inventory::{
        Inventory, Unavailable,
        embedded::{Embedded, EmbeddedConfig},
        redis::{RedisConfig, RedisInventory, managed::Managed},
    },
    ledger::{Ledger, LedgerFailure},
    server::{
        account::Accounts,
        catalog::Catalog,
        config::{Config, Engine},
        feed::{Feed, log::RepairLog, tape::Tape},
        gate::{Gate, SaleGates, secrets},
        listen::{self, Limits},
        metrics::Metrics,
        order::{expiry::Expiries, flight::Flights, numbers::Numbers, outcome::Outcomes, settle::UnsettledSteps},
        pay::mock::MockChannel,
        recovery::{self, Suspects},
        router,
        state::{self, State},
        workers,
    },
};

/// How long a stopping server waits for requests in flight, and then for the queue.
const STOP_WAIT: Duration = Duration::from_secs(30);
/// How often it looks whether the private Redis still runs.
const LOOK_AT_REDIS_EVERY: Duration = Duration::from_millis(100);
/// Kept in the ledger while the server runs: a start that finds it knows that the last run was cut off.
const RUNNING: &str = "running";

/// Why a server did not start or did not end in good order.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data folder cannot be used.
    #[error("cannot use the data folder {folder}: {cause}")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        cause: String,
    },
    /// The ledger cannot be used.
    #[error(transparent)]
    Ledger(#[from] LedgerFailure),
    /// The inventory's engine cannot be used.
    #[error(transparent)]
    Inventory(#[from] Unavailable),
    /// Bringing the stores to one truth failed.
    #[error("cannot recover: {0}")]
    Recovery(String),
}

/// A server whose stores are open and agree, ready to answer.
#[derive(Debug)]
pub struct Office {
    /// What handlers and workers share.
    pub state: Arc<State>,
    managed: Option<KeptAlive>,
    _folder_lock: File,
}

/// Opens stores, recovers, serves until `shutdown`, then finishes what is in flight, empties the queue and closes.
/// `report` hears what recovery repaired; `ready` is called once buyers are answered.
///
/// # Errors
/// [`ServeError`].
pub async fn run(
    listener: TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
    report: &mut (dyn FnMut(String) + Send),
    ready: impl FnOnce(),
) -> Result<(), ServeError> {
    let office = open(config, report).await?;
    let (stop_workers, stop) = watch::channel(false);
    let workers = workers::start(&office.state, &stop);
    ready();
    serve(listener, &office.state, shutdown).await;
    stop_workers.send_replace(true);
    finish(workers).await;
    close(office).await
}

async fn serve(listener: TcpListener, state: &Arc<State>, shutdown: impl Future<Output = ()> + Send + 'static) {
    let (stopping, mut stopped) = watch::channel(false);
    let closing = Arc::clone(state);
    let signal = async move {
        shutdown.await;
        // A feed has no end of its own.
        closing.feed.close();
        stopping.send_replace(true);
    };
    let serving = listen::serve(listener, router::router(Arc::clone(state)), Limits::default(), signal);
    let limit = async move {
        // An error means that the server has ended by itself.
        let _ = stopped.wait_for(|stopped| *stopped).await;
        tokio::time::sleep(STOP_WAIT).await;
    };
    tokio::select! {
        () = serving => {}
        () = limit => {}
    }
}

async fn finish(mut workers: JoinSet<()>) {
    let finished = async { while workers.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_WAIT, finished).await.is_err() {
        tracing::warn!("a worker did not stop in time");
        workers.abort_all();
    }
}

/// Closes the stores of an office that nobody uses any more.
///
/// # Errors
/// When the ledger cannot note that it was closed in good order.
pub async fn close(office: Office) -> Result<(), ServeError> {
    office.state.ledger.set_setting(RUNNING, String::new()).await?;
    office.state.ledger.close().await;
    if let Some(managed) = office.managed {
        managed.stop().await;
    }
    Ok(())
}

/// A private Redis that is started again when it dies; the inventory notices by itself and is rebuilt.
#[derive(Debug)]
struct KeptAlive {
    stop: watch::Sender<bool>,
    keeper: JoinHandle<Managed>,
}

impl KeptAlive {
    fn keep(managed: Managed, log: Arc<RepairLog>) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self { stop, keeper: tokio::spawn(keep_alive(managed, stopped, log)) }
    }

    async fn stop(self) {
        self.stop.send_replace(true);
        match self.keeper.await {
            Ok(managed) => managed.stop().await,
            Err(panicked) => tracing::error!(%panicked, "nobody kept the private redis-server alive"),
        }
    }
}

/// Until it is told to stop, or nobody is left to tell it.
async fn keep_alive(mut managed: Managed, mut stop: watch::Receiver<bool>, log: Arc<RepairLog>) -> Managed {
    while tokio::time::timeout(LOOK_AT_REDIS_EVERY, stop.changed()).await.is_err() {
        if managed.is_running() {
            continue;
        }
        tracing::warn!("the private redis-server has ended; starting it again");
        log.warn(state::wall_clock(), "the private redis-server has ended and is started again".to_owned());
        if let Err(unavailable) = managed.revive().await {
            log.failed(state::wall_clock(), "redis-server", &unavailable.to_string());
            tracing::error!(%unavailable, "the private redis-server could not be started again");
        }
    }
    managed
}

/// Opens stores and recovers; nobody is answered and no worker runs yet.
///
/// # Errors
/// [`ServeError`].
pub async fn open(config: Config, report: &mut (dyn FnMut(String) + Send)) -> Result<Office, ServeError> {
    let folder_lock = lock_folder(&config)?;
    let ledger = Ledger::open(&config.data.join("ledger.sqlite"), config.durability)?;
    let was_cut_off = ledger.setting(RUNNING).await?.is_some_and(|mark| !mark.is_empty());
    ledger.set_setting(RUNNING, "yes".to_owned()).await?;
    let (inventory, managed) = open_inventory(&config).await?;
    let state = Arc::new(assemble(config, ledger, inventory).await?);
    let mut told = |line: String| {
        let say = if line.starts_with("ready") { RepairLog::note } else { RepairLog::warn };
        say(&state.log, state.now(), line.clone());
        report(line);
    };
    if was_cut_off {
        told("recovering: the last run did not end in good order".to_owned());
    }
    recovery::start(&state, &mut told).await.map_err(|refusal| ServeError::Recovery(refusal.words()))?;
    let managed = managed.map(|managed| KeptAlive::keep(managed, Arc::clone(&state.log)));
    Ok(Office { state, managed, _folder_lock: folder_lock })
}

fn lock_folder(config: &Config) -> Result<File, ServeError> {
    let refuse = |cause: String| ServeError::Folder { folder: config.data.clone(), cause };
    fs::create_dir_all(&config.data).map_err(|e| refuse(e.to_string()))?;
    let lock = File::create(config.data.join("lock")).map_err(|e| refuse(e.to_string()))?;
    lock.try_lock().map_err(|_| refuse("another server uses it; stop that one or choose another --data".to_owned()))?;
    Ok(lock)
}

async fn open_inventory(config: &Config) -> Result<(Inventory, Option<Managed>), Unavailable> {
    let connect = async |url: String| {
        let redis = RedisInventory::connect(RedisConfig { url, queue_max: config.queue_max }).await?;
        Ok::<_, Unavailable>(Inventory::Redis(redis))
    };
    match &config.engine {
        Engine::Embedded => {
            Ok((Inventory::Embedded(Embedded::new(EmbeddedConfig { queue_max: config.queue_max })), None))
        }
        Engine::Redis(url) => Ok((connect(url.clone()).await?, None)),
        Engine::Managed => {
            let managed = Managed::start(&config.data.join("redis")).await?;
            Ok((connect(managed.url()).await?, Some(managed)))
        }
    }
}

async fn assemble(config: Config, ledger: Ledger, inventory: Inventory) -> Result<State, ServeError> {
    let secret = |given: &Option<String>, name: &str| match given {
        Some(secret) => Ok(secret.clone()),
        None => secrets::load_or_make(&config.data, name)
            .map_err(|e| ServeError::Folder { folder: config.data.clone(), cause: e.to_string() }),
    };
    let admin_token = secret(&config.admin_token, "admin.token")?;
    let signing = secret(&config.secret, "signing.secret")?;
    let metrics = Metrics::new();
    let commits = Arc::clone(&metrics.commits);
    ledger.on_commit(move |jobs, took| commits.committed(jobs, took));
    let numbers = Numbers::resume(&ledger, config.worker, state::wall_clock()).await?;
    Ok(State {
        gate: Gate::new(&signing, &admin_token, config.token_ttl),
        mock: MockChannel::new(&signing),
        ledger,
        inventory,
        numbers,
        catalog: Catalog::new(),
        accounts: Accounts::new(),
        sale_gates: SaleGates::default(),
        expiries: Expiries::default(),
        outcomes: Outcomes::default(),
        flights: Flights::default(),
        unsettled: UnsettledSteps::default(),
        suspects: Suspects::default(),
        writing: tokio::sync::Mutex::new(()),
        metrics,
        feed: Feed::default(),
        tape: Tape::default(),
        log: Arc::default(),
        started: Instant::now(),
        config,
    })
}
