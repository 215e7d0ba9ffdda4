//! What all handlers and workers share.
//! Must not act: it holds.

use std::{
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use crate::{
    domain::ids::Millis,
    inventory::Inventory,
    ledger::Ledger,
    server::{
        account::Accounts,
        catalog::Catalog,
        config::Config,
        feed::{Feed, log::RepairLog, tape::Tape},
        gate::{Gate, SaleGates},
        metrics::Metrics,
        order::{expiry::Expiries, flight::Flights, numbers::Numbers, outcome::Outcomes, settle::UnsettledSteps},
        pay::mock::MockChannel,
        recovery::Suspects,
    },
};

/// One server.
#[derive(Debug)]
pub struct State {
    /// Settings.
    pub config: Config,
    /// What was sold.
    pub ledger: Ledger,
    /// What is left.
    pub inventory: Inventory,
    /// Programs on sale, in memory.
    pub catalog: Catalog,
    /// Accounts' ticket users, cached.
    pub accounts: Accounts,
    /// Tokens of buyers and operator.
    pub gate: Gate,
    /// One a program: orders pass, a rebuild or an audit waits until none is inside.
    pub sale_gates: SaleGates,
    /// Order numbers.
    pub numbers: Numbers,
    /// Holds by their end.
    pub expiries: Expiries,
    /// What became of orders lately (v4 polls).
    pub outcomes: Outcomes,
    /// Requests with an idempotency key, under way.
    pub flights: Flights,
    /// Inventory steps to try again.
    pub unsettled: UnsettledSteps,
    /// Held by whoever writes queued orders: the worker, or a rebuild that drains the queue first.
    pub writing: tokio::sync::Mutex<()>,
    /// Programs whose inventory must be rebuilt.
    pub suspects: Suspects,
    /// The mock payment channel.
    pub mock: MockChannel,
    /// Counters and histograms.
    pub metrics: Metrics,
    /// The live feed.
    pub feed: Feed,
    /// What happens to orders, while somebody watches.
    pub tape: Tape,
    /// What was repaired.
    pub log: Arc<RepairLog>,
    /// When the server started.
    pub started: Instant,
}

impl State {
    /// Wall clock.
    #[must_use]
    pub fn now(&self) -> Millis {
        wall_clock()
    }
}

/// Wall clock. The one place where the server reads it.
#[must_use]
pub fn wall_clock() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
