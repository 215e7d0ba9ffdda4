//! The dashboard of a running server, or of a run that was recorded: what is left, seat by seat, what happens to orders, how
//! the machine room fares, and what an operator can do about it.
//! Must not touch a terminal, a clock or a connection: news and keys change the state and ask for things, drawing reads it.

pub mod ask;
pub mod command;
pub mod commands;
pub mod sale;
#[cfg(test)]
pub mod sample;
pub mod screen;
pub mod seat_map;

use crossterm::event::{KeyEvent, KeyEventKind};
use ratatui::{buffer::Buffer, layout::Rect};

use crate::tui::{
    lang::Lang,
    panel::{Sheet, split_rows},
    theme::Theme,
};
use ask::{Ask, Link, News, Playing};
use command::Command;
use commands::COMMANDS;
use sale::Sale;
use screen::{
    View, audit::AuditScreen, engine::EngineScreen, orders::OrdersScreen, programs::ProgramsScreen, sale::SaleScreen,
    seats::SeatsScreen,
};

/// One screen of the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tab {
    /// What is left, and how fast it goes.
    #[default]
    Sale,
    /// The hall, seat by seat.
    Seats,
    /// Orders.
    Orders,
    /// Queue, ledger, inventory.
    Engine,
    /// The laws.
    Audit,
    /// All programs.
    Programs,
}

impl Tab {
    /// All of them, from the left.
    pub const ALL: [Self; 6] = [Self::Sale, Self::Seats, Self::Orders, Self::Engine, Self::Audit, Self::Programs];
}

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
}

/// Everything the dashboard is drawn from.
#[derive(Debug, Default)]
pub struct Dash {
    setup: Setup,
    sale: Sale,
    link: Link,
    playing: Option<Playing>,
    tab: Tab,
    now_ms: i64,
    changed: bool,
    sale_screen: SaleScreen,
    seats: SeatsScreen,
    orders: OrdersScreen,
    engine: EngineScreen,
    audit: AuditScreen,
    programs: ProgramsScreen,
}

impl Dash {
    /// Before the first news.
    #[must_use]
    pub fn new(setup: Setup, now_ms: i64) -> Self {
        Self { tab: setup.tab, setup, now_ms, changed: true, ..Self::default() }
    }

    /// A key was pressed at this moment of this machine's clock.
    pub fn key(&mut self, key: KeyEvent, now_ms: i64) -> Vec<Ask> {
        self.now_ms = now_ms;
        self.changed = true;
        if key.kind == KeyEventKind::Release {
            return Vec::new();
        }
        let entry = COMMANDS.iter().find(|entry| {
            let here = entry.tabs.is_empty() || entry.tabs.contains(&self.tab);
            here && entry.strokes.iter().any(|stroke| stroke.is(key))
        });
        entry.map_or_else(Vec::new, |entry| self.obey(entry.command))
    }

    /// Does what was asked for.
    pub fn obey(&mut self, command: Command) -> Vec<Ask> {
        self.changed = true;
        match command {
            Command::Tab(tab) => self.tab = tab,
            Command::Quit => return vec![Ask::Quit],
            Command::Suspend => return vec![Ask::Suspend],
            Command::NextTheme => self.setup.theme = self.setup.theme.next(),
            command => {
                let view = View {
                    sale: &self.sale,
                    now_ms: self.now_ms,
                    server_ms: self.sale.server_clock(self.now_ms),
                    read_only: self.setup.read_only,
                    replay: self.setup.replay,
                };
                return match self.tab {
                    Tab::Sale => self.sale_screen.obey(command, &view),
                    Tab::Seats => self.seats.obey(command, &view),
                    Tab::Orders => self.orders.obey(command, &view),
                    Tab::Engine => self.engine.obey(command, &view),
                    Tab::Audit => self.audit.obey(command, &view),
                    Tab::Programs => self.programs.obey(command, &view),
                };
            }
        }
        Vec::new()
    }

    /// News from the world at this moment of this machine's clock.
    pub fn hear(&mut self, news: News, now_ms: i64) -> Vec<Ask> {
        self.now_ms = now_ms;
        self.changed = true;
        match news {
            News::Frame(frame) => self.sale.hear(*frame, now_ms),
            News::Link(link) => self.link = link,
            News::Playing(playing) => self.playing = Some(playing),
            _ => {}
        }
        Vec::new()
    }

    /// Time went on.
    pub fn tick(&mut self, now_ms: i64) -> Vec<Ask> {
        self.now_ms = now_ms;
        Vec::new()
    }

    /// The whole screen is to be drawn anew.
    pub const fn touch(&mut self) {
        self.changed = true;
    }

    /// Is there anything to draw since the last time this was asked?
    pub const fn take_change(&mut self) -> bool {
        std::mem::replace(&mut self.changed, false)
    }

    /// Draws it over the whole buffer.
    pub fn draw(&self, buf: &mut Buffer) {
        let screen = buf.area;
        let sheet = &mut Sheet { theme: self.setup.theme, lang: self.setup.lang, buf };
        let view = View {
            sale: &self.sale,
            now_ms: self.now_ms,
            server_ms: self.sale.server_clock(self.now_ms),
            read_only: self.setup.read_only,
            replay: self.setup.replay,
        };
        let area = Rect { x: screen.x + 1, width: screen.width.saturating_sub(2), ..screen };
        let (_head, body) = split_rows(area, 1);
        match self.tab {
            Tab::Sale => self.sale_screen.draw(&view, body, sheet),
            Tab::Seats => self.seats.draw(&view, body, sheet),
            Tab::Orders => self.orders.draw(&view, body, sheet),
            Tab::Engine => self.engine.draw(&view, body, sheet),
            Tab::Audit => self.audit.draw(&view, body, sheet),
            Tab::Programs => self.programs.draw(&view, body, sheet),
        }
    }
}
