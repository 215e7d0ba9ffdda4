//! The seats of one category: which are free, and how many are held and sold.
//! Must not know who owns them.

use crate::domain::{
    hold::{Counts, SeatState},
    ids::{CategoryId, SeatIx},
    program::CategoryHall,
    seating::FreeSeats,
};

/// A category's seats and counts.
#[derive(Debug)]
pub struct Section {
    /// The category.
    pub id: CategoryId,
    /// Position after its last seat.
    pub end: u32,
    /// Its free seats.
    pub free: FreeSeats,
    held: u32,
    sold: u32,
}

impl Section {
    /// With all seats free.
    pub fn new(category: &CategoryHall) -> Self {
        Self {
            id: category.id,
            end: category.first_seat.0 + category.seats,
            free: FreeSeats::all_of(category),
            held: 0,
            sold: 0,
        }
    }

    /// How many are in which state.
    pub const fn counts(&self) -> Counts {
        Counts { available: self.free.count(), held: self.held, sold: self.sold }
    }

    /// These free seats are held from now on.
    pub fn hold(&mut self, seats: &[SeatIx]) {
        let taken = self.free.take(seats);
        assert_eq!(taken as usize, seats.len(), "a seat is taken once");
        self.held += taken;
    }

    /// This many held seats are sold from now on.
    pub const fn sell(&mut self, seats: u32) {
        self.held -= seats;
        self.sold += seats;
    }

    /// One seat, in this state until now, is free again, as far as the counts go.
    pub const fn count_back(&mut self, state: SeatState) {
        match state {
            SeatState::Available => {}
            SeatState::Held => self.held -= 1,
            SeatState::Sold => self.sold -= 1,
        }
    }
}
