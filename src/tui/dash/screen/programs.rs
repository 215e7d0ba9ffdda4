//! All programs: find one, follow it, put it on sale or take it off sale.
//! Must not change anything itself: a deed goes out to be confirmed.

mod filter;
mod order;
mod table;
#[cfg(test)]
mod tests;

use ratatui::layout::{Position, Rect};

use self::{filter::Filter, order::Column, table::Table};
use super::View;
use crate::{
    domain::ids::ProgramId,
    tui::{
        dash::{
            ask::{Ask, Deed, News},
            command::Command,
        },
        lang::Lang,
        panel::{Sheet, split_rows},
        text,
        theme::Meaning,
    },
    wire::{admin::SaleChange, feed::ProgramStock},
};

/// A page, for the keys that leaf.
const PAGE: usize = 10;
/// Rows above the table, and its head.
const ABOVE: u16 = 2;

/// What the screen remembers.
#[derive(Debug, Clone, Default)]
pub struct ProgramsScreen {
    filter: Filter,
    sorted: Column,
    reversed: bool,
    chosen: Option<ProgramId>,
    at: usize,
}

impl ProgramsScreen {
    /// Does what was asked for, as far as it is this screen's.
    pub fn obey(&mut self, command: Command, view: &View<'_>) -> Vec<Ask> {
        let shown = self.shown(view);
        let at = self.cursor(&shown);
        let last = shown.len().saturating_sub(1);
        let chosen = shown.get(at).copied();
        match command {
            Command::Up => self.choose(&shown, at.saturating_sub(1)),
            Command::Down => self.choose(&shown, (at + 1).min(last)),
            Command::PageUp => self.choose(&shown, at.saturating_sub(PAGE)),
            Command::PageDown => self.choose(&shown, (at + PAGE).min(last)),
            Command::First => self.choose(&shown, 0),
            Command::Last => self.choose(&shown, last),
            Command::Sort => self.sorted = self.sorted.next(),
            Command::Reverse => self.reversed = !self.reversed,
            Command::Back => self.filter = Filter::default(),
            Command::Open => return chosen.map(|program| Ask::Follow(Some(program.id))).into_iter().collect(),
            Command::ToggleSale => return chosen.map(toggled).into_iter().collect(),
            _ => {}
        }
        Vec::new()
    }

    /// Takes in what concerns it; the sale has heard before.
    pub fn hear(&mut self, _news: &News, _view: &View<'_>) -> Vec<Ask> {
        Vec::new()
    }

    /// Ten times a second while it is shown.
    pub fn tick(&mut self, _view: &View<'_>) -> Vec<Ask> {
        Vec::new()
    }

    /// A filter was typed, or is being typed; the reason when it is not one.
    pub fn filter(&mut self, text: &str, _view: &View<'_>) -> Result<Vec<Ask>, String> {
        self.filter = Filter::parse(text)?;
        Ok(Vec::new())
    }

    /// The filter that is on.
    pub fn filtered_by(&self) -> &str {
        self.filter.text()
    }

    /// What `y` copies.
    pub fn copied(&self, view: &View<'_>) -> Option<String> {
        let shown = self.shown(view);
        shown.get(self.cursor(&shown)).map(|program| format!("{} {}", program.id, program.title))
    }

    /// Somebody clicked into the area that the screen was drawn in.
    pub fn click(&mut self, at: Position, area: Rect, view: &View<'_>) -> Vec<Ask> {
        let shown = self.shown(view);
        let body = split_rows(area, ABOVE).1;
        if body.contains(at) {
            let row = usize::from(at.y - body.y) + first_row(self.cursor(&shown), shown.len(), body.height.into());
            if row < shown.len() {
                self.choose(&shown, row);
            }
        }
        Vec::new()
    }

    /// Draws it.
    pub fn draw(&self, view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
        let shown = self.shown(view);
        let columns = usize::from(area.width);
        sheet.put(area, 0, sheet.say(Meaning::Quiet, text::cut(&self.summary(&shown, view, sheet.lang), columns)));
        let (_, body) = split_rows(area, 1);
        if shown.is_empty() {
            let words = match (view.sale.programs.is_empty(), self.filter.text().is_empty()) {
                (true, _) => ("there is no program yet", "暂无节目"),
                (_, false) => ("no program is like that", "没有符合条件的节目"),
                _ => ("", ""),
            };
            sheet.put(body, 0, sheet.say(Meaning::Plain, text::cut(sheet.lang.pick(words.0, words.1), columns)));
            return;
        }
        let cursor = self.cursor(&shown);
        let rows = usize::from(body.height.saturating_sub(1));
        let table = Table {
            programs: &shown,
            cursor,
            first: first_row(cursor, shown.len(), rows),
            sorted: (self.sorted, self.reversed),
            followed: view.sale.hall.as_ref().map(|hall| hall.id),
        };
        table::draw(&table, view, body, sheet);
    }

    /// How many there are, and what they have left.
    fn summary(&self, shown: &[&ProgramStock], view: &View<'_>, lang: Lang) -> String {
        let all = view.sale.programs.len();
        let left = text::count(shown.iter().map(|program| program.available).sum());
        let on_sale = shown.iter().filter(|program| program.on_sale).count();
        let filtered = !self.filter.text().is_empty();
        match lang {
            Lang::En if filtered => format!("{} of {all} programs, {on_sale} on sale, {left} seats left", shown.len()),
            Lang::En => format!("{all} programs, {on_sale} on sale, {left} seats left"),
            Lang::Zh if filtered => format!("{all} 个节目中的 {} 个，{on_sale} 个在售，余票 {left} 张", shown.len()),
            Lang::Zh => format!("{all} 个节目，{on_sale} 个在售，余票 {left} 张"),
        }
    }

    fn shown<'a>(&self, view: &View<'a>) -> Vec<&'a ProgramStock> {
        let mut shown: Vec<_> = view.sale.programs.values().filter(|program| self.filter.holds(program)).collect();
        shown.sort_by(|a, b| {
            let ordering = self.sorted.compare(a, b);
            if self.reversed { ordering.reverse() } else { ordering }
        });
        shown
    }

    /// Where the chosen program stands now; where it stood when it is gone.
    fn cursor(&self, shown: &[&ProgramStock]) -> usize {
        let found = shown.iter().position(|program| Some(program.id) == self.chosen);
        found.unwrap_or_else(|| self.at.min(shown.len().saturating_sub(1)))
    }

    fn choose(&mut self, shown: &[&ProgramStock], at: usize) {
        self.at = at;
        self.chosen = shown.get(at).map(|program| program.id);
    }
}

/// The other way round; its times stay.
fn toggled(program: &ProgramStock) -> Ask {
    let (opens_at_ms, closes_at_ms) = (program.opens_at_ms, program.closes_at_ms);
    Ask::Do(Deed::Sale(program.id, SaleChange { closed: !program.closed, opens_at_ms, closes_at_ms }))
}

/// The first row that is shown, so that the cursor stands in the middle where it can.
fn first_row(cursor: usize, all: usize, rows: usize) -> usize {
    cursor.saturating_sub(rows / 2).min(all.saturating_sub(rows))
}
