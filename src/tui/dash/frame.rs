//! Where header, body and footer stand, and what is drawn into them.
//! Must not change anything: the same state gives the same screen.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Dash, Over, footer, header::Header, waiting::Waiting};
use crate::tui::{
    panel::{Sheet, split_rows},
    theme::Meaning,
};

/// A margin at both sides from this width on.
const MARGIN_FROM: u16 = 30;
/// A footer from this height on.
const FOOTER_FROM: u16 = 3;
/// An empty row under the header from this height on.
const AIR_FROM: u16 = 28;

/// The three areas of a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// The first line.
    pub head: Rect,
    /// The screen of the shown tab.
    pub body: Rect,
    /// The last line.
    pub foot: Rect,
}

impl Areas {
    /// Of a screen of this size.
    pub fn of(screen: Rect) -> Self {
        let margin = u16::from(screen.width >= MARGIN_FROM);
        let area = Rect { x: screen.x + margin, width: screen.width - 2 * margin, ..screen };
        let (head, rest) = split_rows(area, 1);
        let (_, rest) = split_rows(rest, u16::from(screen.height >= AIR_FROM));
        let footer = u16::from(screen.height >= FOOTER_FROM);
        let (body, foot) = split_rows(rest, rest.height - footer);
        Self { head, body, foot }
    }
}

impl Dash {
    /// Draws it over the whole buffer.
    pub fn draw(&self, buf: &mut Buffer) {
        let areas = Areas::of(buf.area);
        let sheet = &mut Sheet { theme: self.setup.theme, lang: self.setup.lang, buf };
        self.draw_body(areas.body, sheet);
        self.header().draw(areas.head, sheet);
        self.draw_footer(areas.foot, sheet);
        match &self.over {
            Over::Nothing | Over::Filter(_) => {}
            Over::Help(help) => help.draw(self.subject(), areas.body, sheet),
            Over::Confirm(confirm) => confirm.draw(&self.shown().sale, areas.body, sheet),
            Over::Palette(palette) => palette.draw(self.around(), areas.body, areas.foot, sheet),
        }
    }

    /// What the first line says.
    pub(super) fn header(&self) -> Header<'_> {
        Header {
            tab: self.tab,
            title: self.shown().sale.program().map_or(&*self.setup.subject, |program| &program.title),
            standing: if self.setup.replay { None } else { Some(self.connection.standing(self.now_ms)) },
            playing: if self.setup.replay { self.playing } else { None },
            waiting: self.held.as_ref().map(|held| held.waiting),
            read_only: self.setup.read_only,
            lang: self.setup.lang,
        }
    }

    fn draw_body(&self, area: Rect, sheet: &mut Sheet<'_>) {
        if !self.connection.has_picture() {
            let waiting = Waiting {
                subject: &self.setup.subject,
                connection: &self.connection,
                replay: self.setup.replay,
                now_ms: self.now_ms,
            };
            waiting.draw(area, sheet);
            return;
        }
        self.shown().draw(self.tab, self.moment(), area, sheet);
        if !self.setup.replay && self.connection.standing(self.now_ms).is_old() {
            sheet.buf.set_style(area, sheet.theme.style(Meaning::Stale));
        }
    }

    fn draw_footer(&self, area: Rect, sheet: &mut Sheet<'_>) {
        if let Over::Filter(prompt) = &self.over {
            prompt.draw(area, sheet);
        } else if let Some(flash) = &self.flash {
            footer::flash(flash, area, sheet);
        } else if let Some(words) = self.under_way.words(self.setup.lang) {
            footer::under_way(&words, area, sheet);
        } else {
            footer::keys(self.subject(), area, sheet);
        }
    }
}

#[cfg(test)]
mod tests;
