//! Made-up runs for tests of whatever writes or draws one: a sale that sells out, and a run in which nothing happened.
//! Must not be judged by: nobody sold anything.

use std::collections::BTreeMap;

use crate::bench::{
    report::{Audit, Exhibit, LawStanding, Mark, Report, Sale, Verdict, figures, sample::sample},
    series::{Sample, Seats, Series, Window},
    tally::{Outcome, Step, Tally, Times},
};
use crate::domain::audit::Law;

/// Length of a stretch.
const WIDTH_US: u64 = 100_000;
/// Stretches of the sale.
const WINDOWS: u64 = 80;
/// Seats.
const CAPACITY: u64 = 2_000;

/// A sale of eight seconds. `slowness` stretches every latency.
pub(in crate::bench) fn sample_run(name: &str, slowness: u64) -> Exhibit {
    let mut tally = Tally::default();
    let mut series = Series { width_us: WIDTH_US, ..Series::default() };
    let mut free = CAPACITY;
    for at in 0..WINDOWS {
        series.planned.push(arrivals(at));
        series.windows.push(window(at, slowness, &mut free, &mut tally));
        series.samples.push(seen(at, free));
    }
    let report = Report {
        verdict: Verdict::Passed,
        reasons: Vec::new(),
        latency: figures::latency(&tally),
        sale: Sale {
            capacity: CAPACITY,
            sold: 1_995,
            held: 5,
            available: 0,
            created: 2_000,
            accepted: 2_000,
            ..sample().sale
        },
        thresholds: vec![Mark { text: "confirm_p99_ms < 500".to_owned(), found: Some(47.8), met: true }],
        audit: Some(kept()),
        rejections: BTreeMap::from([
            ("sold_out".to_owned(), 4_211),
            ("busy".to_owned(), 310),
            ("account_limit".to_owned(), 42),
            ("seat_taken".to_owned(), 7),
        ]),
        ..sample()
    };
    Exhibit { name: name.to_owned(), report, tally, series }
}

/// A run in which nobody came and nothing was seen.
pub(in crate::bench) fn empty_run(name: &str) -> Exhibit {
    let mut report = sample();
    report.latency.clear();
    report.rejections.clear();
    report.fairness = crate::bench::report::Fairness::default();
    report.audit = None;
    report.server = None;
    report.sale.sell_out_s = None;
    report.thresholds.clear();
    report.expectations.clear();
    Exhibit { name: name.to_owned(), report, tally: Tally::default(), series: Series::default() }
}

/// Every law was looked at and kept.
fn kept() -> Audit {
    let standing = LawStanding { verdict: "kept".to_owned(), by: vec!["server", "journal"], reason: None };
    let laws = Law::ALL.into_iter().map(|law| (law.to_string(), standing.clone())).collect();
    Audit { clean: true, orders: 2_000, answers: 4_534, laws, findings: Vec::new() }
}

/// A rush that ebbs.
fn arrivals(at: u64) -> u64 {
    if at < 20 { 150 } else { 4_000 / (at * at / 9 + 1) + 3 }
}

fn window(at: u64, slowness: u64, free: &mut u64, tally: &mut Tally) -> Window {
    let mut window = Window { released: arrivals(at), ..Window::default() };
    for nth in 0..arrivals(at) {
        // A queue grows in the rush and goes again; one in fifty is slow for reasons of its own.
        let waited = if at < 20 { at * 2_000 } else { 40_000_u64.saturating_sub((at - 20) * 1_500) };
        let own = 1_500 + nth * 37 % 900 + if nth % 50 == 7 { 25_000 } else { 0 };
        let sent_us = at * WIDTH_US + nth * 600;
        let times = Times {
            intended_us: sent_us,
            sent_us: sent_us + waited * slowness / 3,
            answered_us: sent_us + (waited + own) * slowness,
        };
        let outcome = if *free > 0 { Outcome::Done } else { Outcome::SoldOut };
        window.submits += 1;
        window.requests += 2;
        tally.step(Step::Create, outcome, times);
        window.create.record(times.answered_us - times.intended_us).expect("it grows");
        if outcome == Outcome::Done {
            *free -= 1;
            (window.placed, window.confirmed) = (window.placed + 1, window.confirmed + 1);
            let confirmed = Times { answered_us: times.answered_us + 9_000 * slowness, ..times };
            tally.step(Step::Confirm, Outcome::Done, confirmed);
            window.confirm.record(confirmed.answered_us - confirmed.intended_us).expect("it grows");
        } else {
            window.sold_out += 1;
            *window.reasons.entry("sold_out".to_owned()).or_default() += 1;
        }
    }
    window.paid = window.placed * 9 / 10;
    window
}

fn seen(at: u64, free: u64) -> Sample {
    let held = (CAPACITY - free).min(400_u64.saturating_sub(at * 5));
    let half = |seats: u64| [seats / 2, seats - seats / 2];
    let (free, held, sold) = (half(free), half(held), half(CAPACITY - free - held));
    let category = |nth: usize| Seats { available: free[nth], held: held[nth], sold: sold[nth] };
    Sample {
        at_us: at * WIDTH_US + 50_000,
        seats: vec![category(0), category(1)],
        queue: Some(if at < 25 { at * 11 } else { 0 }),
        generator_cpu_pct: Some(40.0),
        server_cpu_pct: Some(if at < 20 { 95.0 } else { 20.0 }),
    }
}
