//! Courses of a sale for snapshots: heard frame by frame, like the real one.
//! Must not be used outside tests.

use ratatui::{backend::TestBackend, layout::Rect};

use super::View;
use crate::{
    tui::{
        dash::{
            sale::Sale,
            sample::{self, SERVER_MS},
        },
        lang::Lang,
        panel::{Sheet, drawing::spoken},
        theme::Theme,
    },
    wire::feed::{EndNumbers, Frame, HoldNumbers, LATENCY_BOUNDS_US, Latency, LogLine, VersionNumbers},
};

/// Sizes of the body that every state is drawn in, from a watch to a wall.
pub const SIZES: [(u16, u16); 5] = [(18, 4), (38, 14), (78, 22), (118, 38), (198, 58)];

/// What a screen sees of a sale: the clocks are those of the last frame.
pub fn view(sale: &Sale) -> View<'_> {
    let (now_ms, server_ms) = (sale.heard_at_ms, sale.server_ms);
    View { sale, now_ms, server_ms, read_only: false, replay: false }
}

/// One snapshot a size, named by the state.
pub fn snapshots(name: &str, lang: Lang, draw: impl Fn(Rect, &mut Sheet<'_>)) {
    for (width, height) in SIZES {
        let screen = spoken((width, height), Theme::Normal, lang, &draw);
        keep(&format!("{name}_{width}x{height}"), &screen);
    }
}

/// Keeps a screen as a snapshot.
pub fn keep(name: &str, screen: &TestBackend) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, screen);
    });
}

fn latency(values: u64, around: usize) -> Latency {
    let mut counts = vec![0; LATENCY_BOUNDS_US.len() + 1];
    for (at, share) in [(around - 2, 20), (around - 1, 40), (around, 30), (around + 3, 8), (around + 8, 2)] {
        counts[at] = values * share / 100;
    }
    Latency { counts, sum_us: values * 2_000 }
}

/// The frame at so many tenths of a second: seats go, the queue comes and goes, some are told no.
pub fn frame(tenth: u64) -> Frame {
    let mut frame = sample::busy();
    let orders = tenth * 3 + (tenth * tenth) % 7;
    frame.whole = tenth == 0;
    frame.sequence = tenth;
    frame.server_ms = SERVER_MS + tenth as i64 * 100;
    let numbers = &mut frame.numbers;
    numbers.uptime_s = 3_725.0 + tenth as f64 / 10.0;
    let version = |placed: u64| VersionNumbers { placed, rejected: placed / 3, failed: 0 };
    numbers.versions = [version(0), version(60 + tenth / 4), version(120 + tenth), version(480 + orders)];
    numbers.rejections =
        [("sold_out", 180 + tenth), ("account_limit", 50 + tenth / 3), ("busy", 3), ("seats_occupied", 11)]
            .map(|(word, count)| (word.to_owned(), count))
            .into();
    numbers.create = latency(2_000 + orders * 4, 14);
    (numbers.in_flight, numbers.requests, numbers.refused) = (41, 90_000 + orders * 5, 12);
    let queue = &mut numbers.queue;
    queue.depth = Some((tenth * 37) % 90);
    queue.oldest_ms = Some(frame.server_ms - 240);
    (queue.max, queue.written) = (100_000, 400 + orders);
    queue.batches = vec![12, 30, 80, 140, 95, 40 + tenth, 22, 9, 2, 0, 0, 0];
    queue.batch = latency(300 + tenth, 18);
    numbers.ledger.durability = "full".to_owned();
    (numbers.ledger.commits, numbers.ledger.jobs) = (700 + tenth, 5_600 + tenth * 9);
    (numbers.ledger.commit, numbers.ledger.file_bytes) = (latency(700 + tenth, 16), 13_004_800);
    numbers.inventory.answer_us = 184;
    numbers.ends = EndNumbers { paid: 512 + tenth, cancelled: 31, expired: 12, refunded: 4 };
    numbers.holds = HoldNumbers { all: 70, within_10s: 3, within_1m: 21, within_5m: 70 };
    (numbers.cpu_s, numbers.rss_bytes, numbers.watchers) = (30.0 + tenth as f64 * 0.061, 48_234_496, 2);
    let followed = frame.followed.as_mut().expect("a program is followed");
    let mut gone = orders as u32;
    for category in &mut followed.categories {
        let more = gone.min(category.available);
        (category.available, category.held) = (category.available - more, category.held + more);
        gone -= more;
    }
    if tenth > 0 {
        frame.programs.clear();
    }
    frame
}

/// A sale that one has watched for half a minute.
pub fn busy() -> Sale {
    heard(0..=300, |_| {})
}

/// The same, with something different in every frame.
pub fn heard(tenths: impl Iterator<Item = u64>, change: impl Fn(&mut Frame)) -> Sale {
    let mut sale = Sale::default();
    for tenth in tenths {
        let mut frame = frame(tenth);
        change(&mut frame);
        let now_ms = frame.server_ms;
        sale.hear(frame, now_ms);
    }
    sale
}

/// No program is followed.
pub fn unfollowed() -> Sale {
    heard(0..=20, |frame| frame.followed = None)
}

/// The last seats went two seconds ago.
pub fn sold_out() -> Sale {
    heard(0..=120, |frame| {
        let late = frame.sequence >= 100;
        for category in frame.followed.iter_mut().flat_map(|followed| &mut followed.categories).filter(|_| late) {
            (category.sold, category.available) = (category.total - category.held, 0);
        }
    })
}

/// Nothing is as it should be.
pub fn broken() -> Sale {
    heard(0..=60, |frame| {
        let tenth = frame.sequence;
        let numbers = &mut frame.numbers;
        numbers.inventory.engine = "redis".to_owned();
        numbers.inventory.up = false;
        numbers.inventory.rebuilding = 2;
        let details = [("version", "7.2.4"), ("used memory", "12.4 MB"), ("appendonly", "no")];
        numbers.inventory.details = details.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        numbers.versions[3].failed = tenth;
        numbers.failed = tenth * 4;
        numbers.refused = tenth * 31;
        numbers.in_flight = 8_190;
        numbers.queue.depth = Some(99_000);
        numbers.queue.oldest_ms = Some(frame.server_ms - 17_400);
        numbers.queue.unsettled = 7;
        numbers.ledger.waiting = 812;
        frame.followed.as_mut().expect("a program is followed").unknown = true;
        let line = |ago_s: i64, warning, words: &str| LogLine {
            at_ms: SERVER_MS - ago_s * 1_000,
            warning,
            words: words.to_owned(),
        };
        frame.log = if tenth == 0 {
            vec![
                line(3_700, false, "the ledger holds 690 orders of 2 programs; nothing had to be repaired"),
                line(
                    61,
                    true,
                    "the inventory lost its mark: program 1 《刘德华2026巡回演唱会北京站》 is closed and rebuilt from the ledger",
                ),
                line(4, true, "12 holds of program 1 were in the ledger only and were put back"),
            ]
        } else {
            Vec::new()
        };
    })
}
