//! Counters, gauges and histograms as Prometheus text, version 0.0.4.
//! Must not measure: what is no counter is handed in.

use std::{
    fmt::{self, Write},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use super::{Metrics, Outcome};
use crate::{
    domain::{order::OrderVersion, rejection::Rejection},
    wire::feed::{InventoryNumbers, LedgerNumbers, Numbers, QueueNumbers},
};

impl Metrics {
    /// Everything: the counters as they are, and what the feed measures beside them.
    #[must_use]
    pub fn render(&self, numbers: &Numbers, samplers: u64) -> String {
        let mut text = String::with_capacity(64 * 1024);
        let all = self.write_routes(&mut text);
        let all = all.and_then(|()| self.write_orders(&mut text, numbers));
        let all = all.and_then(|()| self.write_queue(&mut text, &numbers.queue));
        let all = all.and_then(|()| self.write_ledger(&mut text, &numbers.ledger));
        let all = all.and_then(|()| write_inventory(&mut text, &numbers.inventory));
        // Writing to a String cannot fail.
        let _ = all.and_then(|()| write_process(&mut text, numbers, samplers));
        text
    }

    fn write_routes(&self, text: &mut String) -> fmt::Result {
        let routes = self.routes();
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

    fn write_orders(&self, text: &mut String, numbers: &Numbers) -> fmt::Result {
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
        let ends = numbers.ends;
        one(text, "tpp_orders_paid_total", "counter", "Orders paid in time.", ends.paid)?;
        one(text, "tpp_orders_cancelled_total", "counter", "Orders cancelled by buyer or operator.", ends.cancelled)?;
        one(text, "tpp_orders_expired_total", "counter", "Orders whose hold ended.", ends.expired)?;
        one(text, "tpp_orders_refunded_total", "counter", "Orders refunded.", ends.refunded)?;
        one(text, "tpp_holds", "gauge", "Unpaid orders.", numbers.holds.all)?;
        head(text, "tpp_holds_ending", "gauge", "Unpaid orders whose hold ends within so many seconds.")?;
        let holds = numbers.holds;
        for (within_s, number) in [(10, holds.within_10s), (60, holds.within_1m), (300, holds.within_5m)] {
            writeln!(text, "tpp_holds_ending{{within_s=\"{within_s}\"}} {number}")?;
        }
        Ok(())
    }

    fn write_queue(&self, text: &mut String, queue: &QueueNumbers) -> fmt::Result {
        if let Some(depth) = queue.depth {
            one(text, "tpp_queue_depth", "gauge", "Orders held and waiting to be written.", depth)?;
        }
        if let Some(ms) = queue.oldest_ms {
            let help = "Since when the oldest queued order waits, in seconds since 1970.";
            one(text, "tpp_queue_oldest_timestamp_seconds", "gauge", help, ms as f64 / 1e3)?;
        }
        one(text, "tpp_queue_max", "gauge", "Most orders that may wait.", queue.max)?;
        one(text, "tpp_unsettled_steps", "gauge", "Inventory steps that are tried again.", queue.unsettled)?;
        head(text, "tpp_batch_orders", "histogram", "Orders taken off the queue at once by the worker of v4.")?;
        self.batch_sizes.write(text, "tpp_batch_orders", "")?;
        head(text, "tpp_batch_seconds", "histogram", "Time of such a batch, from taking it to its last step.")?;
        self.batch_times.write(text, "tpp_batch_seconds", "")
    }

    fn write_ledger(&self, text: &mut String, ledger: &LedgerNumbers) -> fmt::Result {
        let help = "What the ledger's commits survive.";
        let labels = format!("durability=\"{}\"", escaped(&ledger.durability));
        labelled(text, "tpp_ledger_info", help, &labels, 1)?;
        head(text, "tpp_ledger_commit_seconds", "histogram", "Time of a commit of the ledger, its work included.")?;
        self.commits.took.write(text, "tpp_ledger_commit_seconds", "")?;
        one(text, "tpp_ledger_jobs_total", "counter", "Pieces of work in the ledger's commits.", ledger.jobs)?;
        one(text, "tpp_ledger_waiting", "gauge", "Pieces of work that wait for the ledger.", ledger.waiting)?;
        let help = "Size of the ledger's file and its write-ahead log.";
        one(text, "tpp_ledger_file_bytes", "gauge", help, ledger.file_bytes)
    }
}

fn write_inventory(text: &mut String, inventory: &InventoryNumbers) -> fmt::Result {
    let labels = format!("engine=\"{}\"", escaped(&inventory.engine));
    labelled(text, "tpp_inventory_up", "Did the inventory answer?", &labels, inventory.up.into())?;
    let answer_s = inventory.answer_us as f64 / 1e6;
    one(text, "tpp_inventory_answer_seconds", "gauge", "How long its last answer took.", answer_s)?;
    let help = "Programs that are being rebuilt from the ledger.";
    one(text, "tpp_programs_rebuilding", "gauge", help, inventory.rebuilding)?;
    head(text, "tpp_inventory_info", "gauge", "What else there is to say of the inventory's engine.")?;
    for (name, value) in &inventory.details {
        writeln!(text, "tpp_inventory_info{{name=\"{}\",value=\"{}\"}} 1", escaped(name), escaped(value))?;
    }
    Ok(())
}

fn write_process(text: &mut String, numbers: &Numbers, samplers: u64) -> fmt::Result {
    one(text, "tpp_requests_in_flight", "gauge", "Requests being served.", numbers.in_flight)?;
    one(text, "tpp_requests_in_flight_max", "gauge", "Most that are served at once.", numbers.in_flight_max)?;
    one(text, "tpp_uptime_seconds", "gauge", "Time since the start.", numbers.uptime_s)?;
    one(text, "tpp_cpu_seconds_total", "counter", "CPU time, user and system.", numbers.cpu_s)?;
    one(text, "tpp_resident_memory_bytes", "gauge", "Resident memory.", numbers.rss_bytes)?;
    one(text, "tpp_feed_watchers", "gauge", "Readers of the live feed.", numbers.watchers)?;
    one(text, "tpp_feed_samplers", "gauge", "What keeps the live feed up: one while anybody reads it.", samplers)
}

/// A metric of one value.
fn one(text: &mut String, name: &str, kind: &str, help: &str, value: impl fmt::Display) -> fmt::Result {
    head(text, name, kind, help)?;
    writeln!(text, "{name} {value}")
}

/// A gauge of one value with labels.
fn labelled(text: &mut String, name: &str, help: &str, labels: &str, value: u8) -> fmt::Result {
    head(text, name, "gauge", help)?;
    writeln!(text, "{name}{{{labels}}} {value}")
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) -> fmt::Result {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

/// A label's value: backslash, quote and line feed are escaped.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
