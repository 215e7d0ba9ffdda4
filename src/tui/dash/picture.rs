//! The sale and all screens together: what a pause holds.
//! Must not decide what a command means: it goes to the screen of its tab.

use ratatui::layout::{Position, Rect};

use super::{
    Tab,
    ask::{Ask, News},
    command::Command,
    sale::Sale,
    screen::{
        View, audit::AuditScreen, engine::EngineScreen, orders::OrdersScreen, programs::ProgramsScreen,
        sale::SaleScreen, seats::SeatsScreen,
    },
};
use crate::tui::panel::Sheet;

/// What is shown.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    /// The sale.
    pub sale: Sale,
    sale_screen: SaleScreen,
    seats: SeatsScreen,
    orders: OrdersScreen,
    engine: EngineScreen,
    audit: AuditScreen,
    programs: ProgramsScreen,
}

/// When it is looked at, and by whom.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// This machine's clock.
    pub now_ms: i64,
    /// The server's clock.
    pub server_ms: i64,
    /// Nothing may be changed.
    pub read_only: bool,
    /// A recorded run is shown.
    pub replay: bool,
}

impl Moment {
    const fn view(self, sale: &Sale) -> View<'_> {
        View { sale, now_ms: self.now_ms, server_ms: self.server_ms, read_only: self.read_only, replay: self.replay }
    }
}

/// Does something with the screen of a tab: all of them have the same shape.
macro_rules! with_screen {
    ($picture:ident, $tab:expr, $screen:ident => $does:expr) => {
        match $tab {
            Tab::Sale => {
                let $screen = &mut $picture.sale_screen;
                $does
            }
            Tab::Seats => {
                let $screen = &mut $picture.seats;
                $does
            }
            Tab::Orders => {
                let $screen = &mut $picture.orders;
                $does
            }
            Tab::Engine => {
                let $screen = &mut $picture.engine;
                $does
            }
            Tab::Audit => {
                let $screen = &mut $picture.audit;
                $does
            }
            Tab::Programs => {
                let $screen = &mut $picture.programs;
                $does
            }
        }
    };
}

impl Picture {
    /// A command for the screen of a tab.
    pub fn obey(&mut self, tab: Tab, command: Command, moment: Moment) -> Vec<Ask> {
        let view = moment.view(&self.sale);
        with_screen!(self, tab, screen => screen.obey(command, &view))
    }

    /// News for all screens.
    pub fn hear(&mut self, news: &News, moment: Moment) -> Vec<Ask> {
        let view = moment.view(&self.sale);
        let mut asks = Vec::new();
        for tab in Tab::ALL {
            asks.extend(with_screen!(self, tab, screen => screen.hear(news, &view)));
        }
        asks
    }

    /// Time went on for the screen of a tab.
    pub fn tick(&mut self, tab: Tab, moment: Moment) -> Vec<Ask> {
        let view = moment.view(&self.sale);
        with_screen!(self, tab, screen => screen.tick(&view))
    }

    /// A filter for the screen of a tab.
    pub fn filter(&mut self, tab: Tab, text: &str, moment: Moment) -> Result<Vec<Ask>, String> {
        let view = moment.view(&self.sale);
        with_screen!(self, tab, screen => screen.filter(text, &view))
    }

    /// Somebody clicked into the area of a tab's screen.
    pub fn click(&mut self, tab: Tab, at: Position, area: Rect, moment: Moment) -> Vec<Ask> {
        let view = moment.view(&self.sale);
        with_screen!(self, tab, screen => screen.click(at, area, &view))
    }

    /// The filter that is on.
    pub fn filtered_by(&self, tab: Tab) -> &str {
        match tab {
            Tab::Sale => self.sale_screen.filtered_by(),
            Tab::Seats => self.seats.filtered_by(),
            Tab::Orders => self.orders.filtered_by(),
            Tab::Engine => self.engine.filtered_by(),
            Tab::Audit => self.audit.filtered_by(),
            Tab::Programs => self.programs.filtered_by(),
        }
    }

    /// What is to be copied from the screen of a tab.
    pub fn copied(&self, tab: Tab, moment: Moment) -> Option<String> {
        let view = &moment.view(&self.sale);
        match tab {
            Tab::Sale => self.sale_screen.copied(view),
            Tab::Seats => self.seats.copied(view),
            Tab::Orders => self.orders.copied(view),
            Tab::Engine => self.engine.copied(view),
            Tab::Audit => self.audit.copied(view),
            Tab::Programs => self.programs.copied(view),
        }
    }

    /// Draws the screen of a tab.
    pub fn draw(&self, tab: Tab, moment: Moment, area: Rect, sheet: &mut Sheet<'_>) {
        let view = &moment.view(&self.sale);
        match tab {
            Tab::Sale => self.sale_screen.draw(view, area, sheet),
            Tab::Seats => self.seats.draw(view, area, sheet),
            Tab::Orders => self.orders.draw(view, area, sheet),
            Tab::Engine => self.engine.draw(view, area, sheet),
            Tab::Audit => self.audit.draw(view, area, sheet),
            Tab::Programs => self.programs.draw(view, area, sheet),
        }
    }
}
