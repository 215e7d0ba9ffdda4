//! A run over time: what buyers were told in each stretch of it, and what the server was seen to hold meanwhile.
//! Must not judge, and must not grow with the number of buyers: a run has at most [`WINDOWS_MAX`] stretches.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

/// Most stretches of a run.
pub const WINDOWS_MAX: u64 = 1_200;

/// What happened in one stretch. An answer counts in the stretch in which it came, an arrival in that of its moment.
#[derive(Debug, Clone)]
pub struct Window {
    /// Buyers let go.
    pub released: u64,
    /// Submits sent, repeats among them.
    pub submits: u64,
    /// Submits sent by buyers who had submitted before.
    pub repeats: u64,
    /// Orders told as created or accepted.
    pub placed: u64,
    /// Orders known to be in the books: created, or a v4 poll that said so.
    pub confirmed: u64,
    /// "Sold out" told.
    pub sold_out: u64,
    /// Other rejections told.
    pub rejected: u64,
    /// Calls without an answer.
    pub failed: u64,
    /// Orders paid.
    pub paid: u64,
    /// Requests answered, of every kind.
    pub requests: u64,
    /// Rejections of submits, by word; "sold out" among them.
    pub reasons: BTreeMap<String, u64>,
    /// Response of submits (intended to answered) in microseconds, two significant digits.
    pub create: Histogram<u64>,
    /// From the intended first submit to "created", in microseconds, two significant digits.
    pub confirm: Histogram<u64>,
}

impl Default for Window {
    fn default() -> Self {
        let histogram = || Histogram::new(2).expect("two digits are allowed");
        Self {
            released: 0,
            submits: 0,
            repeats: 0,
            placed: 0,
            confirmed: 0,
            sold_out: 0,
            rejected: 0,
            failed: 0,
            paid: 0,
            requests: 0,
            reasons: BTreeMap::new(),
            create: histogram(),
            confirm: histogram(),
        }
    }
}

/// Seats of one category at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seats {
    /// Free.
    pub available: u64,
    /// Taken for a while.
    pub held: u64,
    /// Paid.
    pub sold: u64,
}

/// What was seen from outside at one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sample {
    /// When, in microseconds since the start.
    pub at_us: u64,
    /// Seats of each category, in the order of the hall; empty where nobody could be asked.
    pub seats: Vec<Seats>,
    /// Orders in the queue.
    pub queue: Option<u64>,
    /// CPU of the generator since the sample before, in percent of one CPU.
    pub generator_cpu_pct: Option<f64>,
    /// CPU of the server since the sample before, in percent of one CPU.
    pub server_cpu_pct: Option<f64>,
}

/// The whole run.
#[derive(Debug, Clone, Default)]
pub struct Series {
    /// Length of a stretch in microseconds; 0 before the run is planned.
    pub width_us: u64,
    /// Arrivals that the schedule puts into each stretch.
    pub planned: Vec<u64>,
    /// Stretches from the start; there are none beyond the last with something in it.
    pub windows: Vec<Window>,
    /// Samples, by time.
    pub samples: Vec<Sample>,
}
