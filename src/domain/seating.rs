//! Allocation: choose seats for a quantity. Pure; choosing is not taking.
//! Must not know who asks or when.
//!
//! # The rule
//!
//! Every engine chooses by this rule and no other, so that their answers can be compared seat by seat.
//!
//! - A *row* is one [`crate::domain::program::Row`]: same category, columns without a gap. Rows of a category are in
//!   hall order, which is also the order of seat positions. Two rows are never side by side, even when they share a
//!   row code.
//! - A *run* is a longest stretch of free seats side by side in one row: it is bounded by a taken seat or by the
//!   row's end on both sides.
//! - `first(n)` is: the first row, in hall order, that has a run of at least `n` seats; in it the first run, by
//!   column, of at least `n` seats; of that run the first `n` seats. A longer run is cut; an exact fit further back
//!   is not looked for.
//!
//! To choose `count` seats (at least 1) of a category:
//!
//! 1. Fewer than `count` seats are free in the category: [`Rejection::SoldOut`].
//! 2. `first(count)` exists: that is the choice.
//! 3. The fallback is [`Fallback::Refuse`]: [`Rejection::SeatsOccupied`].
//! 4. It is [`Fallback::Split`]: `left = count`; until `left` is 0, let `longest` be the length of the longest run in
//!    the category, where seats chosen already are no longer free; let `n = min(left, longest)`; choose `first(n)`;
//!    `left -= n`. The choice is all of these, sorted by seat position.
//!
//! Step 4 gives the fewest groups that are possible: whole runs, longest first, and only the last may be cut. For
//! example with runs of 2, 1, 3, 3 (by row) and `count` 7: the first run of 3, the other run of 3, then `n` is 1 and
//! the last seat is the first of the run of 2, since that row is the first with a free seat.
//!
//! # What it costs
//!
//! [`FreeSeats`] keeps a bit a seat and, over the rows, a tree of longest runs. A choice or an update costs the
//! logarithm of the number of rows plus the length of a row, whatever the size of the hall.

mod bits;
mod longest_runs;
#[cfg(test)]
pub(crate) mod naive;
mod steps;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::domain::{hold::Fallback, ids::SeatIx, program::CategoryHall, rejection::Rejection};
use bits::Bits;
use longest_runs::LongestRuns;
#[cfg(test)]
pub(crate) use steps::steps_of;

/// Which seats of a category are free, so kept that choosing is cheap.
#[derive(Debug, Clone)]
pub struct FreeSeats {
    /// Position of the category's first seat; everything below counts from it.
    first_seat: u32,
    /// Set where a seat is free.
    bits: Bits,
    /// Where each row begins, and where the last one ends.
    row_starts: Box<[u32]>,
    longest: LongestRuns,
    free: u32,
}

impl FreeSeats {
    /// All seats of the category, free.
    #[must_use]
    pub fn all_of(category: &CategoryHall) -> Self {
        let mut row_starts = Vec::with_capacity(category.rows.len() + 1);
        let mut end = 0;
        for row in &category.rows {
            row_starts.push(end);
            end += row.len;
        }
        row_starts.push(end);
        Self {
            first_seat: category.first_seat.0,
            bits: Bits::all_set(end),
            longest: LongestRuns::new(category.rows.iter().map(|row| clamped(row.len))),
            row_starts: row_starts.into_boxed_slice(),
            free: end,
        }
    }

    /// How many are free.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.free
    }

    /// Is this seat of the category free?
    ///
    /// # Panics
    /// When the seat is not of this category.
    #[must_use]
    pub fn is_free(&self, seat: SeatIx) -> bool {
        self.bits.get(seat.0 - self.first_seat)
    }

    /// Chooses `count` seats by the rule above, in seat order. Nothing is taken: what is free before is free after.
    /// It wants `&mut` because a split marks its first groups while it looks for the next.
    ///
    /// # Errors
    /// [`Rejection::SoldOut`] or [`Rejection::SeatsOccupied`].
    pub fn choose(&mut self, count: u32, fallback: Fallback) -> Result<Vec<SeatIx>, Rejection> {
        if self.free < count {
            return Err(Rejection::SoldOut);
        }
        if count == 0 {
            return Ok(Vec::new());
        }
        if let Some(run) = self.first(count) {
            return Ok(self.positions(run).collect());
        }
        match fallback {
            Fallback::Refuse => Err(Rejection::SeatsOccupied),
            Fallback::Split => Ok(self.split(count)),
        }
    }

    /// Takes these seats. Returns how many were free before.
    ///
    /// # Panics
    /// When a seat is not of this category.
    pub fn take(&mut self, seats: &[SeatIx]) -> u32 {
        let taken = self.mark(seats, false);
        self.free -= taken;
        taken
    }

    /// Gives these seats back. Returns how many were taken before.
    ///
    /// # Panics
    /// When a seat is not of this category.
    pub fn give_back(&mut self, seats: &[SeatIx]) -> u32 {
        let given = self.mark(seats, true);
        self.free += given;
        given
    }

    /// Bytes on the heap.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.bits.heap_bytes() + self.longest.heap_bytes() + size_of_val(&*self.row_starts)
    }

    /// The rule's `first(n)`.
    fn first(&self, n: u32) -> Option<Range<u32>> {
        let row = self.longest.first_row_with(u16::try_from(n).ok()?)?;
        let run = self.runs(row).find(|run| run.len() >= n as usize).expect("the index follows the bits");
        Some(run.start..run.start + n)
    }

    /// The rule's step 4; at least `count` seats are free.
    fn split(&mut self, count: u32) -> Vec<SeatIx> {
        let mut seats = Vec::with_capacity(count as usize);
        while seats.len() < count as usize {
            let left = count - u32::try_from(seats.len()).expect("fewer than `count`");
            let n = left.min(u32::from(self.longest.longest()));
            let run = self.first(n).expect("enough seats are free, so a run of the longest length exists");
            let group = seats.len();
            seats.extend(self.positions(run));
            self.mark(&seats[group..], false);
        }
        seats.sort_unstable();
        self.mark(&seats, true);
        seats
    }

    /// Sets the bits and brings the index up to date, once a row where a row's seats come together.
    fn mark(&mut self, seats: &[SeatIx], free: bool) -> u32 {
        let mut changed = 0;
        let mut stale: Option<usize> = None;
        for seat in seats {
            let at = seat.0 - self.first_seat;
            if self.bits.get(at) == free {
                continue;
            }
            self.bits.put(at, free);
            changed += 1;
            if stale.is_none_or(|row| !self.row(row).contains(&at)) {
                let row = self.row_of(at);
                if let Some(left) = stale.replace(row) {
                    self.reindex(left);
                }
            }
        }
        if let Some(row) = stale {
            self.reindex(row);
        }
        changed
    }

    fn reindex(&mut self, row: usize) {
        let longest = self.runs(row).map(|run| run.end - run.start).max().unwrap_or(0);
        self.longest.set(row, clamped(longest));
    }

    fn runs(&self, row: usize) -> impl Iterator<Item = Range<u32>> {
        self.bits.runs(self.row(row))
    }

    fn row(&self, row: usize) -> Range<u32> {
        self.row_starts[row]..self.row_starts[row + 1]
    }

    fn row_of(&self, at: u32) -> usize {
        self.row_starts.partition_point(|&start| {
            steps::step();
            start <= at
        }) - 1
    }

    fn positions(&self, run: Range<u32>) -> impl Iterator<Item = SeatIx> + use<> {
        let first_seat = self.first_seat;
        run.map(move |at| SeatIx(first_seat + at))
    }
}

/// Rows are at most [`crate::domain::program::ROW_SEATS_MAX`] long; a longer one is merely underrated.
fn clamped(len: u32) -> u16 {
    u16::try_from(len).unwrap_or(u16::MAX)
}
