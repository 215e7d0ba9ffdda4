//! The live feed, `GET /api/v1/stream[?program=ID]` (admin token): server-sent events whose data is a [`Frame`].
//! Must not hold anything that a reader could not do without: it goes out ten times a second.
//!
//! The event is `snapshot` (forget what was before) or `delta`; its id resumes the feed through `Last-Event-ID`. A reader
//! who falls behind gets one delta in place of several, or a snapshot. Counters are those of `/metrics`, since the start.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    domain::ids::{CategoryId, ProgramId},
    wire::{
        admin::{CategoryLine, OrderLine},
        text,
    },
};

/// Upper bounds of the latency buckets, in microseconds: ten a decade. A last bucket holds what took longer.
pub const LATENCY_BOUNDS_US: [u64; 51] = [
    100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1_000, 1_250, 1_600, 2_000, 2_500, 3_150, 4_000, 5_000, 6_300,
    8_000, 10_000, 12_500, 16_000, 20_000, 25_000, 31_500, 40_000, 50_000, 63_000, 80_000, 100_000, 125_000, 160_000,
    200_000, 250_000, 315_000, 400_000, 500_000, 630_000, 800_000, 1_000_000, 1_250_000, 1_600_000, 2_000_000,
    2_500_000, 3_150_000, 4_000_000, 5_000_000, 6_300_000, 8_000_000, 10_000_000,
];
/// Upper bounds of the buckets of batch sizes, in orders. A last bucket holds larger ones.
pub const BATCH_BOUNDS: [u64; 11] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024];
/// Most order news in a frame; those beyond are counted.
pub const ORDER_NEWS_MAX: usize = 64;

/// What the server says at one moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Frame {
    /// A snapshot: what was before does not count.
    pub whole: bool,
    /// One more with every change of the picture; the same as in the event's id.
    pub sequence: u64,
    /// The server's clock, in ms since 1970.
    pub server_ms: i64,
    /// The server as a whole. In every frame.
    pub numbers: Numbers,
    /// Programs whose line changed; all of them in a snapshot.
    pub programs: Vec<ProgramStock>,
    /// The program that is followed.
    pub followed: Option<Followed>,
    /// What happened to orders, oldest first: at most [`ORDER_NEWS_MAX`], the newest.
    pub orders: Vec<OrderNews>,
    /// Order news that had no room.
    pub orders_left_out: u64,
    /// New lines of the server's log of repairs; the last hundred in a snapshot.
    pub log: Vec<LogLine>,
}

impl Frame {
    /// Did anything happen to seats or orders since the frame before?
    #[must_use]
    pub fn moves(&self) -> bool {
        let seats = self.followed.as_ref().is_some_and(|followed| !followed.seats.is_empty());
        !self.whole && (seats || !self.orders.is_empty())
    }
}

/// Counters and gauges of the server as a whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Numbers {
    /// Seconds since the start.
    pub uptime_s: f64,
    /// v1 to v4.
    pub versions: [VersionNumbers; 4],
    /// Rejections of orders by their word, of all versions.
    pub rejections: BTreeMap<String, u64>,
    /// Answers to `/program/order/create/v1` to `v4`, all versions.
    pub create: Latency,
    /// Requests being served.
    pub in_flight: u64,
    /// Most that are served at once.
    pub in_flight_max: u64,
    /// Requests answered, of every route.
    pub requests: u64,
    /// Requests turned away for overload or a rebuild.
    pub refused: u64,
    /// Requests that the server failed.
    pub failed: u64,
    /// v4's queue and its worker.
    pub queue: QueueNumbers,
    /// The ledger's writer.
    pub ledger: LedgerNumbers,
    /// The inventory's engine.
    pub inventory: InventoryNumbers,
    /// How orders ended since the start.
    pub ends: EndNumbers,
    /// Holds that will end.
    pub holds: HoldNumbers,
    /// CPU seconds so far, user and system.
    pub cpu_s: f64,
    /// Resident memory in bytes.
    pub rss_bytes: u64,
    /// Readers of the feed.
    pub watchers: u64,
}

/// Orders of one version since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionNumbers {
    /// Created, or accepted by v4.
    pub placed: u64,
    /// The sale said no.
    pub rejected: u64,
    /// The server failed.
    pub failed: u64,
}

/// A histogram of times since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Latency {
    /// Values below each of [`LATENCY_BOUNDS_US`] and above the one before; empty while there are none at all.
    pub counts: Vec<u64>,
    /// Of all values, in microseconds.
    pub sum_us: u64,
}

/// v4's queue.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueNumbers {
    /// Orders held and waiting to be written; none when the inventory does not say.
    pub depth: Option<u64>,
    /// Since when the oldest of them waits, in ms since 1970.
    pub oldest_ms: Option<i64>,
    /// Most that may wait.
    pub max: u64,
    /// Orders taken off the queue since the start.
    pub written: u64,
    /// Batches by size: counts of [`BATCH_BOUNDS`] and above.
    pub batches: Vec<u64>,
    /// Time of a batch, from taking it to its last step.
    pub batch: Latency,
    /// Inventory steps that could not be done and are tried again.
    pub unsettled: u64,
}

/// The ledger's writer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerNumbers {
    /// `full` or `normal`.
    pub durability: String,
    /// Commits since the start.
    pub commits: u64,
    /// Pieces of work in them.
    pub jobs: u64,
    /// Time of a commit, its work included.
    pub commit: Latency,
    /// Pieces of work that wait for the writer.
    pub waiting: u64,
    /// Bytes of the file and its write-ahead log.
    pub file_bytes: u64,
}

/// The inventory's engine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InventoryNumbers {
    /// `embedded` or `redis`.
    pub engine: String,
    /// It answered the last time it was asked.
    pub up: bool,
    /// How long its last answer took, in microseconds.
    pub answer_us: u64,
    /// Programs that are being rebuilt from the ledger.
    pub rebuilding: u64,
    /// What else there is to say of it: version, memory and so on.
    pub details: BTreeMap<String, String>,
}

/// How orders ended since the start of the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndNumbers {
    /// Paid in time.
    pub paid: u64,
    /// Cancelled by buyer or operator.
    pub cancelled: u64,
    /// Their hold ended.
    pub expired: u64,
    /// Refunded.
    pub refunded: u64,
}

/// Holds of unpaid orders, of the followed program where there is one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldNumbers {
    /// All of them.
    pub all: u64,
    /// That end within 10 seconds.
    pub within_10s: u64,
    /// Within a minute.
    pub within_1m: u64,
    /// Within five minutes.
    pub within_5m: u64,
}

/// A program and what is left of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProgramStock {
    /// Program.
    #[serde(with = "text")]
    pub id: ProgramId,
    /// Title.
    pub title: String,
    /// Performers.
    pub actor: String,
    /// Place.
    pub place: String,
    /// City.
    pub area: String,
    /// Kind.
    pub category: String,
    /// `yyyy-MM-dd HH:mm:ss`.
    pub show_time: String,
    /// On sale now.
    pub on_sale: bool,
    /// Off sale whatever the times say.
    pub closed: bool,
    /// First moment on sale, in ms since 1970.
    pub opens_at_ms: Option<i64>,
    /// First moment no longer on sale.
    pub closes_at_ms: Option<i64>,
    /// One live ticket per ticket user.
    pub real_name: bool,
    /// Seats may be picked.
    pub permit_choose_seat: bool,
    /// Most tickets in an order.
    pub per_order_limit: u32,
    /// Most live tickets of an account.
    pub per_account_limit: u32,
    /// All seats.
    pub total: u64,
    /// Free seats.
    pub available: u64,
    /// Held seats.
    pub held: u64,
    /// Sold seats.
    pub sold: u64,
}

/// The program that is followed, seat by seat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Followed {
    /// Program.
    #[serde(with = "text")]
    pub id: ProgramId,
    /// First seat's id: seat ids are this plus the position in hall order.
    #[serde(with = "text")]
    pub seat_base: u64,
    /// Its categories with their counts, in hall order. In every frame.
    pub categories: Vec<CategoryLine>,
    /// Rows of the hall in order; in snapshots only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<HallRow>,
    /// Seats that changed, by position. In a snapshot those that are not free; all others are.
    pub seats: Vec<SeatRun>,
    /// The inventory did not say how the seats are; they are as they were.
    #[serde(default)]
    pub unknown: bool,
}

/// A row of a hall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HallRow {
    /// Its category.
    #[serde(with = "text")]
    pub category: CategoryId,
    /// Its number.
    pub row: u32,
    /// Number of its first seat.
    pub first_col: u32,
    /// Seats.
    pub seats: u32,
    /// Position of its first seat in hall order.
    pub first_seat: u32,
}

/// Neighbouring seats that are alike, as `[first, seats, state, heldForS]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatRun(
    /// Position of the first.
    pub u32,
    /// How many.
    pub u32,
    /// 1 free, 2 held, 3 sold.
    pub u8,
    /// For how many seconds they have been held; 0 unless they are.
    pub u32,
);

/// Something happened to an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderNews {
    /// When, in ms since 1970.
    pub at_ms: i64,
    /// What.
    pub what: Happening,
    /// Word of the rejection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The order as it is after it.
    pub order: OrderLine,
}

/// What can happen to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Happening {
    /// Held and queued (v4).
    Queued,
    /// Committed in the ledger.
    Created,
    /// Accepted, and will never be.
    Rejected,
    /// Paid.
    Paid,
    /// Cancelled by buyer or operator.
    Cancelled,
    /// Its hold ended.
    Expired,
    /// Refunded.
    Refunded,
}

impl Happening {
    /// All of them, in the order of an order's life.
    pub const ALL: [Self; 7] =
        [Self::Queued, Self::Created, Self::Rejected, Self::Paid, Self::Cancelled, Self::Expired, Self::Refunded];

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Created => "created",
            Self::Rejected => "rejected",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Refunded => "refunded",
        }
    }
}

/// A line of the server's log of repairs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// When, in ms since 1970.
    pub at_ms: i64,
    /// Worth a look: something was lost and put right, or could not be.
    pub warning: bool,
    /// One sentence.
    pub words: String,
}
