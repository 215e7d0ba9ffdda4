//! Runs as they might be, for snapshots: readings without a server.
//! Must not draw random numbers of its own: a snapshot is the same every time.

use std::{collections::BTreeMap, time::Duration};

use super::{
    BenchState, Subject,
    reading::{Counts, Place, Reading},
};
use crate::{
    bench::{
        rehearsal::Act,
        series::{Sample, Seats, Window},
    },
    tui::theme::Theme,
};

const WIDTH_US: u64 = 100_000;
const PLANNED: usize = 160;
const BUYERS: u64 = 50_000;
const CATEGORIES: [(&str, u64); 4] = [("VIP", 2_000), ("Stalls", 6_000), ("Circle", 8_000), ("Gallery", 4_000)];
const CHINESE: [(&str, u64); 4] = [("贵宾席", 2_000), ("内场", 6_000), ("看台二层", 8_000), ("Balcony 楼座", 4_000)];

/// What a simulated run is like.
#[derive(Debug, Clone, Copy)]
pub struct Sale {
    /// Seconds since its start, in tenths.
    pub tenths: usize,
    /// The server answers.
    pub answers: bool,
    /// The program and its categories have Chinese names.
    pub chinese: bool,
    /// The run has a series.
    pub series: bool,
}

/// A run 2.4 s old.
pub const BUSY: Sale = Sale { tenths: 24, answers: true, chinese: false, series: true };
/// A run 9 s old: all seats are gone.
pub const SOLD_OUT: Sale = Sale { tenths: 90, ..BUSY };
/// A server that breaks.
pub const FAILING: Sale = Sale { answers: false, ..BUSY };
/// Wide characters.
pub const WIDE_NAMES: Sale = Sale { chinese: true, ..BUSY };
/// Nothing but counts.
pub const COUNTS_ONLY: Sale = Sale { series: false, ..BUSY };

/// A view before anything happened.
pub fn empty(theme: Theme) -> BenchState {
    let subject = Subject {
        name: "flash_sale v4".to_owned(),
        about: "50,000 buyers want 20,000 seats as the doors open".to_owned(),
        run: (1, 1),
    };
    BenchState::new(subject, theme)
}

/// A view that has watched the sale from its start.
pub fn watched(sale: Sale, theme: Theme) -> BenchState {
    let mut state = empty(theme);
    for tenths in 1..=sale.tenths {
        let reading = simulate(Sale { tenths, ..sale }, &state);
        state.hear(reading);
    }
    state
}

/// What one would read of it now.
pub fn simulate(sale: Sale, state: &BenchState) -> Reading {
    let seen = state.seen();
    let windows: Vec<_> = (0..sale.tenths).map(|at| window(at, sale)).collect();
    let sum = |count: fn(&Window) -> u64| windows.iter().map(count).sum::<u64>();
    let counts = Counts {
        released: sum(|window| window.released),
        placed: sum(|window| window.placed),
        paid: sum(|window| window.paid),
        sold_out: sum(|window| window.sold_out),
        rejected: sum(|window| window.rejected),
        failed: sum(|window| window.failed),
        left: sum(|window| window.released).saturating_sub(417),
    };
    let samples: Vec<_> = (0..sale.tenths).map(|at| sample(at, sale, &windows)).collect();
    let places = if sale.chinese { CHINESE } else { CATEGORIES };
    let place = Place {
        title: if sale.chinese { "《排练》北京国家体育场 第七场" } else { "flash_sale" }.to_owned(),
        categories: places.map(|(name, seats)| (name.to_owned(), seats)).to_vec(),
    };
    let tail = |from: usize| windows.get(from..).unwrap_or_default().to_vec();
    Reading {
        act: Act::Playing(BUYERS),
        elapsed: Duration::from_millis(sale.tenths as u64 * 100),
        counts,
        place: Some(place),
        width_us: if sale.series { WIDTH_US } else { 0 },
        planned: (sale.series && seen.planned == 0).then(|| (0..PLANNED).map(planned).collect()),
        windows: if sale.series { tail(seen.windows) } else { Vec::new() },
        samples: if sale.series { samples.get(seen.samples..).unwrap_or_default().to_vec() } else { Vec::new() },
    }
}

/// A spike: most of the crowd in the first seconds, a long tail after it.
fn planned(at: usize) -> u64 {
    2_600 / (1 + at as u64 / 4) + 40
}

fn window(at: usize, sale: Sale) -> Window {
    let released = planned(at) * 94 / 100 + (at as u64 * 37) % 60;
    let on_sale = at < 62;
    let placed = if sale.answers && on_sale { (released * 2 / 3).min(410 + (at as u64 * 53) % 90) } else { 0 };
    let no = if sale.answers { released.saturating_sub(placed) } else { 0 };
    let sold_out = if on_sale { 0 } else { no };
    let others = (no - sold_out) / 7;
    let reasons = [("sold_out", sold_out), ("account_limit", others * 3 / 4), ("busy", others / 4)];
    let mut window = Window {
        released,
        submits: released,
        placed,
        confirmed: placed,
        sold_out,
        rejected: others,
        failed: if sale.answers { 0 } else { released },
        paid: if at > 8 { placed * 4 / 5 } else { 0 },
        requests: released * 2,
        reasons: reasons
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(r, c)| (r.to_owned(), c))
            .collect::<BTreeMap<_, _>>(),
        ..Window::default()
    };
    if sale.answers {
        for step in 0..50 {
            let us = 900 + step * 120 + (at as u64 * 977) % 4_000 + if step == 49 { 14_000 } else { 0 };
            window.create.record(us).unwrap();
            window.confirm.record(us * 9).unwrap();
        }
    }
    window
}

fn sample(at: usize, sale: Sale, windows: &[Window]) -> Sample {
    let placed: u64 = windows[..=at].iter().map(|window| window.placed * 3 / 4).sum();
    let paid: u64 = windows[..=at].iter().map(|window| window.paid * 3 / 4).sum();
    let seats = |(number, (_, all)): (usize, (&str, u64))| {
        let wanted = |orders: u64| (orders * all * (5 - number as u64) / 60_000).min(all);
        let (taken, sold) = (wanted(placed * 2), wanted(paid * 2));
        let taken = if at >= 62 { all } else { taken };
        Seats { available: all - taken, held: taken - sold.min(taken), sold: sold.min(taken) }
    };
    Sample {
        at_us: at as u64 * WIDTH_US,
        seats: if sale.answers { CATEGORIES.into_iter().enumerate().map(seats).collect() } else { Vec::new() },
        queue: sale.answers.then_some((at as u64 * 71) % 900),
        generator_cpu_pct: Some(60.0 + (at % 7) as f64),
        server_cpu_pct: sale.answers.then_some(88.0 + (at % 5) as f64),
    }
}
