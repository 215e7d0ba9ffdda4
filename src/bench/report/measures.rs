//! Measures that only a sale has: who got seats and in which order, what repeats did, how soon seats were sold again, and
//! whether the run may be believed.
//! Must not compute them: `validity`, `fairness` and `figures` do.

use serde::Serialize;

/// Whether figures can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// They describe the server.
    Valid,
    /// They describe the generator.
    GeneratorLimited,
    /// Something else used the machine.
    Noisy,
    /// The run was broken off, by hand or by `abort_on_fail`.
    Aborted,
}

/// Whether the figures can be trusted, and why not. Shares are of the time in which buyers played.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Validity {
    /// The worst that applies: aborted, generator-limited, noisy, valid.
    pub standing: Standing,
    /// May marks be held against the server? Not when the generator was the limit or the machine noisy, however the run
    /// ended.
    pub trusted: bool,
    /// One sentence each; empty when valid.
    pub reasons: Vec<String>,
    /// CPU of the generator's threads, in percent of as many CPUs.
    pub generator_cpu_pct: Option<f64>,
    /// CPU of the server, in percent of the whole machine; absent when it runs elsewhere or does not tell.
    pub server_cpu_pct: Option<f64>,
    /// CPU of everything else, in percent of the whole machine; absent when the server is here and does not tell.
    pub others_cpu_pct: Option<f64>,
    /// CPU that the hypervisor gave to others, in percent of the whole machine.
    pub stolen_pct: Option<f64>,
    /// Connections that could not be opened.
    pub missed_connections: u64,
}

/// Who got seats, and in which order.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Fairness {
    /// First come, first served? Absent without winners or without losers.
    pub fcfs: Option<Score>,
    /// How often buyers were overtaken; absent when nobody won.
    pub overtakes: Option<Overtakes>,
    /// Each class, in the order of the scenario.
    pub classes: Vec<ClassLine>,
}

/// Probability that a random winner arrived before a random loser who wanted the same (category, number of tickets, and
/// whether seats may be apart): 1 is strict first come, first served, 0.5 a lottery, below it late comers are favoured.
/// Winners have an order that was not rejected later; losers were told last that seats are sold out or not side by side,
/// or that the server was too busy. Seats that come back and are sold again go to late comers, rightly.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// The probability.
    pub score: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Winners compared.
    pub winners: u64,
    /// Losers compared.
    pub losers: u64,
}

/// For each winner: how many who arrived later (in the same category) were told of their order earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Overtakes {
    /// Half of the winners at most; absent below 20 of them.
    pub p50: Option<u64>,
    /// 99 % at most; absent below 1000.
    pub p99: Option<u64>,
    /// The most.
    pub max: u64,
}

/// How a class of buyers fared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassLine {
    /// Its name.
    pub name: String,
    /// Visits that submitted.
    pub buyers: u64,
    /// Visits that got an order.
    pub won: u64,
    /// Their share in percent.
    pub win_pct: f64,
    /// Lower end of its 95 % interval (Wilson).
    pub low_pct: f64,
    /// Upper end.
    pub high_pct: f64,
}

/// What repeats did.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Repeats {
    /// Submits in all.
    pub submits: u64,
    /// Visits that submitted.
    pub visits: u64,
    /// Submits for each of them.
    pub amplification: Option<f64>,
    /// Repeats that were answered with the order that was there.
    pub absorbed: u64,
    /// The storm of repeats and failures; absent when there was none.
    pub storm: Option<Storm>,
}

/// A stretch with so many repeats and failures that they are load of their own.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Storm {
    /// When it was worst, in seconds since the start.
    pub peak_s: f64,
    /// Repeats and failures in that stretch.
    pub peak: u64,
    /// From then until there were for good no more than before the storm; absent when it lasted to the end of the run.
    pub recovered_after_s: Option<f64>,
}

/// Seats that came back and were taken again: from the moment their order closed until the next was made.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Resale {
    /// How many.
    pub seats: u64,
    /// Half of them within; absent below 20 seats.
    pub p50_ms: Option<f64>,
    /// 99 % within; absent below 1000 seats.
    pub p99_ms: Option<f64>,
    /// The last.
    pub max_ms: Option<f64>,
}
