//! The numbers of a server, measured: the same for the feed and for `/metrics`.
//! Must not wait longer than a moment for anybody.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    server::{machine, metrics::Outcome, router::CREATE, state::State},
    wire::feed::{HoldNumbers, InventoryNumbers, LedgerNumbers, Numbers, QueueNumbers},
};

/// Longest wait for the inventory. A tick of the feed is a tenth of a second; one that does not answer may cost some.
pub const ANSWER_WAIT: Duration = Duration::from_millis(250);
/// How often the process and its files are looked at.
const SLOW_EVERY: Duration = Duration::from_secs(1);
/// How often the engine is asked how it is doing.
const HEALTH_EVERY: Duration = Duration::from_secs(10);

/// Looks at a server again and again, and at what changes slowly less often.
#[derive(Debug, Default)]
pub struct Looker {
    slow: Option<(Instant, Slow)>,
    health: Option<(Instant, BTreeMap<String, String>)>,
}

#[derive(Debug, Clone, Copy)]
struct Slow {
    cpu_s: f64,
    rss_bytes: u64,
    file_bytes: u64,
}

impl Looker {
    /// Everything but the holds.
    pub async fn look(&mut self, state: &Arc<State>) -> Numbers {
        let (queue, mut inventory) = ask(state).await;
        inventory.details = self.health(state, inventory.up).await;
        let slow = self.slow(state);
        Numbers {
            uptime_s: state.started.elapsed().as_secs_f64(),
            versions: state.metrics.version_numbers(),
            rejections: state.metrics.rejections(),
            create: state.metrics.latency_of(&CREATE),
            in_flight: state.metrics.in_flight(),
            in_flight_max: state.config.in_flight_max as u64,
            requests: state.metrics.requests(&Outcome::ALL),
            refused: state.metrics.requests(&[Outcome::Overloaded]),
            failed: state.metrics.requests(&[Outcome::Failed]),
            queue,
            ledger: ledger(state, slow.file_bytes),
            inventory,
            ends: state.metrics.ends(),
            holds: HoldNumbers::default(),
            cpu_s: slow.cpu_s,
            rss_bytes: slow.rss_bytes,
            watchers: state.feed.watchers(),
        }
    }

    fn slow(&mut self, state: &State) -> Slow {
        if let Some((at, slow)) = self.slow
            && at.elapsed() < SLOW_EVERY
        {
            return slow;
        }
        let file_bytes = state.ledger.file_bytes();
        let slow = Slow { cpu_s: machine::cpu_s(), rss_bytes: machine::rss_bytes(), file_bytes };
        self.slow = Some((Instant::now(), slow));
        slow
    }

    async fn health(&mut self, state: &State, is_up: bool) -> BTreeMap<String, String> {
        if let Some((at, health)) = &self.health
            && (at.elapsed() < HEALTH_EVERY || !is_up)
        {
            return health.clone();
        }
        let health = tokio::time::timeout(ANSWER_WAIT, state.inventory.health()).await.unwrap_or_default();
        let health: BTreeMap<_, _> = health.into_iter().collect();
        self.health = Some((Instant::now(), health.clone()));
        health
    }
}

/// The queue, and how quickly the inventory said so.
async fn ask(state: &State) -> (QueueNumbers, InventoryNumbers) {
    let asked = Instant::now();
    let front = tokio::time::timeout(ANSWER_WAIT, state.inventory.queue_front()).await.ok().and_then(Result::ok);
    let answer_us = u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX);
    let (written, batches, batch) = state.metrics.batches();
    let queue = QueueNumbers {
        depth: front.map(|front| front.depth),
        oldest_ms: front.and_then(|front| front.oldest).map(|moment| moment.0),
        max: state.config.queue_max as u64,
        written,
        batches,
        batch,
        unsettled: state.unsettled.len() as u64,
    };
    let inventory = InventoryNumbers {
        engine: state.inventory.engine().to_owned(),
        up: front.is_some(),
        answer_us,
        rebuilding: state.sale_gates.rebuilding() as u64,
        details: BTreeMap::new(),
    };
    (queue, inventory)
}

fn ledger(state: &State, file_bytes: u64) -> LedgerNumbers {
    let (commits, jobs) = state.metrics.commits.counts();
    LedgerNumbers {
        durability: state.config.durability.word().to_owned(),
        commits,
        jobs,
        commit: state.metrics.commits.latency(),
        waiting: state.ledger.waiting() as u64,
        file_bytes,
    }
}

/// The numbers without what moves although nothing happens.
#[must_use]
pub fn at_rest(numbers: &Numbers) -> Numbers {
    let mut rest = numbers.clone();
    (rest.uptime_s, rest.cpu_s, rest.rss_bytes, rest.inventory.answer_us, rest.ledger.file_bytes) = (0.0, 0.0, 0, 0, 0);
    rest
}
