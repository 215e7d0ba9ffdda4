//! A program on sale: its categories, its hall, its limits and its sale window.
//! Must not know who bought what.

use crate::domain::{
    ids::{CategoryId, Millis, ProgramId, SeatId, SeatIx},
    money::Cents,
};

/// Most seats in one program: keeps seat positions in 32 bits and a hall in memory.
pub const HALL_SEATS_MAX: u32 = 2_000_000;
/// Most columns of one row: a row's free seats travel as one string through Redis.
pub const ROW_SEATS_MAX: u32 = 1_000;
/// Most tickets a single order may ever hold, whatever a program says.
pub const ORDER_TICKETS_MAX: u32 = 16;

/// One dated performance on sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Below 2^53.
    pub id: ProgramId,
    /// What is shown to buyers.
    pub title: String,
    /// Who performs.
    pub actor: String,
    /// Where.
    pub place: String,
    /// City.
    pub area: String,
    /// Kind of show.
    pub category: String,
    /// `yyyy-MM-dd HH:mm:ss`, local time of the place, as imported.
    pub show_time: String,
    /// Buyers may name their seats.
    pub permit_choose_seat: bool,
    /// One live ticket per ticket user.
    pub real_name: bool,
    /// Most tickets in one order.
    pub per_order_limit: u32,
    /// Most live tickets of one account.
    pub per_account_limit: u32,
    /// When it may be bought.
    pub sale: SaleWindow,
    /// Categories and seats.
    pub hall: Hall,
}

/// When a program may be bought. `None` on either side is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SaleWindow {
    /// Off sale whatever the times say.
    pub closed: bool,
    /// First moment on sale.
    pub opens_at: Option<Millis>,
    /// First moment no longer on sale.
    pub closes_at: Option<Millis>,
}

impl SaleWindow {
    /// Is the program on sale at this moment?
    #[must_use]
    pub fn is_open(&self, now: Millis) -> bool {
        !self.closed && self.opens_at.is_none_or(|t| now >= t) && self.closes_at.is_none_or(|t| now < t)
    }
}

/// All seats of a program. Seats are numbered from 0 in the order of categories, then rows, then columns, so that each
/// category and each row is one run of [`SeatIx`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hall {
    /// [`SeatId`] of the seat at position 0.
    pub seat_base: u64,
    /// In hall order.
    pub categories: Vec<CategoryHall>,
}

/// Tickets of one program at one price, with the rows they sit in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryHall {
    /// Unique in the program.
    pub id: CategoryId,
    /// Shown to buyers.
    pub name: String,
    /// Price of each seat.
    pub price: Cents,
    /// Position of the category's first seat.
    pub first_seat: SeatIx,
    /// Number of seats.
    pub seats: u32,
    /// In order of preference: lowest row code, then lowest column.
    pub rows: Vec<Row>,
}

/// Seats side by side: same category, same row, columns without a gap. A row with a gap is two of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Row number, from 1.
    pub row_code: u32,
    /// Column of the first seat.
    pub first_col: u32,
    /// Number of seats, 1 ..= [`ROW_SEATS_MAX`].
    pub len: u32,
    /// Position of the first seat.
    pub first_seat: SeatIx,
    /// The plan's own names, where it has any.
    pub labels: Option<Box<RowLabels>>,
}

/// Names that a seating plan gives to a row and its seats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowLabels {
    /// The row's name.
    pub row: String,
    /// One name a seat.
    pub seats: Vec<String>,
}

/// A seat, looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatPlace {
    /// Its category.
    pub category: CategoryId,
    /// Row number, from 1.
    pub row_code: u32,
    /// Column number, from 1.
    pub col_code: u32,
    /// Its price.
    pub price: Cents,
}

impl Hall {
    /// Number of seats.
    #[must_use]
    pub fn seats(&self) -> u32 {
        self.categories.iter().map(|c| c.seats).sum()
    }

    /// The category with this id.
    #[must_use]
    pub fn category(&self, id: CategoryId) -> Option<&CategoryHall> {
        self.categories.iter().find(|c| c.id == id)
    }

    /// The wire id of a seat.
    ///
    /// # Panics
    /// When the position is outside the hall's id range, which import rules out.
    #[must_use]
    pub fn seat_id(&self, seat: SeatIx) -> SeatId {
        SeatId::new(self.seat_base + u64::from(seat.0)).expect("import keeps seat ids below 2^63")
    }

    /// The position of a seat id, when it is one of this hall.
    #[must_use]
    pub fn seat_ix(&self, seat: SeatId) -> Option<SeatIx> {
        let offset = seat.get().checked_sub(self.seat_base)?;
        u32::try_from(offset).ok().filter(|&ix| ix < self.seats()).map(SeatIx)
    }

    /// The category that a seat position lies in.
    #[must_use]
    pub fn category_of(&self, seat: SeatIx) -> Option<&CategoryHall> {
        let at = self.categories.partition_point(|c| c.first_seat.0 + c.seats <= seat.0);
        self.categories.get(at)
    }

    /// Row, column, category and price of a seat position.
    #[must_use]
    pub fn place(&self, seat: SeatIx) -> Option<SeatPlace> {
        let category = self.category_of(seat)?;
        let at = category.rows.partition_point(|r| r.first_seat.0 + r.len <= seat.0);
        let row = category.rows.get(at)?;
        let col_code = row.first_col + (seat.0 - row.first_seat.0);
        Some(SeatPlace { category: category.id, row_code: row.row_code, col_code, price: category.price })
    }
}
