//! A recorded run for the dashboard: a bench's journal, played as if a server told it, at any speed, forwards and backwards.
//! Must not read a clock or draw: whoever shows it hands the time in and takes news out.
//!
//! A journal knows what buyers were told, no more. Seats have no place in it: tickets stand in row 0, column 0. Ends of holds are
//! 0, because nobody was told them. The program, each category and each account are numbered from 1 in the journal's order, so
//! that account 0 is user 1.

mod counts;
mod frames;
mod life;
mod orders;
mod player;
mod recorded;
mod source;

pub use source::Recording;

use std::{io, path::Path, time::Duration};

use counts::Counts;
use player::Player;
use recorded::Recorded;

use super::ask::{Ask, News, Playback, Playing};
use crate::{
    bench::journal::{Journal, Opened},
    domain::ids::ProgramId,
    wire::feed::{LogLine, ProgramStock},
};

/// How often a frame goes out, as from a server.
const FRAME_EVERY_MS: i64 = 100;
/// The one program of a journal.
const PROGRAM: ProgramId = ProgramId::new(1).expect("above zero");

/// A journal that is being played.
#[derive(Debug)]
pub struct Replay {
    recorded: Recorded,
    player: Player,
    counts: Counts,
    log: Vec<LogLine>,
    told: Option<Heard>,
    /// This machine's clock when the last news went out.
    told_at_ms: Option<i64>,
    /// Something was asked for: its effect does not wait for the next tenth of a second.
    due: bool,
    sequence: u64,
}

/// What the dashboard was told last, so that it need not be told again.
#[derive(Debug)]
struct Heard {
    events: usize,
    stock: ProgramStock,
    playing: Playing,
}

impl Replay {
    /// Opens a journal; one that was cut off is played up to its last whole record, and its log says so.
    ///
    /// # Errors
    /// The file system's, or `InvalidData` when it is no journal.
    pub fn open(path: &Path) -> io::Result<Self> {
        if path.is_dir() {
            let words = "it is a folder: name the file `journal` in the folder of a run";
            return Err(io::Error::new(io::ErrorKind::IsADirectory, words));
        }
        let opened = Journal::open(path)?;
        let warning = opened.warning();
        let Opened { journal, .. } = opened;
        let mut replay = Self::of(journal);
        let at_ms = replay.recorded.wall_ms(0);
        replay.log.extend(warning.map(|words| LogLine { at_ms, warning: true, words }));
        Ok(replay)
    }

    /// Plays this one.
    fn of(journal: Journal) -> Self {
        let recorded = Recorded::of(journal);
        Self {
            player: Player::over(recorded.length_us()),
            counts: Counts::none(&recorded),
            recorded,
            log: Vec::new(),
            told: None,
            told_at_ms: None,
            due: true,
            sequence: 0,
        }
    }

    /// Time went on to this moment of this machine's clock. At most a frame, and how the playing goes.
    pub fn step(&mut self, now_ms: i64) -> Vec<News> {
        self.player.advance(now_ms);
        let early = self.told_at_ms.is_some_and(|told_ms| (0..FRAME_EVERY_MS).contains(&(now_ms - told_ms)));
        let playing = self.player.playing();
        let same = self.told.as_ref().is_some_and(|told| told.playing == playing);
        if !self.due && (early || same) {
            return Vec::new();
        }
        (self.due, self.told_at_ms) = (false, Some(now_ms));
        self.counts.go_to(&self.recorded, self.player.at_us());
        self.sequence += 1;
        let frame = self.frame();
        self.told =
            Some(Heard { events: self.counts.events, stock: frames::stock(&self.recorded, &self.counts), playing });
        vec![News::Frame(Box::new(frame)), News::Playing(playing)]
    }

    /// Length of the run.
    #[must_use]
    pub fn length_ms(&self) -> i64 {
        self.player.playing().length_ms
    }

    /// Does what is wanted of the playing.
    pub fn play(&mut self, playback: Playback) {
        self.due = true;
        if self.player.obey(playback) {
            self.told = None;
        }
    }

    /// Starts at this moment of the run, at this speed: a power of two, as near as there is one.
    #[must_use]
    pub fn from(mut self, at: Duration, speed: f64) -> Self {
        self.player.set_speed(speed);
        self.seek_to(i64::try_from(at.as_millis()).unwrap_or(i64::MAX));
        self
    }

    /// Goes to this moment, in milliseconds since the start of the run, or as near as it has one.
    pub fn seek_to(&mut self, at_ms: i64) {
        self.player.go_to(at_ms);
        (self.due, self.told) = (true, None);
    }

    /// What the journal has to say, as of the moment that is played; `None` for what is nobody's question.
    #[must_use]
    pub fn answer(&self, ask: &Ask) -> Option<News> {
        let at_us = self.player.at_us();
        match ask {
            Ask::Orders(query) => Some(News::Orders(query.clone(), orders::page(&self.recorded, query, at_us))),
            Ask::Life(number) => Some(News::Life(*number, life::life(&self.recorded, *number, at_us).map(Box::new))),
            Ask::Seat(seat) => Some(News::Seat(*seat, Err("a recorded run does not name seats".to_owned()))),
            Ask::Audit(_) => Some(News::Audited(Err("laws can only be checked on a server".to_owned()))),
            Ask::Do(deed) => Some(News::Done(deed.clone(), Err("a recorded run cannot be changed".to_owned()))),
            Ask::Follow(_) | Ask::Play(_) | Ask::Copy(_) | Ask::Dump | Ask::Mouse(_) | Ask::Suspend | Ask::Quit => None,
        }
    }
}

#[cfg(test)]
mod tests;
