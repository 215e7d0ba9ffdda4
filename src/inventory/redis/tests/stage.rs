//! What the tests of this engine stand on: a private server, small halls, requests.
//! Must not assert.

use std::time::Duration;

use tempfile::TempDir;

use crate::{
    domain::{
        hold::{Choice, Fallback, Held, HoldRequest, LiveOrder, QueuedOrder, Release},
        ids::{CategoryId, Millis, OrderNumber, ProgramId, SeatIx, TicketUserId, UserId},
        money::Cents,
        order::{OrderVersion, RequestKey},
        program::{CategoryHall, Hall, Program, Row, SaleWindow},
        rejection::Rejection,
    },
    inventory::{
        NotDone,
        redis::{RedisConfig, RedisInventory, managed::Managed},
    },
};

/// Ids of 19 digits: none of them survives a Lua or JSON number.
pub const ORDER: u64 = 9_100_000_000_000_000_001;
pub const USER: u64 = 9_200_000_000_000_000_001;
pub const NAME: u64 = 9_050_000_000_000_000_001;
pub const CATEGORY: u64 = 9_007_199_254_740_993_001;

pub struct Stage {
    pub folder: TempDir,
    pub managed: Managed,
    pub engine: RedisInventory,
}

impl Stage {
    /// A private server with an engine on it.
    pub async fn new() -> Self {
        Self::with_queue_max(1_000).await
    }

    pub async fn with_queue_max(queue_max: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let managed = Managed::start(folder.path()).await.expect("these tests need redis-server");
        let engine = connect(&managed, queue_max).await;
        Self { folder, managed, engine }
    }

    /// The same with a program that nobody has bought of.
    pub async fn selling(program: &Program) -> Self {
        let stage = Self::new().await;
        stage.engine.rebuild(program, &Default::default()).await.unwrap();
        stage
    }

    /// Stops the server in good order and starts it again on its files.
    pub async fn restart(&mut self) {
        self.restart_after(|| {}).await;
    }

    /// The same, with something done to the files while it is down.
    pub async fn restart_after(&mut self, meddle: impl FnOnce()) {
        self.command::<()>(redis::cmd("SHUTDOWN")).await.ok();
        while self.managed.is_running() {
            tokio::task::yield_now().await;
        }
        meddle();
        self.managed.revive().await.unwrap();
        self.reachable().await;
    }

    /// Waits until the engine's own connection has found the server again.
    pub async fn reachable(&self) {
        let found = async {
            while self.engine.ping().await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), found).await.expect("the engine connects again");
    }

    /// Waits until all that was answered is in the append-only file: a slow disk may keep it back for seconds.
    pub async fn written(&self) {
        let written = async {
            loop {
                let told: String = self.command(redis::cmd("INFO").arg("persistence").take()).await.unwrap();
                if told.contains("aof_buffer_length:0\r") {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), written).await.expect("the file is written");
    }

    /// Any command, on a connection of its own.
    pub async fn command<T: redis::FromRedisValue>(&self, cmd: redis::Cmd) -> redis::RedisResult<T> {
        let client = redis::Client::open(self.managed.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await?;
        cmd.query_async(&mut connection).await
    }
}

pub async fn connect(managed: &Managed, queue_max: usize) -> RedisInventory {
    RedisInventory::connect(RedisConfig { url: managed.url(), queue_max }).await.unwrap()
}

/// A program with categories of (id, rows, seats a row).
pub fn program(id: u64, categories: &[(u64, u32, u32)]) -> Program {
    let mut first = 0;
    let categories = categories.iter().map(|&(id, rows, len)| {
        let category = category(id, first, rows, len);
        first += rows * len;
        category
    });
    Program {
        id: ProgramId::new(id).unwrap(),
        title: String::new(),
        actor: String::new(),
        place: String::new(),
        area: String::new(),
        category: String::new(),
        show_time: String::new(),
        permit_choose_seat: true,
        real_name: false,
        per_order_limit: 6,
        per_account_limit: 6,
        sale: SaleWindow::default(),
        hall: Hall { seat_base: 1, categories: categories.collect() },
    }
}

fn category(id: u64, first: u32, rows: u32, len: u32) -> CategoryHall {
    let row = |i| Row { row_code: i + 1, first_col: 1, len, first_seat: SeatIx(first + i * len), labels: None };
    CategoryHall {
        id: CategoryId::new(id).unwrap(),
        name: String::new(),
        price: Cents(100),
        first_seat: SeatIx(first),
        seats: rows * len,
        rows: (0..rows).map(row).collect(),
    }
}

pub fn order(n: u64) -> OrderNumber {
    OrderNumber::new(ORDER + n).unwrap()
}

pub fn user(n: u64) -> UserId {
    UserId::new(USER + n).unwrap()
}

pub fn name(n: u64) -> TicketUserId {
    TicketUserId::new(NAME + n).unwrap()
}

pub fn seats(positions: &[u32]) -> Vec<SeatIx> {
    positions.iter().copied().map(SeatIx).collect()
}

pub fn key(text: &str, fingerprint: u64) -> RequestKey {
    RequestKey { key: text.into(), fingerprint }
}

/// Buyer n, order n, as many names as seats, from 100 n on.
pub fn request(program: &Program, n: u64, choice: Choice) -> HoldRequest {
    let count = match &choice {
        Choice::Best { count, .. } => u64::from(*count),
        Choice::Picked(seats) => seats.len() as u64,
    };
    HoldRequest {
        program: program.id,
        order: order(n),
        user: user(n),
        version: OrderVersion::V4,
        choice,
        ticket_users: (0..count).map(|i| name(100 * n + i)).collect(),
        per_account_limit: 100,
        real_name: false,
        request: None,
        created_at: Millis(1_700_000_000_000),
        hold_ends_at: Millis(1_700_000_900_000),
    }
}

/// Best seats of the first category, not split.
pub fn best(program: &Program, n: u64, count: u32) -> HoldRequest {
    best_or(program, n, count, Fallback::Refuse)
}

pub fn best_or(program: &Program, n: u64, count: u32, fallback: Fallback) -> HoldRequest {
    let category = program.hall.categories[0].id;
    request(program, n, Choice::Best { category, count, fallback })
}

pub fn picked(program: &Program, n: u64, positions: &[u32]) -> HoldRequest {
    request(program, n, Choice::Picked(seats(positions)))
}

/// Gives back everything that a request may have got.
pub fn release(request: &HoldRequest, positions: &[u32]) -> Release {
    Release {
        program: request.program,
        order: request.order,
        user: request.user,
        seats: seats(positions),
        ticket_users: request.ticket_users.clone(),
    }
}

/// The order in the books that a request became.
pub fn live(request: &HoldRequest, positions: &[u32], paid: bool) -> LiveOrder {
    LiveOrder {
        number: request.order,
        user: request.user,
        paid,
        hold_ends_at: request.hold_ends_at,
        seats: seats(positions),
        ticket_users: request.ticket_users.clone(),
        real_name: request.real_name,
    }
}

pub fn queued(request: &HoldRequest, positions: &[u32]) -> QueuedOrder {
    QueuedOrder { request: request.clone(), seats: seats(positions) }
}

pub fn held(positions: &[u32]) -> Result<Held, NotDone> {
    Ok(Held::Seats(seats(positions)))
}

pub fn no<T>(rejection: Rejection) -> Result<T, NotDone> {
    Err(rejection.into())
}
