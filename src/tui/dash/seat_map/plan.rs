//! The hall in seats: categories under each other, their rows as lines, every seat at its column.
//! Must not know how large the screen is.

use crate::tui::dash::sale::Hall;

/// How much wider than its fullest row a category may be by its seat numbers before they are no longer taken at their word.
const SPREAD_MAX: u64 = 4;
/// A spread that is always fine.
const SPREAD_FREE: u64 = 64;

/// Where every seat of a hall stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Categories from the stage backwards.
    pub groups: Vec<Group>,
    pieces: Vec<Piece>,
}

/// Rows of one category.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// Its place among the hall's categories; none when the hall does not name it.
    pub category: Option<usize>,
    /// Columns from its leftmost seat to its rightmost.
    pub columns: u32,
    /// Its rows from the front.
    pub lines: Vec<Line>,
}

/// A row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub row: u32,
    first_piece: usize,
    pieces: usize,
}

/// Seats that stand side by side without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Column of the first within its category.
    pub at: u32,
    /// How many.
    pub seats: u32,
    /// Position of the first in hall order.
    pub first_seat: usize,
    /// Number of the first.
    pub first_col: u32,
    group: usize,
    line: usize,
}

/// Where one seat stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Its category's place in [`Plan::groups`].
    pub group: usize,
    /// Its row's place in [`Group::lines`].
    pub line: usize,
    /// Its column within the category.
    pub at: u32,
    /// Its number.
    pub col: u32,
}

impl Plan {
    /// The plan of a hall. Rows that claim seats of others, or more than there are, are left out.
    #[must_use]
    pub fn new(hall: &Hall) -> Self {
        let mut plan = Self::default();
        let (mut category, mut next) = (None, 0);
        for row in &hall.rows {
            let first_seat = row.first_seat as usize;
            if row.seats == 0 || first_seat < next || first_seat + row.seats as usize > hall.seats.len() {
                continue;
            }
            next = first_seat + row.seats as usize;
            if category != Some(row.category) {
                category = Some(row.category);
                let place = hall.category(row.category).map(|(at, _)| at);
                plan.groups.push(Group { category: place, ..Group::default() });
            }
            plan.add(
                row.row,
                Piece {
                    at: 0,
                    seats: row.seats,
                    first_seat,
                    first_col: row.first_col,
                    group: plan.groups.len() - 1,
                    line: 0,
                },
            );
        }
        for group in 0..plan.groups.len() {
            plan.place(group);
        }
        plan
    }

    /// Adds a piece to the last row where it goes on with it, or as a row of its own.
    fn add(&mut self, row: u32, mut piece: Piece) {
        let before = self.pieces.last().map_or(0, |last| u64::from(last.first_col) + u64::from(last.seats));
        let lines = &mut self.groups[piece.group].lines;
        match lines.last_mut() {
            Some(line) if line.row == row && u64::from(piece.first_col) >= before => line.pieces += 1,
            _ => lines.push(Line { row, first_piece: self.pieces.len(), pieces: 1 }),
        }
        piece.line = lines.len() - 1;
        self.pieces.push(piece);
    }

    /// Gives the seats of a category their columns: by their numbers, or centred where all rows start with the same number,
    /// or packed where the numbers are too far apart to be columns.
    fn place(&mut self, group: usize) {
        let lines = self.groups[group].lines.clone();
        let longest = lines.iter().map(|line| self.packed(*line)).max().unwrap_or(0);
        let own = self.pieces.iter().filter(|piece| piece.group == group);
        let from = own.clone().map(|piece| u64::from(piece.first_col)).min().unwrap_or(0);
        let to = own.map(|piece| u64::from(piece.first_col) + u64::from(piece.seats)).max().unwrap_or(0);
        let alike = lines.iter().all(|line| line.pieces == 1 && u64::from(self.line(*line)[0].first_col) == from);
        let numbered = !alike && to - from <= longest * SPREAD_MAX + SPREAD_FREE;
        for line in lines {
            let mut at = (longest - self.packed(line)) / 2;
            for piece in &mut self.pieces[line.first_piece..line.first_piece + line.pieces] {
                piece.at = if numbered { u64::from(piece.first_col) - from } else { at } as u32;
                at += u64::from(piece.seats) + 1;
            }
        }
        self.groups[group].columns = if numbered { to - from } else { longest } as u32;
    }

    /// Columns of a row with one between its pieces.
    fn packed(&self, line: Line) -> u64 {
        self.line(line).iter().map(|piece| u64::from(piece.seats) + 1).sum::<u64>() - 1
    }

    /// The pieces of a row, from the left.
    #[must_use]
    pub fn line(&self, line: Line) -> &[Piece] {
        &self.pieces[line.first_piece..line.first_piece + line.pieces]
    }

    /// Nobody can sit here.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Rows of the category that has most of them.
    #[must_use]
    pub fn lines_max(&self) -> usize {
        self.groups.iter().map(|group| group.lines.len()).max().unwrap_or(0)
    }

    /// The largest row number.
    #[must_use]
    pub fn row_max(&self) -> u32 {
        self.groups.iter().flat_map(|group| &group.lines).map(|line| line.row).max().unwrap_or(0)
    }

    /// Where a seat stands, by its position in hall order.
    #[must_use]
    pub fn spot(&self, seat: usize) -> Option<Spot> {
        let after = self.pieces.partition_point(|piece| piece.first_seat <= seat);
        let piece = self.pieces.get(after.checked_sub(1)?)?;
        let offset = (seat - piece.first_seat) as u32;
        (offset < piece.seats).then(|| Spot {
            group: piece.group,
            line: piece.line,
            at: piece.at + offset,
            col: piece.first_col.saturating_add(offset),
        })
    }

    /// The seat of a row that stands nearest to a column.
    #[must_use]
    pub fn nearest(&self, line: Line, at: u32) -> usize {
        let near = |piece: &&Piece| {
            let last = piece.at + piece.seats - 1;
            piece.at.saturating_sub(at).max(at.saturating_sub(last))
        };
        let piece = self.line(line).iter().min_by_key(near).expect("a line has a piece");
        piece.first_seat + (at.clamp(piece.at, piece.at + piece.seats - 1) - piece.at) as usize
    }

    /// The seat in the middle of the first row.
    #[must_use]
    pub fn front(&self) -> Option<usize> {
        let group = self.groups.first()?;
        Some(self.nearest(*group.lines.first()?, group.columns / 2))
    }

    /// The first seat and the last, in hall order.
    #[must_use]
    pub fn ends(&self) -> Option<(usize, usize)> {
        let last = self.pieces.last()?;
        Some((self.pieces.first()?.first_seat, last.first_seat + last.seats as usize - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::ids::CategoryId,
        tui::dash::sample,
        wire::feed::{Frame, HallRow},
    };

    /// A hall of one category with these rows: number, first column, seats.
    fn hall(rows: &[(u32, u32, u32)]) -> Hall {
        let mut frame: Frame = sample::snapshot(&[(11, "VIP", 100, 1, 1)]);
        let followed = frame.followed.as_mut().expect("a snapshot of a program");
        let mut first_seat = 0;
        followed.rows.clear();
        for &(row, first_col, seats) in rows {
            let category = CategoryId::new(11).expect("above zero");
            followed.rows.push(HallRow { category, row, first_col, seats, first_seat });
            first_seat += seats;
        }
        sample::sale(frame).hall.expect("a program is followed")
    }

    fn columns(plan: &Plan) -> Vec<Vec<(u32, u32)>> {
        let lines = plan.groups[0].lines.iter();
        lines.map(|line| plan.line(*line).iter().map(|piece| (piece.at, piece.seats)).collect()).collect()
    }

    #[test]
    fn rows_that_start_alike_are_centred_like_a_fan() {
        let plan = Plan::new(&hall(&[(1, 1, 4), (2, 1, 6), (3, 1, 8)]));
        assert_eq!(columns(&plan), [[(2, 4)], [(1, 6)], [(0, 8)]]);
    }

    #[test]
    fn seat_numbers_are_columns_and_aisles_stay_open() {
        let plan = Plan::new(&hall(&[(1, 3, 2), (1, 7, 2), (2, 2, 3)]));
        assert_eq!(columns(&plan), [vec![(1, 2), (5, 2)], vec![(0, 3)]]);
        assert_eq!((plan.groups[0].columns, plan.groups[0].lines.len()), (7, 2));
    }

    #[test]
    fn numbers_far_apart_are_no_columns() {
        let plan = Plan::new(&hall(&[(1, 1, 2), (1, 4_000_000_000, 2), (2, 1, 2)]));
        assert_eq!(columns(&plan), [vec![(0, 2), (3, 2)], vec![(1, 2)]]);
    }

    #[test]
    fn the_nearest_seat_of_a_row_is_found_across_an_aisle() {
        let plan = Plan::new(&hall(&[(1, 3, 2), (1, 7, 2), (2, 2, 3)]));
        let line = plan.groups[0].lines[0];
        assert_eq!([0, 2, 3, 4, 9].map(|at| plan.nearest(line, at)), [0, 1, 1, 2, 3]);
    }

    #[test]
    fn rows_that_claim_seats_of_others_are_left_out() {
        let mut hall = hall(&[(1, 1, 4), (2, 1, 4)]);
        hall.rows[1].first_seat = 2;
        assert_eq!(Plan::new(&hall).ends(), Some((0, 3)));
        hall.rows[0].seats = 900;
        assert!(Plan::new(&hall).spot(900).is_none());
    }
}
