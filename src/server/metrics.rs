//! Counters and histograms of a server.
//! Must not cost a lock or an allocation on an order's way.
//!
//! Plain atomics: every label is known at compile time or when the router is built, so that counting is one `fetch_add`; a
//! recorder crate would look its labels up in a map on each call. `metrics/text.rs` renders them by hand, and
//! `server/feed/numbers.rs` sends them to whoever watches.

mod histogram;
mod text;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use crate::{
    domain::{order::OrderVersion, rejection::Rejection},
    server::metrics::histogram::Histogram,
    wire::feed::{EndNumbers, Happening, Latency, VersionNumbers},
};

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Served.
    Ok,
    /// The sale said no.
    Rejected,
    /// Not well-formed, too large, or not allowed.
    Refused,
    /// Turned away: overload or rebuild.
    Overloaded,
    /// The server failed.
    Failed,
}

impl Outcome {
    /// All of them, in order of declaration.
    pub const ALL: [Self; 5] = [Self::Ok, Self::Rejected, Self::Refused, Self::Overloaded, Self::Failed];

    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Rejected => "rejected",
            Self::Refused => "refused",
            Self::Overloaded => "overloaded",
            Self::Failed => "failed",
        }
    }
}

/// Requests of one route.
#[derive(Debug)]
pub struct RouteCounts {
    route: &'static str,
    outcomes: [AtomicU64; Outcome::ALL.len()],
    latency: Histogram,
}

impl RouteCounts {
    /// A request of this route ended.
    pub fn ended(&self, outcome: Outcome, took: Duration) {
        self.outcomes[outcome as usize].fetch_add(1, Relaxed);
        self.latency.took(took);
    }
}

/// Orders of one version.
#[derive(Debug)]
struct VersionCounts {
    placed: AtomicU64,
    rejected: [AtomicU64; Rejection::ALL.len()],
    failed: AtomicU64,
}

/// The ledger's commits, counted by the ledger's own thread.
#[derive(Debug)]
pub struct CommitCounts {
    jobs: AtomicU64,
    took: Histogram,
}

impl CommitCounts {
    /// So many pieces of work were committed at once.
    pub fn committed(&self, jobs: usize, took: Duration) {
        self.jobs.fetch_add(jobs as u64, Relaxed);
        self.took.took(took);
    }

    /// Commits, and the pieces of work in them.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        (self.took.count(), self.jobs.load(Relaxed))
    }

    /// Time of a commit.
    #[must_use]
    pub fn latency(&self) -> Latency {
        self.took.latency()
    }
}

/// All of a server's counters.
#[derive(Debug)]
pub struct Metrics {
    routes: Mutex<Vec<Arc<RouteCounts>>>,
    versions: [VersionCounts; OrderVersion::ALL.len()],
    in_flight: AtomicU64,
    batch_sizes: Histogram,
    batch_times: Histogram,
    /// By [`Happening`].
    happenings: [AtomicU64; Happening::ALL.len()],
    /// Of the ledger's writer, which counts them.
    pub commits: Arc<CommitCounts>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All zero.
    #[must_use]
    pub fn new() -> Self {
        let zero = |_| AtomicU64::new(0);
        Self {
            routes: Mutex::default(),
            versions: std::array::from_fn(|_| VersionCounts {
                placed: AtomicU64::new(0),
                rejected: std::array::from_fn(zero),
                failed: AtomicU64::new(0),
            }),
            in_flight: AtomicU64::new(0),
            batch_sizes: Histogram::of_batches(),
            batch_times: Histogram::of_times(),
            happenings: std::array::from_fn(zero),
            commits: Arc::new(CommitCounts { jobs: AtomicU64::new(0), took: Histogram::of_times() }),
        }
    }

    /// The counters of a route, for the router to keep. The same route twice is the same counters.
    pub fn route(&self, route: &'static str) -> Arc<RouteCounts> {
        let mut routes = self.routes();
        if let Some(known) = routes.iter().find(|counts| counts.route == route) {
            return Arc::clone(known);
        }
        let outcomes = std::array::from_fn(|_| AtomicU64::new(0));
        let counts = Arc::new(RouteCounts { route, outcomes, latency: Histogram::of_times() });
        routes.push(Arc::clone(&counts));
        counts
    }

    /// One more request in flight, while the answer lives; `None` when there are `most` already.
    pub fn admit(&self, most: usize) -> Option<InFlight<'_>> {
        let admitted = InFlight(self);
        let before = self.in_flight.fetch_add(1, Relaxed);
        (before < most as u64).then_some(admitted)
    }

    /// An order was accepted.
    pub fn placed(&self, version: OrderVersion) {
        self.version(version).placed.fetch_add(1, Relaxed);
    }

    /// An order was rejected.
    pub fn rejected(&self, version: OrderVersion, rejection: Rejection) {
        // `Rejection::ALL` is in declaration order; a test holds it to that.
        self.version(version).rejected[rejection as usize].fetch_add(1, Relaxed);
    }

    /// An order failed.
    pub fn failed(&self, version: OrderVersion) {
        self.version(version).failed.fetch_add(1, Relaxed);
    }

    /// `orders` were written in one batch that took this long.
    pub fn batch_written(&self, orders: usize, took: Duration) {
        self.batch_sizes.record(orders as u64);
        self.batch_times.took(took);
    }

    /// This happened to an order.
    pub fn happened(&self, what: Happening) {
        // `Happening::ALL` is in declaration order, too.
        self.happenings[what as usize].fetch_add(1, Relaxed);
    }

    fn version(&self, version: OrderVersion) -> &VersionCounts {
        &self.versions[usize::from(version.number()) - 1]
    }

    fn routes(&self) -> std::sync::MutexGuard<'_, Vec<Arc<RouteCounts>>> {
        self.routes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is read of the counters.
impl Metrics {
    /// Orders of v1 to v4.
    #[must_use]
    pub fn version_numbers(&self) -> [VersionNumbers; 4] {
        OrderVersion::ALL.map(|version| {
            let counts = self.version(version);
            VersionNumbers {
                placed: counts.placed.load(Relaxed),
                rejected: counts.rejected.iter().map(|number| number.load(Relaxed)).sum(),
                failed: counts.failed.load(Relaxed),
            }
        })
    }

    /// Rejections by word, of all versions; those that never happened are left out.
    #[must_use]
    pub fn rejections(&self) -> BTreeMap<String, u64> {
        let of = |at: usize| self.versions.iter().map(|counts| counts.rejected[at].load(Relaxed)).sum::<u64>();
        let all = Rejection::ALL.iter().enumerate().map(|(at, rejection)| (rejection.word().to_owned(), of(at)));
        all.filter(|(_, number)| *number > 0).collect()
    }

    /// Answers of these routes, added up.
    #[must_use]
    pub fn latency_of(&self, routes: &[&str]) -> Latency {
        let mut total = Latency::default();
        for counts in self.routes().iter().filter(|counts| routes.contains(&counts.route)) {
            let Latency { counts, sum_us } = counts.latency.latency();
            total.counts.resize(total.counts.len().max(counts.len()), 0);
            total.counts.iter_mut().zip(counts).for_each(|(sum, more)| *sum += more);
            total.sum_us += sum_us;
        }
        total
    }

    /// Requests of every route that ended in one of these ways.
    #[must_use]
    pub fn requests(&self, outcomes: &[Outcome]) -> u64 {
        let of = |counts: &Arc<RouteCounts>| {
            outcomes.iter().map(|&outcome| counts.outcomes[outcome as usize].load(Relaxed)).sum::<u64>()
        };
        self.routes().iter().map(of).sum()
    }

    /// Requests being served.
    #[must_use]
    pub fn in_flight(&self) -> u64 {
        self.in_flight.load(Relaxed)
    }

    /// Batches of v4's worker: orders taken off the queue, batches by size, their times.
    #[must_use]
    pub fn batches(&self) -> (u64, Vec<u64>, Latency) {
        (self.batch_sizes.sum(), self.batch_sizes.counts(), self.batch_times.latency())
    }

    /// How orders ended.
    #[must_use]
    pub fn ends(&self) -> EndNumbers {
        let of = |what: Happening| self.happenings[what as usize].load(Relaxed);
        EndNumbers {
            paid: of(Happening::Paid),
            cancelled: of(Happening::Cancelled),
            expired: of(Happening::Expired),
            refunded: of(Happening::Refunded),
        }
    }

    /// Everything that changes when an order moves, in one number: as long as it is the same, no order has.
    #[must_use]
    pub fn moves(&self) -> u64 {
        let versions = self.version_numbers().into_iter().map(|v| v.placed + v.rejected + v.failed).sum::<u64>();
        versions + self.happenings.iter().map(|number| number.load(Relaxed)).sum::<u64>()
    }
}

/// A request in flight: counted as long as this lives.
#[derive(Debug)]
pub struct InFlight<'a>(&'a Metrics);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::feed::Numbers;

    #[test]
    fn a_rejection_is_counted_under_its_own_word() {
        for (at, rejection) in Rejection::ALL.into_iter().enumerate() {
            assert_eq!(at, rejection as usize, "Rejection::ALL is not in declaration order");
        }
        for (at, what) in Happening::ALL.into_iter().enumerate() {
            assert_eq!(at, what as usize, "Happening::ALL is not in declaration order");
        }
        let metrics = Metrics::new();
        metrics.rejected(OrderVersion::V2, Rejection::SoldOut);
        metrics.placed(OrderVersion::V4);
        metrics.happened(Happening::Refunded);
        let text = metrics.render(&Numbers::default(), 0);
        assert!(text.contains("tpp_orders_total{version=\"v2\",outcome=\"sold_out\"} 1\n"), "{text}");
        assert!(text.contains("tpp_orders_total{version=\"v4\",outcome=\"placed\"} 1\n"));
        assert_eq!(metrics.rejections().into_iter().collect::<Vec<_>>(), [("sold_out".to_owned(), 1)]);
        assert_eq!((metrics.ends().refunded, metrics.moves()), (1, 3));
    }

    #[test]
    fn no_more_requests_are_admitted_than_there_is_room_for() {
        let metrics = Metrics::new();
        let (a, b) = (metrics.admit(2), metrics.admit(2));
        assert!(a.is_some() && b.is_some() && metrics.admit(2).is_none() && metrics.admit(2).is_none());
        drop(a);
        assert!(metrics.admit(2).is_some());
    }

    #[test]
    fn a_route_is_counted_once_however_often_it_is_asked_for() {
        let metrics = Metrics::new();
        for _ in 0..2 {
            metrics.route("/order/get").ended(Outcome::Ok, Duration::from_millis(3));
        }
        metrics.route("/order/pay").ended(Outcome::Failed, Duration::from_millis(3));
        let text = metrics.render(&Numbers::default(), 0);
        assert!(text.contains("tpp_requests_total{route=\"/order/get\",outcome=\"ok\"} 2\n"), "{text}");
        assert!(text.contains("tpp_request_seconds_bucket{route=\"/order/get\",le=\"0.00315\"} 2\n"), "{text}");
        assert_eq!((metrics.requests(&Outcome::ALL), metrics.requests(&[Outcome::Failed])), (3, 1));
        let both = metrics.latency_of(&["/order/get", "/order/pay", "/nothing"]);
        assert_eq!((both.counts.iter().sum::<u64>(), both.sum_us), (3, 9_000));
    }
}
