//! A made-up sale over time, and servers in every trouble.
//! Must not be used outside tests.

use std::collections::BTreeMap;

use super::{HALL, SERVER_MS, program, snapshot};
use crate::wire::feed::{
    EndNumbers, Frame, HoldNumbers, InventoryNumbers, LATENCY_BOUNDS_US, Latency, LedgerNumbers, LogLine, Numbers,
    QueueNumbers, SeatRun, VersionNumbers,
};

/// Frames of a course, half a second apart.
pub const COURSE_FRAMES: u32 = 60;
const FRAME_EVERY_MS: i64 = 500;

/// The first half minute of a sale: a snapshot, then deltas. The last frame is at [`SERVER_MS`], three quarters of the seats gone.
#[must_use]
pub fn course() -> Vec<Frame> {
    (1..=COURSE_FRAMES).map(|at| frame(at, 60 * at / COURSE_FRAMES)).collect()
}

/// The same, and nothing is left at its end.
#[must_use]
pub fn course_to_the_end() -> Vec<Frame> {
    (1..=COURSE_FRAMES).map(|at| frame(at, (130 * at / COURSE_FRAMES).min(100))).collect()
}

/// The same, after which engine and queue are in trouble: the frame that says so.
#[must_use]
pub fn in_trouble() -> Frame {
    let mut frame = frame(COURSE_FRAMES, 60);
    frame.server_ms = SERVER_MS;
    frame.sequence += 1;
    let numbers = &mut frame.numbers;
    numbers.inventory.up = false;
    numbers.inventory.rebuilding = 1;
    numbers.failed = 37;
    numbers.refused = 4_200;
    numbers.in_flight = 8_190;
    numbers.queue.depth = Some(49_800);
    numbers.queue.oldest_ms = Some(SERVER_MS - 42_000);
    numbers.queue.unsettled = 12;
    numbers.ledger.waiting = 900;
    frame.followed.as_mut().expect("a program is followed").unknown = true;
    frame.log = log();
    frame
}

/// A log of repairs, good lines and bad ones, one in Chinese.
#[must_use]
pub fn log() -> Vec<LogLine> {
    let line = |ago_s: i64, warning, words: &str| LogLine {
        at_ms: SERVER_MS - ago_s * 1_000,
        warning,
        words: words.to_owned(),
    };
    vec![
        line(3_600, false, "started: 2 programs, nothing to repair"),
        line(61, true, "the inventory came back older than the ledger: program 1 is being rebuilt"),
        line(58, false, "刘德华2026巡回演唱会北京站: 1,120 orders rebuilt from the ledger in 2.9 s"),
        line(5, true, "the inventory does not answer: connection refused (os error 111), tried again"),
    ]
}

fn frame(at: u32, gone_pct: u32) -> Frame {
    let mut frame = snapshot(&HALL);
    frame.whole = at == 1;
    frame.sequence = u64::from(at);
    frame.server_ms = SERVER_MS - i64::from(COURSE_FRAMES - at) * FRAME_EVERY_MS;
    let (mut left, mut held_in_all, mut sold_in_all) = (0, 0, 0);
    let followed = frame.followed.as_mut().expect("a snapshot follows a program");
    if at > 1 {
        followed.rows.clear();
    }
    for (category, haste) in followed.categories.iter_mut().zip([160, 125, 100]) {
        let gone = (category.total * gone_pct * haste / 10_000).min(category.total);
        category.held = if gone_pct == 100 { 0 } else { (gone / 6).min(90) };
        category.sold = gone - category.held;
        category.available = category.total - gone;
        followed.seats.push(SeatRun(category.first_seat, category.sold, 3, 0));
        followed.seats.push(SeatRun(category.first_seat + category.sold, category.held, 2, at % 40));
        left += u64::from(category.available);
        held_in_all += u64::from(category.held);
        sold_in_all += u64::from(category.sold);
    }
    let title = frame.programs[0].title.clone();
    frame.programs[0] = program(1, &title, (left, held_in_all, sold_in_all));
    if at > 1 {
        frame.programs.truncate(1);
    }
    frame.numbers = numbers(u64::from(at), held_in_all, sold_in_all);
    frame
}

fn numbers(at: u64, held: u64, sold: u64) -> Numbers {
    let placed = (held + sold) / 2;
    let version = |share: u64| VersionNumbers { placed: placed * share / 10, rejected: at * share, failed: 0 };
    let sold_out = at.saturating_sub(20) * 40;
    Numbers {
        uptime_s: 3_600.0 + at as f64 / 2.0,
        versions: [version(1), version(1), version(2), version(6)],
        rejections: BTreeMap::from([
            ("sold_out".to_owned(), sold_out),
            ("account_limit".to_owned(), at * 3),
            ("seats_occupied".to_owned(), at / 2),
            ("busy".to_owned(), at / 5),
        ]),
        create: latency(at * 60, at),
        in_flight: 40 + at * 7 % 30,
        in_flight_max: 8_192,
        requests: at * 900,
        refused: 0,
        failed: 0,
        queue: queue(at),
        ledger: LedgerNumbers {
            durability: "full".to_owned(),
            commits: at * 45,
            jobs: at * 700,
            commit: latency(at * 45, at + 10),
            waiting: at % 7,
            file_bytes: 4_000_000 + at * 120_000,
        },
        inventory: InventoryNumbers {
            engine: "embedded".to_owned(),
            up: true,
            answer_us: 40 + at % 9,
            rebuilding: 0,
            details: BTreeMap::from([("seats".to_owned(), "2600".to_owned()), ("holds".to_owned(), held.to_string())]),
        },
        ends: EndNumbers { paid: sold / 2, cancelled: at / 3, expired: at / 4, refunded: at / 30 },
        holds: HoldNumbers { all: held / 2, within_10s: at % 5, within_1m: held / 8, within_5m: held / 3 },
        cpu_s: at as f64 * 0.4,
        rss_bytes: 48 << 20,
        watchers: 1,
    }
}

fn queue(at: u64) -> QueueNumbers {
    QueueNumbers {
        depth: Some(at * 37 % 180),
        oldest_ms: (!at.is_multiple_of(3)).then_some(SERVER_MS - i64::from(COURSE_FRAMES) * 5),
        max: 50_000,
        written: at * 300,
        batches: vec![at, at / 2, at, at * 2, at, at / 3, at / 4, at, at / 9, 0, 0, 0],
        batch: latency(at * 8, at + 4),
        unsettled: 0,
    }
}

/// That many values, the middle of them in a bucket that moves on slowly.
fn latency(values: u64, at: u64) -> Latency {
    let mut counts = vec![0; LATENCY_BOUNDS_US.len() + 1];
    let middle = 12 + usize::try_from(at % 40 / 8).expect("below five");
    for (offset, share) in [(0, 50), (1, 25), (3, 20), (8, 4), (12, 1)] {
        counts[middle + offset] = values * share / 100;
    }
    Latency { sum_us: counts.iter().zip(LATENCY_BOUNDS_US).map(|(count, bound_us)| count * bound_us).sum(), counts }
}
