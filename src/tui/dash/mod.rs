//! The dashboard of a running server, or of a run that was recorded: what is left, seat by seat, what happens to orders, how
//! the machine room fares, and what an operator can do about it.
//! Must not touch a terminal, a clock or a connection: news and keys change the state and ask for things, drawing reads it.
//!
//! News arrive in `hear`, keys in `dispatch`, both change the `Picture` (the sale and its screens) and answer with [`ask::Ask`]s;
//! `frame` draws header, body, footer and whatever lies over them. A pause keeps a copy of the picture and goes on hearing.

pub mod ask;
pub mod command;
pub mod commands;
pub mod config;
mod confirm;
mod connection;
pub mod course;
mod deeds;
mod dispatch;
mod flash;
mod footer;
mod frame;
mod header;
mod help;
pub mod keymap;
mod line;
pub mod link;
pub mod live;
mod palette;
mod picture;
mod pointer;
mod prompt;
pub mod query;
pub mod replay;
pub mod sale;
#[cfg(test)]
pub mod sample;
pub mod screen;
pub mod seat_map;
pub mod source;
mod tab;
mod waiting;
mod window;

use std::collections::BTreeMap;

use crate::tui::{keys::Stroke, lang::Lang, theme::Theme};
use ask::{Ask, Deed, News, Playing};
use confirm::Confirm;
use connection::{Connection, Standing};
use deeds::{Orders, UnderWay};
use flash::Flash;
use help::Help;
use keymap::Keymap;
use line::History;
use palette::Palette;
use picture::{Moment, Picture};
use prompt::Prompt;
pub use tab::Tab;

/// How long a change is seen to fade.
const MOVES_MS: i64 = 1_700;

/// How the dashboard starts.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Whose dashboard it is: the server's address, or the file that is replayed.
    pub subject: String,
    /// Colours.
    pub theme: Theme,
    /// Words.
    pub lang: Lang,
    /// Nothing may be changed.
    pub read_only: bool,
    /// A recorded run is shown.
    pub replay: bool,
    /// The first screen.
    pub tab: Tab,
    /// Keys.
    pub keymap: Keymap,
    /// Whoever holds the terminal listens to the mouse from the start.
    pub mouse: bool,
}

/// Everything the dashboard is drawn from.
#[derive(Debug, Default)]
pub struct Dash {
    setup: Setup,
    picture: Picture,
    held: Option<Held>,
    connection: Connection,
    playing: Option<Playing>,
    tab: Tab,
    over: Over,
    flash: Option<Flash>,
    orders: Orders,
    under_way: UnderWay,
    filters: BTreeMap<&'static str, History>,
    wishes: History,
    /// The key that is being answered.
    asked_by: Option<Stroke>,
    now_ms: i64,
    /// Until then something fades or turns, and every tick is drawn.
    moves_until_ms: i64,
    /// What a tick last showed of the time.
    told: Option<Told>,
    changed: bool,
}

/// What lies over the screen, or takes its keys.
#[derive(Debug, Default)]
enum Over {
    #[default]
    Nothing,
    Help(Help),
    Confirm(Box<Confirm>),
    Filter(Box<Prompt>),
    Palette(Box<Palette>),
}

/// A picture that is held, and what came since.
#[derive(Debug)]
struct Held {
    picture: Box<Picture>,
    server_ms: i64,
    waiting: u64,
}

/// What is seen of the time: nothing is drawn while it stays the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    standing: Standing,
    server_s: i64,
}

impl Dash {
    /// Before the first news.
    #[must_use]
    pub fn new(setup: Setup, now_ms: i64) -> Self {
        Self { tab: setup.tab, setup, now_ms, changed: true, ..Self::default() }
    }

    /// News from the world at this moment of this machine's clock.
    pub fn hear(&mut self, news: News, now_ms: i64) -> Vec<Ask> {
        self.now_ms = now_ms;
        self.changed = true;
        self.orders.hear(&news);
        self.moves_until_ms = match &news {
            News::Frame(frame) if frame.moves() => self.moves_until_ms.max(now_ms + MOVES_MS),
            News::Audited(_) => now_ms + MOVES_MS,
            _ => self.moves_until_ms,
        };
        match &news {
            News::Frame(frame) => {
                self.connection.hear_frame(now_ms);
                self.picture.sale.hear((**frame).clone(), now_ms);
            }
            News::Link(link) => self.connection.hear_link(link.clone(), now_ms),
            News::Playing(playing) => self.playing = Some(*playing),
            News::Done(deed, outcome) => self.hear_done(deed, outcome.as_ref().err().map(String::as_str)),
            News::Dumped(outcome) => {
                let saved = self.setup.lang.pick("saved ", "已保存 ");
                self.flash = Some(match outcome {
                    Ok(path) => Flash::good(format!("{saved}{}", path.display()), now_ms),
                    Err(why) => {
                        let words = self.setup.lang.pick("the screen was not saved: ", "屏幕未能保存：");
                        Flash::failure(format!("{words}{why}"), now_ms)
                    }
                });
            }
            News::Orders(..) | News::Life(..) | News::Seat(..) | News::Audited(_) => {}
        }
        let mut asks = self.picture.hear(&news, self.moment_of_now());
        let moment = self.moment();
        match (&mut self.held, &news) {
            (Some(held), News::Frame(_)) => held.waiting += 1,
            // What was asked for from the held picture is answered there.
            (Some(held), _) => asks = held.picture.hear(&news, moment),
            (None, _) => {}
        }
        self.weighed(asks)
    }

    fn hear_done(&mut self, deed: &Deed, failure: Option<&str>) {
        self.under_way.end(deed);
        let (sale, lang) = (&self.picture.sale, self.setup.lang);
        self.flash = Some(match failure {
            None => Flash::good(deeds::done(deed, sale, lang), self.now_ms),
            Some(why) => Flash::failure(deeds::failed(deed, why, sale, lang), self.now_ms),
        });
    }

    /// Time went on.
    pub fn tick(&mut self, now_ms: i64) -> Vec<Ask> {
        self.now_ms = now_ms;
        if self.flash.as_ref().is_some_and(|flash| flash.is_over(now_ms)) {
            self.flash = None;
            self.changed = true;
        }
        if let Some(deed) = self.under_way.given_up(now_ms) {
            let why = self.setup.lang.pick("no answer; look before you try again", "无应答，请核实后再试");
            self.flash = Some(Flash::failure(deeds::failed(&deed, why, &self.picture.sale, self.setup.lang), now_ms));
            self.changed = true;
        }
        let moment = self.moment();
        let told = Told { standing: self.connection.standing(now_ms), server_s: moment.server_ms / 1_000 };
        if self.told != Some(told) {
            self.changed |= self.told.is_some();
            self.told = Some(told);
        }
        self.changed |= now_ms < self.moves_until_ms;
        let tab = self.tab;
        let asks = self.shown_mut().tick(tab, moment);
        self.changed |= !asks.is_empty();
        self.weighed(asks)
    }

    /// The whole screen is to be drawn anew.
    pub const fn touch(&mut self) {
        self.changed = true;
    }

    /// Is there anything to draw since the last time this was asked?
    pub const fn take_change(&mut self) -> bool {
        std::mem::replace(&mut self.changed, false)
    }

    /// The picture that is looked at.
    fn shown(&self) -> &Picture {
        self.held.as_ref().map_or(&self.picture, |held| &held.picture)
    }

    fn shown_mut(&mut self) -> &mut Picture {
        self.held.as_mut().map_or(&mut self.picture, |held| &mut held.picture)
    }

    /// The moment that is looked at: in a held picture the server's clock stands still.
    fn moment(&self) -> Moment {
        let server_ms = self.held.as_ref().map(|held| held.server_ms);
        Moment { server_ms: server_ms.unwrap_or_else(|| self.moment_of_now().server_ms), ..self.moment_of_now() }
    }

    /// In a replay the server's clock is that of the last frame: it may stand still, or go at any speed.
    fn moment_of_now(&self) -> Moment {
        let sale = &self.picture.sale;
        let (now_ms, read_only, replay) = (self.now_ms, self.setup.read_only, self.setup.replay);
        let server_ms = if replay { sale.server_ms } else { sale.server_clock(now_ms) };
        Moment { now_ms, server_ms, read_only, replay }
    }
}

#[cfg(test)]
mod tests;
