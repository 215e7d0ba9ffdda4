//! Counters and histograms, and their Prometheus text.
//! Must not cost a lock or an allocation on an order's way.
//!
//! Plain atomics, rendered by hand: every label is known at compile time or when the router is built, so that counting
//! is one `fetch_add`; a recorder crate would look its labels up in a map on each call.

mod histogram;

use std::{
    fmt::{self, Write},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use crate::{
    domain::{order::OrderVersion, rejection::Rejection},
    server::metrics::histogram::{Histogram, LATENCY_S, SIZES},
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
        self.latency.record(took.as_secs_f64());
    }
}

/// Orders of one version.
#[derive(Debug)]
struct VersionCounts {
    placed: AtomicU64,
    rejected: [AtomicU64; Rejection::ALL.len()],
    failed: AtomicU64,
}

/// What is measured at the moment of rendering rather than counted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Gauges {
    /// Orders held and waiting to be written; `None` when the inventory does not say.
    pub queue_depth: Option<u64>,
    /// Since the start.
    pub uptime_s: u64,
}

/// All of a server's counters.
#[derive(Debug)]
pub struct Metrics {
    routes: Mutex<Vec<Arc<RouteCounts>>>,
    versions: [VersionCounts; OrderVersion::ALL.len()],
    in_flight: AtomicU64,
    batch_sizes: Histogram,
    commit_s: Histogram,
    expired: AtomicU64,
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
            batch_sizes: Histogram::new(&SIZES),
            commit_s: Histogram::new(&LATENCY_S),
            expired: AtomicU64::new(0),
        }
    }

    /// The counters of a route, for the router to keep. The same route twice is the same counters.
    pub fn route(&self, route: &'static str) -> Arc<RouteCounts> {
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = routes.iter().find(|counts| counts.route == route) {
            return Arc::clone(known);
        }
        let outcomes = std::array::from_fn(|_| AtomicU64::new(0));
        let counts = Arc::new(RouteCounts { route, outcomes, latency: Histogram::new(&LATENCY_S) });
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

    /// `orders` were written in one commit that took this long.
    pub fn batch_written(&self, orders: usize, took: Duration) {
        self.batch_sizes.record(orders as f64);
        self.commit_s.record(took.as_secs_f64());
    }

    /// Holds of `orders` orders ended.
    pub fn expired(&self, orders: usize) {
        self.expired.fetch_add(orders as u64, Relaxed);
    }

    /// Prometheus text, version 0.0.4.
    #[must_use]
    pub fn render(&self, gauges: Gauges) -> String {
        let mut text = String::with_capacity(16 * 1024);
        // Writing to a String cannot fail.
        let _ = self.write_routes(&mut text).and_then(|()| self.write_orders(&mut text, gauges));
        text
    }

    fn version(&self, version: OrderVersion) -> &VersionCounts {
        &self.versions[usize::from(version.number()) - 1]
    }

    fn write_routes(&self, text: &mut String) -> fmt::Result {
        let routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        head(text, "tpp_requests_total", "counter", "Requests by route and outcome.")?;
        for counts in routes.iter() {
            for outcome in Outcome::ALL {
                let number = counts.outcomes[outcome as usize].load(Relaxed);
                if number > 0 {
                    let (route, word) = (counts.route, outcome.word());
                    writeln!(text, "tpp_requests_total{{route=\"{route}\",outcome=\"{word}\"}} {number}")?;
                }
            }
        }
        head(text, "tpp_request_seconds", "histogram", "Time from a request's head to its answer, by route.")?;
        for counts in routes.iter().filter(|counts| counts.latency.count() > 0) {
            counts.latency.write(text, "tpp_request_seconds", &format!("route=\"{}\"", counts.route))?;
        }
        Ok(())
    }

    fn write_orders(&self, text: &mut String, gauges: Gauges) -> fmt::Result {
        head(text, "tpp_orders_total", "counter", "Orders by version and outcome.")?;
        for version in OrderVersion::ALL {
            let counts = self.version(version);
            let mut line = |outcome: &str, number: &AtomicU64| {
                let number = number.load(Relaxed);
                writeln!(text, "tpp_orders_total{{version=\"{version}\",outcome=\"{outcome}\"}} {number}")
            };
            line("placed", &counts.placed)?;
            line("failed", &counts.failed)?;
            for (rejection, number) in Rejection::ALL.iter().zip(&counts.rejected) {
                if number.load(Relaxed) > 0 {
                    line(rejection.word(), number)?;
                }
            }
        }
        head(text, "tpp_orders_expired_total", "counter", "Orders whose hold ended.")?;
        writeln!(text, "tpp_orders_expired_total {}", self.expired.load(Relaxed))?;
        head(text, "tpp_requests_in_flight", "gauge", "Requests being served.")?;
        writeln!(text, "tpp_requests_in_flight {}", self.in_flight.load(Relaxed))?;
        if let Some(depth) = gauges.queue_depth {
            head(text, "tpp_queue_depth", "gauge", "Orders held and waiting to be written.")?;
            writeln!(text, "tpp_queue_depth {depth}")?;
        }
        head(text, "tpp_uptime_seconds", "gauge", "Time since the start.")?;
        writeln!(text, "tpp_uptime_seconds {}", gauges.uptime_s)?;
        head(text, "tpp_batch_orders", "histogram", "Orders written in one commit by the worker of v4.")?;
        self.batch_sizes.write(text, "tpp_batch_orders", "")?;
        head(text, "tpp_commit_seconds", "histogram", "Time of such a commit.")?;
        self.commit_s.write(text, "tpp_commit_seconds", "")
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

fn head(text: &mut String, name: &str, kind: &str, help: &str) -> fmt::Result {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_is_counted_under_its_own_word() {
        for (at, rejection) in Rejection::ALL.into_iter().enumerate() {
            assert_eq!(at, rejection as usize, "Rejection::ALL is not in declaration order");
        }
        let metrics = Metrics::new();
        metrics.rejected(OrderVersion::V2, Rejection::SoldOut);
        metrics.placed(OrderVersion::V4);
        let text = metrics.render(Gauges { queue_depth: Some(7), uptime_s: 1 });
        assert!(text.contains("tpp_orders_total{version=\"v2\",outcome=\"sold_out\"} 1\n"), "{text}");
        assert!(text.contains("tpp_orders_total{version=\"v4\",outcome=\"placed\"} 1\n"));
        assert!(text.contains("tpp_queue_depth 7\n"));
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
        let text = metrics.render(Gauges::default());
        assert!(text.contains("tpp_requests_total{route=\"/order/get\",outcome=\"ok\"} 2\n"), "{text}");
        assert!(text.contains("tpp_request_seconds_bucket{route=\"/order/get\",le=\"0.005\"} 2\n"), "{text}");
    }
}
