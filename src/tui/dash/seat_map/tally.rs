//! How many seats of a cell are free, held and sold.
//! Must not look at a seat that is not on screen.

use super::plan::{Line, Plan};
use crate::tui::dash::sale::SeatNow;

/// The seats of a hall as they are now.
#[derive(Debug, Clone, Copy)]
pub struct Seats<'a> {
    /// Every seat, in hall order.
    pub now: &'a [SeatNow],
    /// For every seat, is it above zero when the seat changed a moment ago? Empty when none did.
    pub fresh: &'a [u8],
}

/// The seats of a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Free.
    pub free: u32,
    /// Taken for a while.
    pub held: u32,
    /// Paid.
    pub sold: u32,
    /// Those of them that changed a moment ago.
    pub fresh: u32,
    /// Since when the oldest of those held is, on the server's clock.
    pub since_ms: Option<i64>,
}

impl Tally {
    /// All of them.
    #[must_use]
    pub const fn all(&self) -> u32 {
        self.free + self.held + self.sold
    }

    fn add(&mut self, seat: SeatNow) {
        match seat {
            SeatNow::Free => self.free += 1,
            SeatNow::Sold => self.sold += 1,
            SeatNow::Held { since_ms } => {
                self.held += 1;
                self.since_ms = Some(self.since_ms.map_or(since_ms, |before| before.min(since_ms)));
            }
        }
    }
}

/// Adds the seats of a row to its cells: those from `first` on, so many seats in each.
pub fn add_line(plan: &Plan, line: Line, seats: Seats<'_>, (first, across): (u32, u32), cells: &mut [Tally]) {
    let from = u64::from(first) * u64::from(across);
    let to = from + cells.len() as u64 * u64::from(across);
    for piece in plan.line(line) {
        let (left, right) = (u64::from(piece.at).max(from), u64::from(piece.at + piece.seats).min(to));
        let mut at = left;
        while at < right {
            let cell = (at - from) / u64::from(across);
            let end = (from + (cell + 1) * u64::from(across)).min(right);
            let seat = piece.first_seat + (at - u64::from(piece.at)) as usize;
            add_seats(seats, seat..seat + (end - at) as usize, &mut cells[cell as usize]);
            at = end;
        }
    }
}

fn add_seats(seats: Seats<'_>, range: std::ops::Range<usize>, cell: &mut Tally) {
    seats.now.get(range.clone()).unwrap_or(&[]).iter().for_each(|seat| cell.add(*seat));
    let fresh = seats.fresh.get(range).unwrap_or(&[]);
    cell.fresh += fresh.iter().filter(|changes| **changes > 0).count() as u32;
}
