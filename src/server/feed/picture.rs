//! What a server looks like to those who follow one program, or none: each part knows when it changed last, so that the way
//! from any earlier picture to this one is told in one frame.
//! Must not ask anybody: what was seen is handed in.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use axum::body::Bytes;

use super::{log::LINES_MAX, numbers::at_rest, seats::Seats};
use crate::{
    domain::{
        hold::SeatState,
        ids::{Millis, ProgramId, SeatIx},
        program::Program,
    },
    wire::feed::{Frame, LogLine, Numbers, ORDER_NEWS_MAX, OrderNews, ProgramStock},
};

/// A picture that does not change is told all the same after so long, so that readers know that the server lives.
const HEARTBEAT_MS: i64 = 1_000;
/// Pictures of which it is known how much had been told by then: two minutes. Who is further behind is not told how many
/// order news passed by before.
const MARKS_MAX: usize = 1_200;

/// What was seen at one moment.
#[derive(Debug)]
pub struct Sight<'a> {
    /// When.
    pub now: Millis,
    /// The server as a whole.
    pub numbers: Numbers,
    /// All programs.
    pub stock: &'a BTreeMap<ProgramId, ProgramStock>,
    /// What happened to orders since the last look, oldest first.
    pub news: &'a [OrderNews],
    /// What else happened to orders.
    pub news_left_out: u64,
    /// Lines of the log after those that the picture has ([`Picture::log_total`]), and how many there ever were.
    pub log: (Vec<LogLine>, u64),
    /// The seats of the program that is followed.
    pub seats: SeatSight<'a>,
    /// Somebody waits for this picture: it is told whether it changed or not.
    pub wanted: bool,
}

/// What was seen of a program's seats.
#[derive(Debug)]
pub enum SeatSight<'a> {
    /// Nobody looked: they cannot have changed.
    Same,
    /// The inventory did not answer.
    Unknown,
    /// One a seat, in hall order.
    Seats(&'a [SeatState]),
}

/// How much had been told with a picture.
#[derive(Debug, Clone, Copy)]
struct Mark {
    sequence: u64,
    news: u64,
    news_left_out: u64,
    log: u64,
}

/// A picture.
#[derive(Debug)]
pub struct Picture {
    epoch: u64,
    sequence: u64,
    now: Millis,
    numbers: Numbers,
    stock: BTreeMap<ProgramId, (ProgramStock, u64)>,
    seats: Option<Seats>,
    news: VecDeque<OrderNews>,
    /// All order news that there ever were, and those that had no room on the tape.
    news_total: u64,
    news_left_out: u64,
    log: VecDeque<LogLine>,
    log_total: u64,
    marks: VecDeque<Mark>,
    /// The step from the picture before, as it goes out: the same for all who have seen that.
    step: Option<Bytes>,
}

impl Picture {
    /// An empty one. No other picture, of this server or an earlier one, has its epoch.
    #[must_use]
    pub fn new(epoch: u64) -> Self {
        Self {
            epoch,
            sequence: 0,
            now: Millis(0),
            numbers: Numbers::default(),
            stock: BTreeMap::new(),
            seats: None,
            news: VecDeque::new(),
            news_total: 0,
            news_left_out: 0,
            log: VecDeque::new(),
            log_total: 0,
            marks: VecDeque::new(),
            step: None,
        }
    }

    /// Follows this program from now on.
    pub fn follow(&mut self, program: Arc<Program>, held_since: &[(SeatIx, Millis)]) {
        self.seats = Some(Seats::new(program, held_since));
    }

    /// Is it to follow a program that it does not follow yet?
    #[must_use]
    pub const fn follows(&self) -> bool {
        self.seats.is_some()
    }

    /// Of the last change.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Lines of the log that it has taken in, or that were gone by then.
    #[must_use]
    pub const fn log_total(&self) -> u64 {
        self.log_total
    }

    /// Takes in what was seen. Returns whether there is something to tell.
    pub fn see(&mut self, sight: &Sight<'_>) -> bool {
        let next = self.sequence + 1;
        let mut news = self.see_seats(sight, next);
        news |= self.see_stock(sight.stock, next);
        news |= sight.wanted || !sight.news.is_empty() || sight.news_left_out > 0 || !sight.log.0.is_empty();
        news |= sight.now.0 - self.now.0 >= HEARTBEAT_MS || at_rest(&sight.numbers) != at_rest(&self.numbers);
        if !news {
            return false;
        }
        keep_last(&mut self.news, sight.news, ORDER_NEWS_MAX);
        keep_last(&mut self.log, &sight.log.0, LINES_MAX);
        self.news_total += sight.news.len() as u64;
        self.news_left_out += sight.news_left_out;
        self.log_total = sight.log.1;
        self.numbers.clone_from(&sight.numbers);
        self.now = Millis(sight.now.0.max(self.now.0));
        self.sequence = next;
        self.step = None;
        if self.marks.len() == MARKS_MAX {
            self.marks.pop_front();
        }
        self.marks.push_back(self.mark_now(next));
        true
    }

    fn see_seats(&mut self, sight: &Sight<'_>, next: u64) -> bool {
        let Some(seats) = &mut self.seats else { return false };
        match sight.seats {
            SeatSight::Same => false,
            SeatSight::Unknown => seats.unknown(),
            SeatSight::Seats(states) => seats.look(states, next, sight.now),
        }
    }

    /// The line of the program that is followed has the counts of its seats.
    fn see_stock(&mut self, stock: &BTreeMap<ProgramId, ProgramStock>, next: u64) -> bool {
        let followed = self.seats.as_ref().map(|seats| (seats.program(), seats.total()));
        let mut news = false;
        for (id, line) in stock {
            let mut line = line.clone();
            if let Some((program, counts)) = followed
                && program == *id
            {
                (line.available, line.held, line.sold) =
                    (counts.available.into(), counts.held.into(), counts.sold.into());
            }
            if self.stock.get(id).is_none_or(|(known, _)| *known != line) {
                self.stock.insert(*id, (line, next));
                news = true;
            }
        }
        news
    }

    /// Everything, as an event.
    #[must_use]
    pub fn whole(&self) -> Bytes {
        let followed = self.seats.as_ref().map(|seats| seats.whole(self.now));
        let orders = self.news.iter().cloned().collect();
        let log = self.log.iter().cloned().collect();
        let programs = self.stock.values().map(|(line, _)| line.clone()).collect();
        self.event("snapshot", &Frame { whole: true, programs, followed, orders, log, ..self.bare() })
    }

    /// The way here from an earlier picture, as an event.
    pub fn after(&mut self, sequence: u64) -> Bytes {
        let is_step = sequence + 1 == self.sequence;
        if let Some(step) = self.step.as_ref().filter(|_| is_step) {
            return step.clone();
        }
        let event = self.event("delta", &self.frame_after(sequence));
        if is_step {
            self.step = Some(event.clone());
        }
        event
    }

    fn frame_after(&self, sequence: u64) -> Frame {
        let mark = self.mark(sequence);
        let told = self.news_total - mark.news;
        let orders: Vec<_> = last(&self.news, told);
        let changed = self.stock.values().filter(|(_, at)| *at > sequence);
        Frame {
            programs: changed.map(|(line, _)| line.clone()).collect(),
            followed: self.seats.as_ref().map(|seats| seats.after(sequence, self.now)),
            orders_left_out: told - orders.len() as u64 + self.news_left_out - mark.news_left_out,
            orders,
            log: last(&self.log, self.log_total - mark.log),
            ..self.bare()
        }
    }

    /// The picture that an id names, when it was one of this.
    #[must_use]
    pub fn named(&self, id: &str) -> Option<u64> {
        let (epoch, sequence) = id.trim().split_once('-')?;
        let sequence = sequence.parse().ok().filter(|sequence| (1..=self.sequence).contains(sequence))?;
        (u64::from_str_radix(epoch, 16) == Ok(self.epoch)).then_some(sequence)
    }

    fn mark(&self, sequence: u64) -> Mark {
        let at = self.marks.partition_point(|mark| mark.sequence < sequence);
        self.marks.get(at).copied().unwrap_or_else(|| self.mark_now(sequence))
    }

    fn mark_now(&self, sequence: u64) -> Mark {
        Mark { sequence, news: self.news_total, news_left_out: self.news_left_out, log: self.log_total }
    }

    fn bare(&self) -> Frame {
        Frame { sequence: self.sequence, server_ms: self.now.0, numbers: self.numbers.clone(), ..Frame::default() }
    }

    fn event(&self, name: &str, frame: &Frame) -> Bytes {
        let mut event = format!("event: {name}\nid: {:x}-{}\ndata: ", self.epoch, self.sequence).into_bytes();
        serde_json::to_writer(&mut event, frame).expect("a frame has only text for keys, and memory takes every byte");
        event.extend_from_slice(b"\n\n");
        event.into()
    }
}

fn keep_last<T: Clone>(kept: &mut VecDeque<T>, new: &[T], most: usize) {
    kept.extend(new.iter().cloned());
    kept.drain(..kept.len().saturating_sub(most));
}

/// The newest ones, at most so many.
fn last<T: Clone>(kept: &VecDeque<T>, most: u64) -> Vec<T> {
    let most = usize::try_from(most).unwrap_or(usize::MAX).min(kept.len());
    kept.range(kept.len() - most..).cloned().collect()
}

#[cfg(test)]
mod tests;
