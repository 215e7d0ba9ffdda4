//! A replay as the source of news for a screen.
//! Must not change anything: deeds are refused in words.

use super::Replay;
use crate::tui::{
    bell::Bell,
    dash::{
        ask::{Ask, Link, News},
        source::Source,
    },
};

/// A replay, and what it still has to say.
#[derive(Debug)]
pub struct Recording {
    replay: Replay,
    waiting: Vec<News>,
}

impl Recording {
    /// Plays this one.
    #[must_use]
    pub fn new(replay: Replay) -> Self {
        Self { replay, waiting: vec![News::Link(Link::Live)] }
    }
}

impl Source for Recording {
    fn bell(&self) -> Option<&Bell> {
        None
    }

    fn news(&mut self, now_ms: i64) -> Vec<News> {
        let mut news = std::mem::take(&mut self.waiting);
        news.extend(self.replay.step(now_ms));
        news
    }

    fn ask(&mut self, ask: Ask) {
        match ask {
            Ask::Play(playback) => self.replay.play(playback),
            ask => self.waiting.extend(self.replay.answer(&ask)),
        }
    }
}
