//! Where a hall's rows and categories lie in the strings that the scripts read.
//! Must not know which seats are taken, but for turning their states into the tree of longest runs.

use crate::domain::{
    ids::{CategoryId, SeatIx},
    program::Hall,
};

/// State characters of the string `seats`.
pub const FREE: u8 = b'0';
/// Held.
pub const HELD: u8 = b'1';
/// Sold.
pub const SOLD: u8 = b'2';
/// Stands for a row or category that is not in the hall; the script says so when it is that check's turn.
pub const MISSING: u32 = u32::MAX;
/// Bytes under one byte of the next level of a category's tree.
const FAN_OUT: u32 = 64;
/// Longest run that one byte can say. Far above what an order may hold.
const RUN_MAX: u32 = 255;

/// A row's seats and category.
#[derive(Debug, Clone, Copy)]
struct RowPlace {
    first: u32,
    len: u32,
    category: u32,
}

/// A category's rows and its tree.
#[derive(Debug, Clone, Copy)]
struct CategoryPlace {
    id: CategoryId,
    first_row: u32,
    rows: u32,
    tree: u32,
}

/// The shape of one hall.
#[derive(Debug)]
pub struct Layout {
    rows: Vec<RowPlace>,
    categories: Vec<CategoryPlace>,
    seats: u32,
}

impl Layout {
    /// The shape of this hall.
    #[must_use]
    pub fn of(hall: &Hall) -> Self {
        let (mut rows, mut categories, mut tree) = (Vec::new(), Vec::new(), 0);
        for (category, c) in (0..).zip(&hall.categories) {
            let place = CategoryPlace { id: c.id, first_row: size(rows.len()), rows: size(c.rows.len()), tree };
            tree += levels(place.rows).iter().sum::<u32>();
            categories.push(place);
            rows.extend(c.rows.iter().map(|r| RowPlace { first: r.first_seat.0, len: r.len, category }));
        }
        Self { rows, categories, seats: hall.seats() }
    }

    /// Number of seats.
    #[must_use]
    pub const fn seats(&self) -> u32 {
        self.seats
    }

    /// Categories, in hall order; the index of each is its place here.
    pub fn categories(&self) -> impl ExactSizeIterator<Item = CategoryId> {
        self.categories.iter().map(|c| c.id)
    }

    /// Index of a category, or [`MISSING`].
    #[must_use]
    pub fn category(&self, id: CategoryId) -> u32 {
        self.categories.iter().position(|c| c.id == id).map_or(MISSING, size)
    }

    /// Index of the row of a seat, or [`MISSING`].
    #[must_use]
    pub fn row(&self, seat: SeatIx) -> u32 {
        if seat.0 >= self.seats {
            return MISSING;
        }
        size(self.rows.partition_point(|r| r.first + r.len <= seat.0))
    }

    /// Index of the category of a seat of the hall.
    #[must_use]
    pub fn category_of(&self, seat: SeatIx) -> Option<usize> {
        self.rows.get(self.row(seat) as usize).map(|row| row.category as usize)
    }

    /// The string `rows`.
    #[must_use]
    pub fn packed_rows(&self) -> Vec<u8> {
        let mut packed = Vec::with_capacity(self.rows.len() * 8);
        for row in &self.rows {
            packed.extend(row.first.to_be_bytes());
            packed.extend(short(row.len).to_be_bytes());
            packed.extend(short(row.category).to_be_bytes());
        }
        packed
    }

    /// The string `cats`.
    #[must_use]
    pub fn packed_categories(&self) -> Vec<u8> {
        let numbers = self.categories.iter().flat_map(|c| [c.first_row, c.rows, c.tree]);
        numbers.flat_map(u32::to_be_bytes).collect()
    }

    /// The string `runs`, for seats in these states.
    #[must_use]
    pub fn packed_runs(&self, states: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        for category in &self.categories {
            let rows = &self.rows[category.first_row as usize..][..category.rows as usize];
            let mut level: Vec<u8> =
                rows.iter().map(|r| longest_run(&states[r.first as usize..][..r.len as usize])).collect();
            while level.len() > FAN_OUT as usize {
                let above =
                    level.chunks(FAN_OUT as usize).map(|block| block.iter().copied().max().unwrap_or(0)).collect();
                packed.append(&mut level);
                level = above;
            }
            packed.append(&mut level);
        }
        packed
    }
}

/// Sizes of the levels of a tree over this many rows, from the rows up to a level that is one block.
fn levels(rows: u32) -> Vec<u32> {
    let mut sizes = vec![rows];
    while let Some(&last) = sizes.last().filter(|&&n| n > FAN_OUT) {
        sizes.push(last.div_ceil(FAN_OUT));
    }
    sizes
}

fn longest_run(states: &[u8]) -> u8 {
    let longest = states.split(|&state| state != FREE).map(<[u8]>::len).max().unwrap_or(0);
    u8::try_from(size(longest).min(RUN_MAX)).expect("just limited to a byte")
}

fn size(n: usize) -> u32 {
    u32::try_from(n).expect("a hall has at most HALL_SEATS_MAX seats, and no more rows or categories than seats")
}

fn short(n: u32) -> u16 {
    u16::try_from(n).expect("a row has at most ROW_SEATS_MAX seats, a program far fewer than 65536 categories")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::redis::tests::stage;

    #[test]
    fn a_seat_leads_to_its_row_and_category() {
        let program = stage::program(1, &[(11, 2, 5), (12, 3, 4)]);
        let layout = Layout::of(&program.hall);
        assert_eq!(layout.seats(), 22);
        for (seat, row, category) in [(0, 0, 0), (4, 0, 0), (5, 1, 0), (10, 2, 1), (21, 4, 1)] {
            assert_eq!((layout.row(SeatIx(seat)), layout.category_of(SeatIx(seat))), (row, Some(category)), "{seat}");
        }
        assert_eq!((layout.row(SeatIx(22)), layout.category_of(SeatIx(22))), (MISSING, None));
        assert_eq!(layout.category(CategoryId::new(12).unwrap()), 1);
        assert_eq!(layout.category(CategoryId::new(13).unwrap()), MISSING);
    }

    #[test]
    fn the_tree_tops_out_in_one_block() {
        assert_eq!(levels(1), [1]);
        assert_eq!(levels(64), [64]);
        assert_eq!(levels(65), [65, 2]);
        assert_eq!(levels(50_000), [50_000, 782, 13]);
        let layout = Layout::of(&stage::program(1, &[(11, 130, 3)]).hall);
        let mut states = vec![FREE; 390];
        states[0..192].fill(HELD); // the first 64 rows
        states[193] = SOLD; // the middle of row 64
        let runs = layout.packed_runs(&states);
        assert_eq!(runs.len(), 130 + 3);
        assert_eq!((runs[0], runs[64], runs[65]), (0, 1, 3));
        assert_eq!(runs[130..], [0, 3, 3]);
    }
}
