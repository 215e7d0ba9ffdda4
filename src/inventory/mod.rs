//! What is left: one set of verbs, two engines, in process and in Redis.
//! Must not know HTTP, SQL or an order version's steps.

pub mod embedded;
pub mod redis;

use std::time::Duration;

use crate::domain::{
    hold::{Books, Census, Choice, Counts, Fallback, Held, HoldRequest, QueuedOrder, Release, SeatState},
    ids::{CategoryId, Millis, OrderNumber, ProgramId, SeatIx},
    program::{ORDER_TICKETS_MAX, Program},
    rejection::Rejection,
};
use embedded::Embedded;
use redis::RedisInventory;

/// The engine is not to be had just now; nothing was decided, or what was decided is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// Emptied, restarted or older than the ledger: rebuild this program from the ledger, then go on. Nothing was done.
    #[error("the inventory of this program must be rebuilt from the ledger first")]
    Stale,
    /// Cannot be reached, or did not answer in time: a change may have been made or not.
    #[error("the inventory did not answer: {0}")]
    Unreachable(String),
    /// A lock was not free within its limit. Nothing was done.
    #[error("a lock was not free within {0:?}")]
    LockTimeout(Duration),
    /// The queue of v4 is at its limit. Nothing was done.
    #[error("the order queue is full")]
    QueueFull,
}

/// Why a verb did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDone {
    /// The sale said no.
    #[error(transparent)]
    Rejected(#[from] RejectedHold),
    /// The world broke.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// A rejection, as an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RejectedHold(pub Rejection);

impl From<Rejection> for NotDone {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(RejectedHold(rejection))
    }
}

/// What a lock is for. Several categories are always taken in sorted order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LockName {
    /// v1: everyone who buys this program.
    Program(ProgramId),
    /// v2: everyone who buys this category.
    Category(ProgramId, CategoryId),
}

/// What a rebuild found and put right. All zero where it found nothing: then there was nothing to put right.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repairs {
    /// Seats that the inventory had held or sold and the ledger has free.
    pub seats_freed: u32,
    /// Seats that the ledger has in a live order and the inventory had free, or for another order.
    pub seats_restored: u32,
    /// Seats that were held and are paid for, or the other way round.
    pub seats_restated: u32,
    /// The inventory held nothing of this program at all (first start, or emptied).
    pub was_empty: bool,
}

/// The queue as it is at one moment, over all programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueFront {
    /// Orders queued and not acknowledged.
    pub depth: u64,
    /// When the first of them was accepted.
    pub oldest: Option<Millis>,
}

/// The inventory of all programs on one engine. Cheap to clone behind an `Arc`; every verb may be called concurrently.
///
/// Both engines keep these rules, and a test replays the same histories on both and compares every reply.
///
/// - **Checks of a hold**, in this order, all before the first write: the request in itself (`CountNotPositive`,
///   `OrderLimit` above [`ORDER_TICKETS_MAX`], `SeatRepeated`), whatever its key says; idempotency key (`KeyReused`, or
///   the earlier order); each picked seat in turn (`SeatMissing`, `SeatHeld`, `SeatSold`), or the category
///   (`CategoryMissing`), what is left of it (`SoldOut`) and a choice by the rule of [`crate::domain::seating`]
///   (`SeatsOccupied`); account (`AccountLimit`); names (`NameLimit`); room in the queue
///   ([`Unavailable::QueueFull`]), last: who can be told no for good is not told to come again. `choose` checks the
///   count first, too.
/// - **A hold** lasts as long as its order has held seats: confirming or giving back some of them leaves it to the
///   others, and [`Inventory::undo`] gives back these others only. Its key is forgotten only by `undo`.
/// - **Books** that give a seat to two orders mean the first; a seat that the hall does not have is nobody's, and counts
///   on no account.
/// - **Queues** are one a program, each first in, first out. [`Inventory::next_batch`] merges them by the millisecond of
///   the hold; orders of two programs within one millisecond come in any order.
/// - **A program that is not there**, or is forgotten, is [`Unavailable::Stale`] for every verb that names it, but for
///   `forget` and `acknowledge`, which have nothing to do then.
#[derive(Debug)]
pub enum Inventory {
    /// In this process.
    Embedded(Embedded),
    /// In a Redis server.
    Redis(RedisInventory),
}

/// A lock that is held. Dropping it gives it back in the background; [`LockGuard::release`] waits until it is back.
#[derive(Debug)]
pub enum LockGuard {
    /// In this process.
    Embedded(embedded::lock::Guard),
    /// In Redis: owner token, renewed until given back by compare-and-delete.
    Redis(redis::lock::Guard),
}

impl LockGuard {
    /// Gives the lock back.
    pub async fn release(self) {
        match self {
            Self::Embedded(guard) => drop(guard),
            Self::Redis(guard) => guard.release().await,
        }
    }
}

macro_rules! on_engine {
    ($self:ident, $engine:ident => $call:expr) => {
        match $self {
            Inventory::Embedded($engine) => $call,
            Inventory::Redis($engine) => $call,
        }
    };
}

impl Inventory {
    /// Makes the inventory of one program what the ledger says, whatever it was. The caller sees to it that no other
    /// verb of this program runs meanwhile and that the queue of this program has been drained.
    ///
    /// # Errors
    /// [`Unavailable::Unreachable`].
    pub async fn rebuild(&self, program: &Program, books: &Books) -> Result<Repairs, Unavailable> {
        on_engine!(self, engine => engine.rebuild(program, books).await)
    }

    /// The atomic step: all checks, then hold the seats for `request.order`.
    ///
    /// # Errors
    /// A rejection (nothing changed), or [`Unavailable`].
    pub async fn hold(&self, request: HoldRequest) -> Result<Held, NotDone> {
        on_engine!(self, engine => engine.hold(request).await)
    }

    /// The atomic step that also queues the order (v4). Queued exactly when held.
    ///
    /// # Errors
    /// As [`Self::hold`], and [`Unavailable::QueueFull`].
    pub async fn hold_and_queue(&self, request: HoldRequest) -> Result<Held, NotDone> {
        on_engine!(self, engine => engine.hold_and_queue(request).await)
    }

    /// Reads a choice of seats without taking anything (v1 and v2: read, decide, write). The choice is what
    /// [`Self::hold`] with `Choice::Best` would take at this instant.
    ///
    /// # Errors
    /// [`Rejection::SoldOut`], [`Rejection::SeatsOccupied`], [`Rejection::CategoryMissing`], or [`Unavailable`].
    pub async fn choose(
        &self,
        program: ProgramId,
        category: CategoryId,
        count: u32,
        fallback: Fallback,
    ) -> Result<Vec<SeatIx>, NotDone> {
        on_engine!(self, engine => engine.choose(program, category, count, fallback).await)
    }

    /// The order is paid: its held seats are sold. Seats that it does not own are left alone; a repeat is harmless.
    /// Returns how many seats changed.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn confirm(&self, program: ProgramId, order: OrderNumber, seats: &[SeatIx]) -> Result<u32, Unavailable> {
        on_engine!(self, engine => engine.confirm(program, order, seats).await)
    }

    /// Gives seats back, held or sold. The idempotency key stays: its order did exist. Returns how many seats changed.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn release(&self, release: &Release) -> Result<u32, Unavailable> {
        on_engine!(self, engine => engine.release(release).await)
    }

    /// The order never came to be: gives back what it holds and forgets its idempotency key. Harmless for an order
    /// that is unknown or confirmed. Does not touch the queue. Returns how many seats changed.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn undo(&self, program: ProgramId, order: OrderNumber) -> Result<u32, Unavailable> {
        on_engine!(self, engine => engine.undo(program, order).await)
    }

    /// Counts of every category, in hall order.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn counts(&self, program: ProgramId) -> Result<Vec<(CategoryId, Counts)>, Unavailable> {
        on_engine!(self, engine => engine.counts(program).await)
    }

    /// State of every seat, in hall order.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn seats(&self, program: ProgramId) -> Result<Vec<SeatState>, Unavailable> {
        on_engine!(self, engine => engine.seats(program).await)
    }

    /// Everything about a program, for the audit. Consistent only while no verb of this program runs.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn census(&self, program: ProgramId) -> Result<Census, Unavailable> {
        on_engine!(self, engine => engine.census(program).await)
    }

    /// Takes the locks named, sorted, waiting at most `wait` for all of them together.
    ///
    /// # Errors
    /// [`Unavailable::LockTimeout`] (nothing is held then), or [`Unavailable::Unreachable`].
    pub async fn lock(&self, names: &[LockName], wait: Duration) -> Result<Vec<LockGuard>, Unavailable> {
        on_engine!(self, engine => engine.lock(names, wait).await)
    }

    /// Up to `max` queued orders, oldest first, over all programs; waits up to `wait` for the first. They stay in the
    /// queue until [`Self::acknowledge`]. One worker at a time calls this. After a crash of the caller, or when a
    /// batch was not acknowledged, the same orders come again.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn next_batch(&self, max: usize, wait: Duration) -> Result<Vec<QueuedOrder>, Unavailable> {
        on_engine!(self, engine => engine.next_batch(max, wait).await)
    }

    /// These orders are written or rejected for good: takes them off the queue.
    ///
    /// # Errors
    /// [`Unavailable`]; calling again is harmless.
    pub async fn acknowledge(&self, orders: &[QueuedOrder]) -> Result<(), Unavailable> {
        on_engine!(self, engine => engine.acknowledge(orders).await)
    }

    /// The place of this order in its program's queue, counted from 1; `None` when it is not queued. Exact while orders
    /// are acknowledged in the order in which they came; of those acknowledged out of turn Redis assumes that they
    /// stood before this one.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn position(&self, program: ProgramId, order: OrderNumber) -> Result<Option<u64>, Unavailable> {
        on_engine!(self, engine => engine.position(program, order).await)
    }

    /// Orders queued and not acknowledged: of one program, or of all.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn queue_depth(&self, program: Option<ProgramId>) -> Result<u64, Unavailable> {
        on_engine!(self, engine => engine.queue_depth(program).await)
    }

    /// How many orders are queued and not acknowledged, of all programs, and when the one that was held first was
    /// accepted. Changes nothing, whoever asks how often.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn queue_front(&self) -> Result<QueueFront, Unavailable> {
        on_engine!(self, engine => engine.queue_front().await)
    }

    /// Leaves a program out from now on.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn forget(&self, program: ProgramId) -> Result<(), Unavailable> {
        on_engine!(self, engine => engine.forget(program).await)
    }

    /// What a report must say of the engine: names and values, such as the version of Redis and when its writes reach
    /// the disk. Empty for the embedded engine, which keeps nothing.
    pub async fn environment(&self) -> Vec<(String, String)> {
        match self {
            Self::Embedded(_) => Vec::new(),
            Self::Redis(engine) => engine.environment().await,
        }
    }

    /// How the engine is doing: what [`Self::environment`] says, and how much memory it uses.
    pub async fn health(&self) -> Vec<(String, String)> {
        match self {
            Self::Embedded(_) => Vec::new(),
            Self::Redis(engine) => engine.health().await,
        }
    }

    /// `embedded` or `redis`.
    #[must_use]
    pub const fn engine(&self) -> &'static str {
        match self {
            Self::Embedded(_) => "embedded",
            Self::Redis(_) => "redis",
        }
    }
}

/// The first check of a hold: is it a request at all?
fn check_choice(choice: &Choice) -> Result<(), Rejection> {
    match choice {
        Choice::Best { count, .. } => check_count(*count as usize),
        Choice::Picked(seats) => {
            check_count(seats.len())?;
            let repeated = seats.iter().enumerate().any(|(at, seat)| seats[..at].contains(seat));
            if repeated { Err(Rejection::SeatRepeated) } else { Ok(()) }
        }
    }
}

/// Do orders of this many seats exist?
fn check_count(count: usize) -> Result<(), Rejection> {
    match count {
        0 => Err(Rejection::CountNotPositive),
        _ if count > ORDER_TICKETS_MAX as usize => Err(Rejection::OrderLimit),
        _ => Ok(()),
    }
}
