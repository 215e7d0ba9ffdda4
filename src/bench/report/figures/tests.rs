//! Tests of the figures.
//! Must not need a server.

use super::*;
use crate::{bench::journal::Told, domain::order::OrderVersion};

fn told(at_us: u64, order: u64, tickets: u8) -> Told {
    Told {
        class: 0,
        attempt: 0,
        intended_us: at_us,
        arrival: order as u32,
        account: 0,
        sent_us: at_us - 1_000,
        answered_us: at_us,
        answer: Answer::Accepted(OrderNumber::new(order).unwrap()),
        category: 0,
        tickets,
        version: OrderVersion::V4,
        keyed: false,
        picked: false,
    }
}

fn rush(capacity: u64, queue: &[QueueSeen]) -> Speed {
    let mut journal = Journal { start_wall_ms: 10_000, ..Journal::default() };
    journal.told = vec![told(1_000, 1, 2), told(501_000, 2, 2), told(1_001_000, 3, 1), told(9_001_000, 4, 1)];
    let tally = Tally::default();
    speed(Course { journal: &journal, tally: &tally, orders: &[], capacity, queue, length_us: 0 })
}

#[test]
fn the_rush_ends_when_the_last_seat_is_taken_and_else_with_the_last_order() {
    let sold_out = rush(5, &[]);
    assert!((sold_out.accepted_per_s - 3.0 / 1.001).abs() < 1e-9, "{}", sold_out.accepted_per_s);
    let never = rush(50, &[]);
    assert!((never.accepted_per_s - 4.0 / 9.001).abs() < 1e-9, "{}", never.accepted_per_s);
    assert_eq!((sold_out.created_per_s, sold_out.drain_s), (0.0, None), "nothing is in the books, no queue was seen");
}

#[test]
fn the_queue_is_drained_when_it_is_first_seen_empty_after_the_rush() {
    let seen = [(10_900, 0), (11_020, 7), (11_250, 0), (12_000, 0)];
    let speed = rush(5, &seen);
    assert_eq!((speed.drain_s, speed.queue_max), (Some(0.249), 7));
}
