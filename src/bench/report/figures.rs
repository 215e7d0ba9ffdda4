//! Turns a tally, a journal and the server's orders into the figures of a report.
//! Must not compare them with a mark.

use std::collections::{HashMap, HashSet};

use hdrhistogram::Histogram;

use super::{Generator, Sale, Speed, Spread, StepLatency};
use crate::{
    bench::{
        journal::{Answer, Journal, Later, Sequel},
        percentile,
        tally::{Step, Tally},
    },
    domain::ids::{OrderNumber, SeatId},
    wire::admin::{OrderLine, ProgramLine},
};

/// What became of the seats. On a program that was there before, orders of other accounts count as created too.
#[must_use]
pub fn sale(journal: &Journal, orders: &[OrderLine], program: &ProgramLine) -> Sale {
    let placed = placed(journal);
    let sold_out_us = sell_out_us(&placed, program.total);
    Sale {
        capacity: program.total,
        sold: program.sold,
        held: program.held,
        available: program.available,
        created: orders.len() as u64,
        accepted: placed.len() as u64,
        resold: resold(orders),
        duplicates_absorbed: journal.duplicates_absorbed(),
        indeterminate: journal.indeterminate(),
        sell_out_s: sold_out_us.map(|at_us| seconds(at_us - first_sent_us(journal).min(at_us))),
        over_time_s: sold_out_us.map(|at_us| seconds(last_word_us(journal, &placed, at_us) - at_us)),
    }
}

/// When the last buyer who had a seat of the rush knew it for certain: told "created", by the answer or a later word, or
/// told that the order will never be.
fn last_word_us(journal: &Journal, placed: &[Placed], sold_out_us: u64) -> u64 {
    let rush: HashSet<OrderNumber> = placed.iter().filter(|p| p.at_us <= sold_out_us).map(|p| p.order).collect();
    let word = |sequel: &&Sequel| matches!(sequel.what, Later::Created | Later::Rejected(_));
    let words = journal.sequels.iter().filter(word).filter(|sequel| rush.contains(&sequel.order));
    words.map(|sequel| sequel.at_us).max().unwrap_or(sold_out_us).max(sold_out_us)
}

/// What the queue was seen to hold: wall clock in ms since 1970, and depth.
pub type QueueSeen = (i64, u64);

/// Everything that speed is computed from.
#[derive(Debug, Clone, Copy)]
pub struct Course<'a> {
    /// What was told.
    pub journal: &'a Journal,
    /// How fast.
    pub tally: &'a Tally,
    /// The server's orders.
    pub orders: &'a [OrderLine],
    /// Seats.
    pub capacity: u64,
    /// The queue, as it was seen.
    pub queue: &'a [QueueSeen],
    /// Until the last visit ended.
    pub length_us: u64,
}

/// How fast. Rates are those of the rush: from the first submit until the seats were sold out, or else until the last
/// order; what trickles in later, when seats come back, would only dilute them.
#[must_use]
pub fn speed(course: Course<'_>) -> Speed {
    let Course { journal, tally, orders, capacity, queue, length_us } = course;
    let placed = placed(journal);
    let first_us = first_sent_us(journal);
    let end_us = sell_out_us(&placed, capacity).or_else(|| placed.last().map(|p| p.at_us)).unwrap_or(first_us);
    let rush = &placed[..placed.partition_point(|p| p.at_us <= end_us)];
    let written: HashSet<OrderNumber> = orders.iter().map(|order| order.order_number).collect();
    let created = rush.iter().filter(|p| written.contains(&p.order)).count() as u64;
    let end_wall_ms = journal.wall_ms(end_us);
    let queued = journal.told.iter().any(|t| matches!(t.answer, Answer::Accepted(_)));
    let drained = queue.iter().find(|(at_ms, depth)| *depth == 0 && *at_ms >= end_wall_ms);
    let drain_s = drained.filter(|_| queued).map(|(at_ms, _)| (at_ms - end_wall_ms) as f64 / 1000.0);
    let rush_s = seconds(end_us.saturating_sub(first_us));
    let (requests, failed) = tally.requests();
    let (polled, polls) = tally.polled;
    Speed {
        run_s: seconds(length_us),
        accepted_per_s: rate(rush.len() as u64, rush_s),
        created_per_s: rate(created, rush_s + drain_s.unwrap_or(0.0)),
        drain_s,
        queue_max: queue.iter().map(|(_, depth)| *depth).max().unwrap_or(0),
        polls_per_order: (polled > 0).then(|| polls as f64 / polled as f64),
        requests,
        errors_pct: if requests == 0 { 0.0 } else { failed as f64 * 100.0 / requests as f64 },
        ceiling_per_s: None,
        accepted_of_ceiling_pct: None,
    }
}

/// What drove the load. It kept up when 99 % of buyers were let go within 50 ms of their time, or within a fifth of what
/// 99 % of submits took: beyond that, the figures describe the generator.
#[must_use]
pub fn generator(tally: &Tally, workers: usize, connections: usize, saturating: bool) -> Generator {
    let dispatch_p99_ms = tally.dispatch().map_or(0.0, |h| ms(h.value_at_quantile(0.99)));
    let create = tally.any_outcome(Step::Create);
    let p99_of = |histogram: &Histogram<u64>| ms(histogram.value_at_quantile(0.99));
    let response_p99_ms = create.as_ref().map_or(0.0, |latency| p99_of(&latency.response));
    Generator {
        workers,
        connections,
        cpu_s: None,
        dispatch_p99_ms,
        lag_p99_ms: create.as_ref().map_or(0.0, |latency| p99_of(&latency.lag)),
        saturating,
        kept_up: saturating || dispatch_p99_ms <= 50.0 || dispatch_p99_ms <= response_p99_ms / 5.0,
    }
}

/// Latency a step and outcome.
#[must_use]
pub fn latency(tally: &Tally) -> Vec<StepLatency> {
    tally
        .steps()
        .map(|(step, outcome, latency)| StepLatency {
            step: step.word(),
            outcome: outcome.word(),
            count: latency.response.len(),
            service: spread(&latency.service),
            response: spread(&latency.response),
            lag: spread(&latency.lag),
        })
        .collect()
}

/// An order, when it was first told.
struct Placed {
    at_us: u64,
    tickets: u64,
    order: OrderNumber,
}

/// Each order that was told, once, by time.
fn placed(journal: &Journal) -> Vec<Placed> {
    let mut first: HashMap<OrderNumber, Placed> = HashMap::new();
    for told in &journal.told {
        if let Some(order) = told.answer.order() {
            let (at_us, tickets) = (told.answered_us, u64::from(told.tickets));
            let entry = first.entry(order).or_insert(Placed { at_us, tickets, order });
            entry.at_us = entry.at_us.min(at_us);
        }
    }
    let mut placed: Vec<Placed> = first.into_values().collect();
    placed.sort_unstable_by_key(|p| (p.at_us, p.order));
    placed
}

fn first_sent_us(journal: &Journal) -> u64 {
    journal.told.iter().map(|t| t.sent_us).min().unwrap_or(0)
}

/// When as many seats had been taken as there are.
fn sell_out_us(placed: &[Placed], capacity: u64) -> Option<u64> {
    let mut taken = 0;
    let last = placed.iter().find(|p| {
        taken += p.tickets;
        taken >= capacity
    });
    last.map(|p| p.at_us)
}

/// Seats with more than one order: only one of them can be live, so the others gave it back.
fn resold(orders: &[OrderLine]) -> u64 {
    let mut seats: HashMap<SeatId, u64> = HashMap::new();
    for ticket in orders.iter().flat_map(|order| &order.tickets) {
        *seats.entry(ticket.seat_id).or_default() += 1;
    }
    seats.values().map(|orders| orders - 1).sum()
}

fn spread(histogram: &Histogram<u64>) -> Spread {
    let told = |share| percentile::of_histogram(histogram, share).map(ms);
    Spread {
        p50_ms: told(0.5),
        p90_ms: told(0.9),
        p99_ms: told(0.99),
        p999_ms: told(0.999),
        max_ms: ms(histogram.max()),
    }
}

fn ms(us: u64) -> f64 {
    us as f64 / 1000.0
}

fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

fn rate(count: u64, seconds: f64) -> f64 {
    if seconds > 0.0 { count as f64 / seconds } else { 0.0 }
}

#[cfg(test)]
mod tests;
