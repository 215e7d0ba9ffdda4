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

fn program(total: u64) -> ProgramLine {
    serde_json::from_value(serde_json::json!({"id": "1", "title": "t", "place": "p", "showTime": "s", "onSale": true,
        "permitChooseSeat": true, "realName": false, "perOrderLimit": 6, "perAccountLimit": 6, "total": total,
        "available": 0, "held": 0, "sold": total, "seatBase": "100", "categories": []}))
    .unwrap()
}

#[test]
fn over_time_lasts_until_the_last_buyer_of_the_rush_knows_for_certain() {
    let told = vec![told(1_000, 1, 2), told(501_000, 2, 2), told(1_001_000, 3, 1), told(9_001_000, 4, 1)];
    let mut journal = Journal { told, ..Journal::default() };
    let order = |number| OrderNumber::new(number).unwrap();
    let later = |number, at_us, what| Sequel { order: order(number), account: 0, at_us, what };
    journal.sequels = vec![
        later(1, 201_000, Later::Created),
        later(3, 1_251_000, Later::Created),
        later(2, 1_501_000, Later::Rejected(crate::bench::journal::Reason::Overload)),
        later(1, 4_000_000, Later::Paid),
        later(4, 9_501_000, Later::Created),
    ];
    let over = |journal: &Journal, total| sale(journal, &[], &program(total)).over_time_s;
    assert_eq!(over(&journal, 5), Some(0.5), "order 2 was the last to hear; order 4 was made of seats that came back");
    assert_eq!(over(&journal, 50), None, "not sold out");
    journal.sequels.clear();
    assert_eq!(over(&journal, 5), Some(0.0), "v1 to v3 know at once");
}
