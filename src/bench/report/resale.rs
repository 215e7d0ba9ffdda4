//! Seats that came back: how many were taken again, and how soon.
//! Must not guess: both moments are the server's.

use std::collections::HashMap;

use super::Resale;
use crate::{bench::percentile, domain::ids::SeatId, wire::admin::OrderLine};

/// From the moment an order closed until the next order on the same seat was made.
#[must_use]
pub fn resale(orders: &[OrderLine]) -> Resale {
    let mut seats: HashMap<SeatId, Vec<(i64, Option<i64>)>> = HashMap::new();
    for order in orders {
        for ticket in &order.tickets {
            seats.entry(ticket.seat_id).or_default().push((order.created_at_ms, order.closed_at_ms));
        }
    }
    let mut delays: Vec<u64> = Vec::new();
    for lives in seats.values_mut().filter(|lives| lives.len() > 1) {
        lives.sort_unstable();
        let pairs = lives.windows(2).filter_map(|pair| Some(pair[1].0 - pair[0].1?));
        // Both are whole milliseconds, and a queued order bears the moment of its hold: none is before zero.
        delays.extend(pairs.map(|delay_ms| u64::try_from(delay_ms).unwrap_or(0)));
    }
    delays.sort_unstable();
    let told = |share| percentile::of_sorted(&delays, share).map(|ms| ms as f64);
    Resale {
        seats: delays.len() as u64,
        p50_ms: told(0.5),
        p99_ms: told(0.99),
        max_ms: delays.last().map(|&ms| ms as f64),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn order(number: u64, seats: &[u64], created_ms: i64, closed_ms: Option<i64>) -> OrderLine {
        let tickets: Vec<_> = seats
            .iter()
            .map(|seat| {
                json!({"seatId": seat.to_string(), "categoryId": "1", "row": 1, "col": 1, "price": "1",
                    "ticketUserId": "5"})
            })
            .collect();
        serde_json::from_value(json!({"orderNumber": number.to_string(), "programId": "1", "userId": "1",
            "version": 4, "status": if closed_ms.is_some() { 2 } else { 3 }, "price": "1", "tickets": tickets,
            "createdAtMs": created_ms, "holdEndsAtMs": 0, "closedAtMs": closed_ms}))
        .unwrap()
    }

    #[test]
    fn each_seat_counts_from_its_order_s_end_to_its_next_order() {
        let orders = [
            order(3, &[7], 500, None),
            order(1, &[7, 8], 0, Some(200)),
            order(2, &[7], 230, Some(300)),
            order(4, &[9], 0, Some(10)),
        ];
        let found = resale(&orders);
        assert_eq!((found.seats, found.p50_ms, found.max_ms), (2, None, Some(200.0)), "seat 7: 30 and 200 ms");
    }

    #[test]
    fn percentiles_come_with_enough_seats() {
        let seats: Vec<u64> = (1..=20).collect();
        let found = resale(&[order(1, &seats, 0, Some(100)), order(2, &seats, 140, None)]);
        assert_eq!((found.p50_ms, found.p99_ms, found.max_ms), (Some(40.0), None, Some(40.0)));
    }

    #[test]
    fn nothing_came_back_where_no_order_closed() {
        assert_eq!(resale(&[order(1, &[1], 0, None), order(2, &[2], 0, None)]), Resale::default());
    }
}
