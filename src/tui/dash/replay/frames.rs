//! Frames of a recorded run, as a server would have sent them.
//! Must not make up what buyers were not told: that stays at its default.

use std::collections::BTreeMap;

use super::{
    PROGRAM, Replay,
    counts::{Counts, Seats},
    orders,
    player::whole_ms,
    recorded::{Event, Kind, Recorded},
};
use crate::{
    bench::journal::SceneCategory,
    domain::{ids::CategoryId, money::Cents},
    wire::{
        admin::CategoryLine,
        feed::{
            EndNumbers, Followed, Frame, Happening, HoldNumbers, Latency, Numbers, ORDER_NEWS_MAX, OrderNews,
            ProgramStock, QueueNumbers, VersionNumbers,
        },
    },
};

impl Replay {
    /// The picture now: whole, or what changed since the last one.
    pub(super) fn frame(&self) -> Frame {
        let at_us = self.player.at_us();
        let (recorded, counts) = (&self.recorded, &self.counts);
        let stock = stock(recorded, counts);
        let same = self.told.as_ref().is_some_and(|told| told.stock == stock);
        let (orders, orders_left_out) = match &self.told {
            // What lies before a whole frame was not left out of it.
            None => (newest(recorded, 0, counts.events), 0),
            Some(told) => {
                let news = newest(recorded, told.events, counts.events);
                let happened = recorded.events[told.events..counts.events].iter().filter(|event| event.is_an_orders());
                let left_out = happened.count() - news.len();
                (news, left_out as u64)
            }
        };
        Frame {
            whole: self.told.is_none(),
            sequence: self.sequence,
            server_ms: recorded.wall_ms(at_us),
            numbers: numbers(recorded, counts, at_us),
            programs: if same { Vec::new() } else { vec![stock] },
            followed: Some(followed(recorded, counts)),
            orders,
            orders_left_out,
            log: if self.told.is_none() { self.log.clone() } else { Vec::new() },
        }
    }
}

/// The program's line.
pub(super) fn stock(recorded: &Recorded, counts: &Counts) -> ProgramStock {
    let lines = categories(recorded, counts);
    let sum = |of: fn(&CategoryLine) -> u32| lines.iter().map(|line| u64::from(of(line))).sum();
    ProgramStock {
        id: PROGRAM,
        title: recorded.journal.scene.scenario.clone(),
        actor: String::new(),
        place: String::new(),
        area: String::new(),
        category: String::new(),
        show_time: String::new(),
        on_sale: true,
        closed: false,
        opens_at_ms: None,
        closes_at_ms: None,
        real_name: false,
        permit_choose_seat: false,
        per_order_limit: 0,
        per_account_limit: 0,
        total: sum(|line| line.total),
        available: sum(|line| line.available),
        held: sum(|line| line.held),
        sold: sum(|line| line.sold),
    }
}

fn followed(recorded: &Recorded, counts: &Counts) -> Followed {
    Followed {
        id: PROGRAM,
        seat_base: orders::NO_SEAT.get(),
        categories: categories(recorded, counts),
        rows: Vec::new(),
        seats: Vec::new(),
        unknown: false,
    }
}

fn categories(recorded: &Recorded, counts: &Counts) -> Vec<CategoryLine> {
    let scene = recorded.journal.scene.categories.iter().zip(&counts.seats);
    let mut first_seat = 0_u32;
    let line = |(at, (category, seats)): (usize, (&SceneCategory, &Seats))| {
        let (held, sold) = (few(seats.held), few(seats.sold));
        let line = CategoryLine {
            id: category_id(at),
            name: category.name.clone(),
            price: Cents(category.price_cents),
            first_seat,
            total: category.seats,
            available: category.seats.saturating_sub(held.saturating_add(sold)),
            held,
            sold,
        };
        first_seat = first_seat.saturating_add(category.seats);
        line
    };
    scene.enumerate().map(line).collect()
}

/// Categories are numbered from 1, in the order of the hall.
pub(super) fn category_id(at: usize) -> CategoryId {
    CategoryId::new(at as u64 + 1).expect("above zero")
}

fn few(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn numbers(recorded: &Recorded, counts: &Counts, at_us: u64) -> Numbers {
    let version = |at: usize| VersionNumbers {
        placed: counts.placed[at],
        rejected: counts.rejected[at],
        failed: counts.failed[at],
    };
    let words = recorded.words.iter().zip(&counts.words).filter(|(_, count)| **count > 0);
    let mut rejections = BTreeMap::new();
    for (word, count) in words {
        *rejections.entry(word.clone()).or_default() += count;
    }
    let sent = recorded.journal.told.partition_point(|told| told.sent_us <= at_us) as u64;
    let latencies = if counts.answered == 0 { Vec::new() } else { counts.latency.clone() };
    Numbers {
        uptime_s: whole_ms(at_us) as f64 / 1e3,
        versions: [version(0), version(1), version(2), version(3)],
        rejections,
        create: Latency { counts: latencies, sum_us: counts.latency_sum_us },
        in_flight: sent.saturating_sub(counts.over),
        requests: counts.answered,
        refused: counts.refused,
        failed: counts.failed.iter().sum(),
        queue: queue(recorded, counts, at_us),
        ends: EndNumbers { paid: counts.paid, cancelled: counts.cancelled, ..EndNumbers::default() },
        holds: HoldNumbers { all: counts.unpaid, ..HoldNumbers::default() },
        ..Numbers::default()
    }
}

fn queue(recorded: &Recorded, counts: &Counts, at_us: u64) -> QueueNumbers {
    let oldest = recorded.queue.get(counts.oldest).map(|&at| &recorded.orders[at as usize]);
    QueueNumbers {
        depth: Some(counts.waiting),
        oldest_ms: oldest.filter(|order| order.waits(at_us)).map(|order| recorded.wall_ms(order.made_us)),
        written: counts.written,
        ..QueueNumbers::default()
    }
}

/// The newest order news among these events, oldest first.
fn newest(recorded: &Recorded, from: usize, to: usize) -> Vec<OrderNews> {
    let happened = recorded.events[from..to].iter().rev().filter(|event| event.is_an_orders());
    let mut news: Vec<_> = happened.take(ORDER_NEWS_MAX).filter_map(|event| order_news(recorded, *event)).collect();
    news.reverse();
    news
}

fn order_news(recorded: &Recorded, event: Event) -> Option<OrderNews> {
    let what = match event.kind {
        Kind::Answered => return None,
        Kind::Queued => Happening::Queued,
        Kind::Made | Kind::Created => Happening::Created,
        Kind::Paid => Happening::Paid,
        Kind::Cancelled => Happening::Cancelled,
        Kind::Rejected => Happening::Rejected,
    };
    let order = &recorded.orders[event.of()];
    let reason = (what == Happening::Rejected).then(|| recorded.words[usize::from(order.word)].clone());
    let at_ms = recorded.wall_ms(event.at_us);
    Some(OrderNews { at_ms, what, reason, order: orders::line(recorded, order, event.at_us) })
}
