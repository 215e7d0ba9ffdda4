//! Every setting of the server, its default and its limit.
//! Must not read flags or the environment: `bin` does.

use std::{path::PathBuf, time::Duration};

use crate::ledger::Durability;

/// Where the inventory is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Engine {
    /// In this process.
    Embedded,
    /// In the Redis at this URL.
    Redis(String),
    /// In a private `redis-server` in the data folder.
    Managed,
}

/// Settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder of ledger, secrets and managed Redis.
    pub data: PathBuf,
    /// Where the inventory is kept.
    pub engine: Engine,
    /// When a commit counts as durable.
    pub durability: Durability,
    /// How long an unpaid order holds its seats.
    pub hold: Duration,
    /// How long a v4 order may wait in the queue before it is given back.
    pub queue_wait: Duration,
    /// Most v4 orders in the queue.
    pub queue_max: usize,
    /// How long v1 and v2 wait for their locks.
    pub lock_wait: Duration,
    /// Most orders written in one commit by the v4 worker.
    pub batch_max: usize,
    /// Number of this server in order numbers, 0 to 63.
    pub worker: u8,
    /// Most requests in flight; beyond that 503 with `Retry-After`.
    pub in_flight_max: usize,
    /// Operator's token; made and kept in the data folder when not given.
    pub admin_token: Option<String>,
    /// Secret that signs buyers' tokens and the mock channel's notices; made and kept when not given.
    pub secret: Option<String>,
    /// How long a buyer's token lives.
    pub token_ttl: Duration,
}

impl Config {
    /// Defaults, with the data in `data`.
    #[must_use]
    pub const fn new(data: PathBuf) -> Self {
        Self {
            data,
            engine: Engine::Embedded,
            durability: Durability::Full,
            hold: Duration::from_secs(15 * 60),
            queue_wait: Duration::from_secs(10),
            queue_max: 200_000,
            lock_wait: Duration::from_secs(10),
            batch_max: 512,
            worker: 0,
            in_flight_max: 8_192,
            admin_token: None,
            secret: None,
            token_ttl: Duration::from_secs(24 * 60 * 60),
        }
    }
}
