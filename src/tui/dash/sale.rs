//! The sale as the feed tells it: frames in, one picture out.
//! Must not read a clock or ask for anything.

use std::collections::{BTreeMap, VecDeque};

use super::course::Course;
use crate::{
    domain::ids::{CategoryId, ProgramId, SeatId},
    wire::{
        admin::CategoryLine,
        feed::{Followed, Frame, HallRow, LogLine, Numbers, ProgramStock},
    },
};

/// Most lines of the server's log that are kept.
const LOG_LINES_MAX: usize = 200;

/// What is known of the server.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sale {
    /// Counters and gauges, as of the last frame.
    pub numbers: Numbers,
    /// The server's clock in the last frame; 0 before the first.
    pub server_ms: i64,
    /// This machine's clock when the last frame came.
    pub heard_at_ms: i64,
    /// All programs.
    pub programs: BTreeMap<ProgramId, ProgramStock>,
    /// The program that is followed.
    pub hall: Option<Hall>,
    /// The server's log of repairs, oldest first.
    pub log: VecDeque<LogLine>,
    /// What happened over time.
    pub course: Course,
}

/// A seat as it was last heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SeatNow {
    /// Free.
    #[default]
    Free,
    /// Taken for a while, since this moment of the server's clock.
    Held {
        /// In ms since 1970.
        since_ms: i64,
    },
    /// Paid.
    Sold,
}

/// The program that is followed, seat by seat.
#[derive(Debug, Clone, PartialEq)]
pub struct Hall {
    /// Program.
    pub id: ProgramId,
    /// First seat's id.
    pub seat_base: u64,
    /// Categories, in hall order.
    pub categories: Vec<CategoryLine>,
    /// Rows, in hall order.
    pub rows: Vec<HallRow>,
    /// Every seat, in hall order. Empty in a replay: a journal does not name seats.
    pub seats: Vec<SeatNow>,
    /// The seats are as they were: the server cannot say.
    pub unknown: bool,
}

impl Sale {
    /// Takes a frame in that came at this moment of this machine's clock. A delta before any snapshot says nothing of seats.
    pub fn hear(&mut self, frame: Frame, now_ms: i64) {
        if frame.whole {
            self.programs.clear();
            self.log.clear();
            self.hall = None;
        }
        self.server_ms = frame.server_ms;
        self.heard_at_ms = now_ms;
        self.numbers = frame.numbers;
        self.programs.extend(frame.programs.into_iter().map(|program| (program.id, program)));
        self.log.extend(frame.log);
        while self.log.len() > LOG_LINES_MAX {
            self.log.pop_front();
        }
        match frame.followed {
            Some(followed) if frame.whole => self.hall = Some(Hall::new(followed, frame.server_ms)),
            Some(followed) => {
                if let Some(hall) = self.hall.as_mut().filter(|hall| hall.id == followed.id) {
                    hall.hear(followed, frame.server_ms);
                }
            }
            None => {}
        }
        let followed = self.hall.as_ref().map(|hall| hall.id);
        self.course.hear(&self.numbers, self.server_ms, followed, self.left());
    }

    /// Free seats: of the program that is followed, or of all; none before any is known.
    #[must_use]
    pub fn left(&self) -> Option<u64> {
        match &self.hall {
            Some(hall) => Some(hall.categories.iter().map(|category| u64::from(category.available)).sum()),
            None if self.programs.is_empty() => None,
            None => Some(self.programs.values().map(|program| program.available).sum()),
        }
    }

    /// The followed program's line.
    #[must_use]
    pub fn program(&self) -> Option<&ProgramStock> {
        self.programs.get(&self.hall.as_ref()?.id)
    }

    /// The server's clock at a moment of this machine's.
    #[must_use]
    pub const fn server_clock(&self, now_ms: i64) -> i64 {
        self.server_ms + (now_ms - self.heard_at_ms)
    }
}

impl Hall {
    fn new(mut followed: Followed, server_ms: i64) -> Self {
        let seats = followed.rows.iter().map(|row| row.seats as usize).sum();
        let mut hall = Self {
            id: followed.id,
            seat_base: followed.seat_base,
            categories: Vec::new(),
            rows: std::mem::take(&mut followed.rows),
            seats: vec![SeatNow::Free; seats],
            unknown: false,
        };
        hall.hear(followed, server_ms);
        hall
    }

    fn hear(&mut self, followed: Followed, server_ms: i64) {
        self.categories = followed.categories;
        self.unknown = followed.unknown;
        for run in followed.seats {
            let now = match run.2 {
                2 => SeatNow::Held { since_ms: server_ms - i64::from(run.3) * 1000 },
                3 => SeatNow::Sold,
                _ => SeatNow::Free,
            };
            let first = run.0 as usize;
            // A run that goes beyond the hall is the server's mistake and must not be ours.
            let last = (first + run.1 as usize).min(self.seats.len());
            if let Some(seats) = self.seats.get_mut(first..last) {
                seats.fill(now);
            }
        }
    }

    /// A category by its id, with its place in the hall's order.
    #[must_use]
    pub fn category(&self, id: CategoryId) -> Option<(usize, &CategoryLine)> {
        self.categories.iter().enumerate().find(|(_, category)| category.id == id)
    }

    /// The id of the seat at a position in hall order.
    #[must_use]
    pub fn seat_id(&self, position: usize) -> Option<SeatId> {
        if position < self.seats.len() { SeatId::new(self.seat_base + position as u64) } else { None }
    }

    /// The row that a position in hall order lies in.
    #[must_use]
    pub fn row_of(&self, position: usize) -> Option<&HallRow> {
        let at = self.rows.partition_point(|row| (row.first_seat + row.seats) as usize <= position);
        self.rows.get(at).filter(|row| row.first_seat as usize <= position)
    }
}
