//! The machine room: queue, ledger, inventory, repairs.
//! Must not judge what is healthy but by what the server says.

mod figures;
mod layout;
#[cfg(test)]
mod tests;
mod troubles;

use ratatui::layout::{Position, Rect};

use super::View;
use crate::tui::{
    dash::{
        ask::{Ask, News},
        command::Command,
    },
    lang::Lang,
    panel::Sheet,
};

/// What the screen remembers.
#[derive(Debug, Clone, Default)]
pub struct EngineScreen {}

impl EngineScreen {
    /// Does what was asked for, as far as it is this screen's.
    pub fn obey(&mut self, _command: Command, _view: &View<'_>) -> Vec<Ask> {
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
    pub fn filter(&mut self, _text: &str, _view: &View<'_>) -> Result<Vec<Ask>, String> {
        Err("there is nothing to filter here".to_owned())
    }

    /// The filter that is on.
    pub fn filtered_by(&self) -> &str {
        ""
    }

    /// What `y` copies.
    pub fn copied(&self, view: &View<'_>) -> Option<String> {
        let troubles = troubles::troubles(view, Lang::En);
        (!troubles.is_empty()).then(|| troubles.into_iter().map(|(_, words)| words).collect::<Vec<_>>().join("\n"))
    }

    /// Somebody clicked into the area that the screen was drawn in.
    pub fn click(&mut self, _at: Position, _area: Rect, _view: &View<'_>) -> Vec<Ask> {
        Vec::new()
    }

    /// Draws it.
    pub fn draw(&self, view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
        layout::draw(view, area, sheet);
    }
}
