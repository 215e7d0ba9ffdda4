//! The seats of a program that is followed: each knows with which picture it changed last.
//! Must not ask anybody: the looks at the inventory are handed in.

use std::sync::Arc;

use crate::{
    domain::{
        hold::{Counts, SeatState},
        ids::{Millis, ProgramId, SeatIx},
        program::{CategoryHall, Program, Row},
    },
    wire::{
        admin::CategoryLine,
        feed::{Followed, HallRow, SeatRun},
    },
};

/// Seats that are compared at once: most of a hall is as it was.
const BLOCK: usize = 64;

/// All seats of a hall.
#[derive(Debug)]
pub struct Seats {
    program: Arc<Program>,
    states: Vec<SeatState>,
    /// Sequence of the picture with which a seat changed last.
    changed: Vec<u64>,
    /// Since when a seat has been held, in seconds since 1970.
    held_since_s: Vec<u32>,
    /// One a category.
    counts: Vec<Counts>,
    unknown: bool,
    /// The inventory has answered once.
    looked_at: bool,
}

impl Seats {
    /// A hall that nobody has looked at yet. What is held already has been held since the moments given.
    #[must_use]
    pub fn new(program: Arc<Program>, held_since: &[(SeatIx, Millis)]) -> Self {
        let size = program.hall.seats() as usize;
        let mut held_since_s = vec![0; size];
        for &(seat, since) in held_since {
            if let Some(kept) = held_since_s.get_mut(seat.0 as usize) {
                *kept = seconds(since);
            }
        }
        let free = |category: &CategoryHall| Counts { available: category.seats, held: 0, sold: 0 };
        let counts = program.hall.categories.iter().map(free).collect();
        let (states, changed) = (vec![SeatState::Available; size], vec![0; size]);
        Self { program, states, changed, held_since_s, counts, unknown: true, looked_at: false }
    }

    /// Whose seats they are.
    #[must_use]
    pub fn program(&self) -> ProgramId {
        self.program.id
    }

    /// The inventory did not answer. Returns whether that is news.
    pub fn unknown(&mut self) -> bool {
        !std::mem::replace(&mut self.unknown, true)
    }

    /// A look at the inventory: all seats in hall order. Returns whether anything is not as it was.
    pub fn look(&mut self, now_states: &[SeatState], sequence: u64, now: Millis) -> bool {
        if now_states.len() != self.states.len() {
            return self.unknown();
        }
        let is_first = !std::mem::replace(&mut self.looked_at, true);
        let mut news = std::mem::replace(&mut self.unknown, false);
        let now_s = seconds(now);
        for (at, block) in now_states.chunks(BLOCK).enumerate() {
            let first = at * BLOCK;
            if self.states[first..first + block.len()] == *block {
                continue;
            }
            news = true;
            for (seat, &state) in (first..).zip(block) {
                self.set(seat, state, sequence, now_s, is_first);
            }
        }
        news
    }

    fn set(&mut self, seat: usize, state: SeatState, sequence: u64, now_s: u32, is_first: bool) {
        let before = std::mem::replace(&mut self.states[seat], state);
        if before == state {
            return;
        }
        self.changed[seat] = sequence;
        let begun_earlier = is_first && self.held_since_s[seat] != 0;
        if state == SeatState::Held && !begun_earlier {
            self.held_since_s[seat] = now_s;
        }
        let position = u32::try_from(seat).expect("a hall has fewer than 2^32 seats");
        let category = self.program.hall.categories.partition_point(|c| c.first_seat.0 + c.seats <= position);
        *count_of(&mut self.counts[category], before) -= 1;
        *count_of(&mut self.counts[category], state) += 1;
    }

    /// All seats together.
    #[must_use]
    pub fn total(&self) -> Counts {
        self.counts.iter().fold(Counts::default(), |sum, c| Counts {
            available: sum.available + c.available,
            held: sum.held + c.held,
            sold: sum.sold + c.sold,
        })
    }

    /// Everything.
    #[must_use]
    pub fn whole(&self, now: Millis) -> Followed {
        let runs = self.runs(now, |seat| self.states[seat] != SeatState::Available);
        Followed { rows: self.rows(), ..self.followed(runs) }
    }

    /// What changed after this picture.
    #[must_use]
    pub fn after(&self, sequence: u64, now: Millis) -> Followed {
        self.followed(self.runs(now, |seat| self.changed[seat] > sequence))
    }

    fn followed(&self, seats: Vec<SeatRun>) -> Followed {
        Followed {
            id: self.program.id,
            seat_base: self.program.hall.seat_base,
            categories: self.categories(),
            rows: Vec::new(),
            seats,
            unknown: self.unknown,
        }
    }

    fn categories(&self) -> Vec<CategoryLine> {
        let lines = self.program.hall.categories.iter().zip(&self.counts);
        let line = |(category, counts): (&CategoryHall, &Counts)| CategoryLine {
            id: category.id,
            name: category.name.clone(),
            price: category.price,
            first_seat: category.first_seat.0,
            total: category.seats,
            available: counts.available,
            held: counts.held,
            sold: counts.sold,
        };
        lines.map(line).collect()
    }

    fn rows(&self) -> Vec<HallRow> {
        let rows = self.program.hall.categories.iter().flat_map(|c| c.rows.iter().map(|row| (c.id, row)));
        let row = |(category, row): (_, &Row)| HallRow {
            category,
            row: row.row_code,
            first_col: row.first_col,
            seats: row.len,
            first_seat: row.first_seat.0,
        };
        rows.map(row).collect()
    }

    /// The chosen seats, neighbours that are alike together.
    fn runs(&self, now: Millis, chosen: impl Fn(usize) -> bool) -> Vec<SeatRun> {
        let mut runs: Vec<SeatRun> = Vec::new();
        let now_s = seconds(now);
        for (seat, position) in (0..self.states.len()).zip(0_u32..) {
            if !chosen(seat) {
                continue;
            }
            let state = self.states[seat];
            let held_for_s = match state {
                SeatState::Held => now_s.saturating_sub(self.held_since_s[seat]),
                SeatState::Available | SeatState::Sold => 0,
            };
            match runs.last_mut() {
                Some(SeatRun(first, seats, of, held))
                    if *first + *seats == position && (*of, *held) == (state.number(), held_for_s) =>
                {
                    *seats += 1;
                }
                _ => runs.push(SeatRun(position, 1, state.number(), held_for_s)),
            }
        }
        runs
    }
}

const fn count_of(counts: &mut Counts, state: SeatState) -> &mut u32 {
    match state {
        SeatState::Available => &mut counts.available,
        SeatState::Held => &mut counts.held,
        SeatState::Sold => &mut counts.sold,
    }
}

fn seconds(moment: Millis) -> u32 {
    u32::try_from(moment.0 / 1_000).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use SeatState::{Available as F, Held as H, Sold as S};

    fn seats(held_since: &[(SeatIx, Millis)]) -> Seats {
        Seats::new(Arc::new(super::super::stage::program(&[3, 3])), held_since)
    }

    #[test]
    fn a_snapshot_has_the_hall_and_what_is_not_free() {
        let mut seats = seats(&[(SeatIx(1), Millis(4_000)), (SeatIx(2), Millis(4_000))]);
        assert!(seats.whole(Millis(10_000)).unknown);
        assert!(seats.look(&[S, H, H, H, F, F], 1, Millis(10_000)));
        let whole = seats.whole(Millis(10_000));
        assert_eq!(whole.seats, [SeatRun(0, 1, 3, 0), SeatRun(1, 2, 2, 6), SeatRun(3, 1, 2, 0)]);
        assert_eq!((whole.rows.len(), whole.unknown), (2, false));
        let counts: Vec<_> = whole.categories.iter().map(|c| (c.available, c.held, c.sold)).collect();
        assert_eq!(counts, [(0, 2, 1), (2, 1, 0)]);
        assert_eq!(seats.total(), Counts { available: 2, held: 3, sold: 1 });
    }

    #[test]
    fn a_delta_has_what_changed_since_any_earlier_picture() {
        let mut seats = seats(&[]);
        assert!(seats.look(&[F; 6], 1, Millis(0)), "it is known now");
        assert!(!seats.look(&[F; 6], 2, Millis(1_000)));
        assert!(seats.look(&[H, F, F, F, F, F], 2, Millis(1_000)));
        assert!(seats.look(&[H, H, F, F, F, F], 3, Millis(2_000)));
        assert!(seats.look(&[F, S, F, F, F, F], 4, Millis(3_000)));
        assert_eq!(seats.after(3, Millis(3_000)).seats, [SeatRun(0, 1, 1, 0), SeatRun(1, 1, 3, 0)]);
        assert_eq!(seats.after(4, Millis(3_000)).seats, []);
        assert!(seats.after(1, Millis(3_000)).rows.is_empty());
        assert!(seats.look(&[H, S, F, F, F, F], 5, Millis(9_000)));
        assert_eq!(seats.after(4, Millis(11_000)).seats, [SeatRun(0, 1, 2, 2)], "held again, from the start");
        assert_eq!((seats.unknown(), seats.unknown()), (true, false));
        assert!(!seats.look(&[F; 3], 6, Millis(0)) && seats.after(5, Millis(0)).unknown, "of another hall");
    }
}
