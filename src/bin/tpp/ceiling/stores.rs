//! `tpp ceiling --stores`: the ledger's writer against bare SQLite, and what a large hall costs against a small one.
//! Must not judge: it prints ratios.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow};
use serde::Serialize;
use tpp::{
    bench::{child::PrivateFolder, machine},
    domain::{
        hold::{Books, Choice, Fallback, Held, HoldRequest, LiveOrder},
        ids::{CategoryId, Millis, OrderNumber, ProgramId, SeatIx, TicketUserId, UserId},
        money::Cents,
        order::{Order, OrderStatus, OrderVersion, Ticket},
        program::{CategoryHall, Hall, Program, Row, SaleWindow},
    },
    inventory::{
        Inventory,
        embedded::{Embedded, EmbeddedConfig},
        redis::{RedisConfig, RedisInventory, managed::Managed},
    },
    ledger::{self, Durability, Ledger},
    server::{
        config::{Config, Engine},
        run,
    },
};

use super::{ORDERS_A_COMMIT, orders};

/// The two sizes that are compared.
pub(super) const SMALL_SEATS: u32 = 1_000;
pub(super) const LARGE_SEATS: u32 = 1_000_000;
pub(super) const ROW_SEATS: u32 = 100;
/// Rounds of each comparison; the two sides take turns, and the median of the ratios is told.
pub(super) const ROUNDS: usize = 5;
/// Orders written by each side in a round.
const ROUND_ORDERS: u32 = 50_000;
/// Holds in a round, in process and in Redis.
const ROUND_HOLDS: [u64; 2] = [20_000, 3_000];
const QUEUE_MAX: usize = 1_000;

/// What the stores cost.
#[derive(Debug, Serialize)]
pub struct Stores {
    /// Orders a second through the ledger's writer, as a share of bare SQLite's.
    pub ledger_share: f64,
    /// Cost at 1,000,000 seats as a multiple of the cost at 1,000: of a whole order without HTTP, and of the hold alone.
    pub sizes: Vec<Size>,
    /// From opening a folder with a program of 1,000,000 seats until its first order could be taken, in process.
    pub start_s: f64,
    /// What 1,000,000 seats take in memory, in process.
    pub bytes_per_seat: f64,
}

/// The cost of a whole order of two seats, or of holding and giving back two seats of a hall that is half full.
#[derive(Debug, Serialize)]
pub struct Size {
    /// `embedded` or `redis`.
    pub engine: &'static str,
    /// What was measured: `order` or `hold`, `best` or `picked`.
    pub choice: &'static str,
    /// Median over the rounds.
    pub small_us: f64,
    /// Median over the rounds.
    pub large_us: f64,
    /// Median of the rounds' ratios.
    pub ratio: f64,
}

/// Measures all of it. `redis` as `tpp ceiling --redis`.
pub async fn measure(redis: &str, durability: Durability) -> anyhow::Result<Stores> {
    let (start_s, bytes_per_seat) = start(durability).await.context("failed to start with a large hall")?;
    let embedded = Inventory::Embedded(Embedded::new(EmbeddedConfig { queue_max: QUEUE_MAX }));
    let mut measured = orders::sizes(Engine::Embedded, durability).await?;
    measured.extend(sizes(&embedded, ROUND_HOLDS[0]).await?);
    let folder = PrivateFolder::make().context("failed to make a temporary folder")?;
    let (url, managed) = match redis {
        "off" => (None, None),
        "managed" => {
            let managed = Managed::start(folder.path()).await?;
            (Some(managed.url()), Some(managed))
        }
        url => (Some(url.to_owned()), None),
    };
    if let Some(url) = url {
        measured.extend(orders::sizes(Engine::Redis(url.clone()), durability).await?);
        let inventory = Inventory::Redis(RedisInventory::connect(RedisConfig { url, queue_max: QUEUE_MAX }).await?);
        measured.extend(sizes(&inventory, ROUND_HOLDS[1]).await?);
    }
    if let Some(managed) = managed {
        managed.stop().await;
    }
    let ledger_share = ledger_share(durability).await.context("failed to measure the ledger")?;
    Ok(Stores { ledger_share, sizes: measured, start_s, bytes_per_seat })
}

/// The ledger's writer and bare SQLite, in turns.
async fn ledger_share(durability: Durability) -> anyhow::Result<f64> {
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let bare = tokio::task::spawn_blocking(move || -> anyhow::Result<Duration> {
            let folder = PrivateFolder::make()?;
            Ok(ledger::ceiling_probe(folder.path(), durability, ROUND_ORDERS, ORDERS_A_COMMIT)?)
        });
        let bare = bare.await??;
        let folder = PrivateFolder::make()?;
        let ours = write_orders(folder.path(), durability).await?;
        ratios.push(bare.as_secs_f64() / ours.as_secs_f64());
    }
    Ok(median(&mut ratios))
}

async fn write_orders(folder: &Path, durability: Durability) -> anyhow::Result<Duration> {
    let ledger = Ledger::open(&folder.join("ledger.sqlite"), durability)?;
    ledger.add_programs(vec![program(1, ROUND_ORDERS * 2)]).await?;
    let mut batches = Vec::new();
    for first in (0..ROUND_ORDERS).step_by(ORDERS_A_COMMIT as usize) {
        let orders = first..ROUND_ORDERS.min(first + ORDERS_A_COMMIT);
        batches.push(orders.map(|i| order(i, [2 * i, 2 * i + 1])).collect::<Vec<_>>());
    }
    let started = Instant::now();
    for batch in batches {
        ledger.record_batch(batch).await?;
    }
    let took = started.elapsed();
    ledger.close().await;
    Ok(took)
}

/// Both sizes, both ways to choose, in turns.
async fn sizes(inventory: &Inventory, holds: u64) -> anyhow::Result<Vec<Size>> {
    for seats in [SMALL_SEATS, LARGE_SEATS] {
        inventory.rebuild(&program(u64::from(seats), seats), &half_sold(seats)).await?;
    }
    let mut sizes = Vec::new();
    for (choice, picks) in [("hold, best", false), ("hold, picked", true)] {
        let (mut small, mut large, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let of_small = cost_us(inventory, SMALL_SEATS, holds, picks).await?;
            let of_large = cost_us(inventory, LARGE_SEATS, holds, picks).await?;
            small.push(of_small);
            large.push(of_large);
            ratios.push(of_large / of_small);
        }
        let (small_us, large_us) = (median(&mut small), median(&mut large));
        sizes.push(Size { engine: inventory.engine(), choice, small_us, large_us, ratio: median(&mut ratios) });
    }
    Ok(sizes)
}

/// Microseconds for holding two seats and giving them back.
async fn cost_us(inventory: &Inventory, seats: u32, holds: u64, picks: bool) -> anyhow::Result<f64> {
    let program = ProgramId::new(u64::from(seats)).context("a size is an id")?;
    let rows = seats / ROW_SEATS;
    let started = Instant::now();
    for i in 0..holds {
        // The second half of every row is free. A large step walks over the rows in no order that a cache would like.
        let row = u32::try_from(i * 7_919 % u64::from(rows)).unwrap_or(0);
        let free = row * ROW_SEATS + ROW_SEATS / 2;
        let choice = if picks {
            Choice::Picked(vec![SeatIx(free), SeatIx(free + 1)])
        } else {
            Choice::Best { category: category(), count: 2, fallback: Fallback::Refuse }
        };
        let request = request(program, i, choice)?;
        let order = request.order;
        match inventory.hold(request).await {
            Ok(Held::Seats(_)) => {}
            other => return Err(anyhow!("a hold came out as {other:?}")),
        }
        inventory.undo(program, order).await?;
    }
    Ok(started.elapsed().as_secs_f64() * 1e6 / holds as f64)
}

/// A server's start on a folder with one large program: how long, and how much memory for each seat.
async fn start(durability: Durability) -> anyhow::Result<(f64, f64)> {
    let folder = PrivateFolder::make()?;
    let config = Config { durability, ..Config::new(folder.path().to_owned()) };
    let ledger = Ledger::open(&config.data.join("ledger.sqlite"), durability)?;
    ledger.add_programs(vec![program(1, LARGE_SEATS)]).await?;
    ledger.close().await;
    let before = machine::rss_bytes();
    let started = Instant::now();
    let office = run::open(config, &mut |_| {}).await?;
    let took = started.elapsed();
    let grown = machine::rss_bytes().saturating_sub(before);
    office.state.ledger.close().await;
    Ok((took.as_secs_f64(), grown as f64 / f64::from(LARGE_SEATS)))
}

pub(super) fn category() -> CategoryId {
    CategoryId::new(1).expect("1 is an id")
}

pub(super) fn program(id: u64, seats: u32) -> Program {
    let row = |at: u32| Row {
        row_code: at + 1,
        first_col: 1,
        len: ROW_SEATS,
        first_seat: SeatIx(at * ROW_SEATS),
        labels: None,
    };
    let hall = CategoryHall {
        id: category(),
        name: "Hall".to_owned(),
        price: Cents(10_000),
        first_seat: SeatIx(0),
        seats,
        rows: (0..seats / ROW_SEATS).map(row).collect(),
    };
    Program {
        id: ProgramId::new(id).expect("a size is an id"),
        title: "a hall to measure".to_owned(),
        actor: String::new(),
        place: String::new(),
        area: String::new(),
        category: String::new(),
        show_time: "2030-01-01 20:00:00".to_owned(),
        permit_choose_seat: true,
        real_name: false,
        per_order_limit: 6,
        // One buyer places every order that is measured.
        per_account_limit: 1_000_000,
        sale: SaleWindow::default(),
        hall: Hall { seat_base: 1, categories: vec![hall] },
    }
}

/// The first half of every row is sold, in orders of ten.
fn half_sold(seats: u32) -> Books {
    let starts = (0..seats).step_by(10).filter(|first| first % ROW_SEATS < ROW_SEATS / 2);
    let live = starts.map(|first| LiveOrder {
        number: number(u64::from(first) + 1),
        user: UserId::new(u64::from(first) + 1).expect("above 0"),
        paid: true,
        hold_ends_at: Millis(i64::MAX),
        seats: (first..first + 10).map(SeatIx).collect(),
        ticket_users: Vec::new(),
        real_name: false,
    });
    Books { live: live.collect(), requests: Vec::new() }
}

fn number(at: u64) -> OrderNumber {
    OrderNumber::new(at).expect("above 0")
}

fn request(program: ProgramId, at: u64, choice: Choice) -> anyhow::Result<HoldRequest> {
    let person = |k: u64| TicketUserId::new((1 << 40) + 2 * at + k).context("an id");
    Ok(HoldRequest {
        program,
        order: number((1 << 50) + at),
        user: UserId::new((1 << 40) + at).context("an id")?,
        version: OrderVersion::V3,
        choice,
        ticket_users: vec![person(0)?, person(1)?],
        per_account_limit: 6,
        real_name: false,
        request: None,
        created_at: Millis(0),
        hold_ends_at: Millis(i64::MAX),
    })
}

fn order(at: u32, seats: [u32; 2]) -> Order {
    let ticket = |seat: u32| Ticket {
        seat: SeatIx(seat),
        category: category(),
        ticket_user: TicketUserId::new(u64::from(seat) + 1).expect("above 0"),
        price: Cents(10_000),
    };
    Order {
        number: number((1 << 50) + (u64::from(at) << 6)),
        program: ProgramId::new(1).expect("1 is an id"),
        user: UserId::new(1_000_000 + u64::from(at)).expect("above 0"),
        version: OrderVersion::V4,
        status: OrderStatus::Unpaid,
        tickets: seats.map(ticket).to_vec(),
        request: None,
        real_name: false,
        created_at: Millis(1_790_000_000_000),
        hold_ends_at: Millis(1_790_000_900_000),
        paid_at: None,
        closed_at: None,
        closing: None,
    }
}

pub(super) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
