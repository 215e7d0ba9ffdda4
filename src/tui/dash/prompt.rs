//! The filter that is being typed in the last line, with its mistake beside it.
//! Must not know what a filter means: the screen says.

use ratatui::layout::Rect;

use super::{
    Tab,
    line::{Edit, History, Line},
};
use crate::tui::{
    keys::Stroke,
    panel::{Sheet, split_columns},
    text,
    theme::Meaning,
};

/// Columns that the text keeps beside a mistake.
const TEXT_MIN: u16 = 12;

/// A filter that is being typed.
#[derive(Debug, Clone, Default)]
pub struct Prompt {
    /// For which screen.
    pub tab: Tab,
    /// What was on before.
    pub before: String,
    /// Why it is none.
    pub mistake: Option<String>,
    line: Line,
    history: History,
}

/// What a key asked for while a filter was being typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing {
    /// Try the text as it is now.
    Changed,
    /// Nothing to do.
    Same,
    /// Keep it.
    Keep,
    /// Everything as before.
    Cancel,
}

impl Prompt {
    /// Starts with the filter that is on.
    pub fn new(tab: Tab, before: &str, history: History) -> Self {
        Self { tab, before: before.to_owned(), mistake: None, line: Line::new(before), history }
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        self.line.text()
    }

    /// A key was pressed.
    pub fn type_key(&mut self, stroke: Stroke) -> Typing {
        match stroke {
            Stroke::ESC => return Typing::Cancel,
            Stroke::ENTER => return Typing::Keep,
            Stroke::BACKSPACE if self.text().is_empty() => return Typing::Cancel,
            Stroke::UP => return self.show(|history, text| history.older(text)),
            Stroke::DOWN => return self.show(|history, _| history.newer()),
            _ => {}
        }
        match self.line.edit(stroke) {
            Edit::Changed => {
                self.history.settle();
                Typing::Changed
            }
            Edit::Moved | Edit::Nothing => Typing::Same,
        }
    }

    /// A text was pasted.
    pub fn paste(&mut self, pasted: &str) {
        self.line.paste(pasted);
        self.history.settle();
    }

    /// What was typed, remembered.
    pub fn into_history(mut self) -> History {
        self.history.keep(self.line.text());
        self.history
    }

    fn show(&mut self, which: impl FnOnce(&mut History, &str) -> Option<Line>) -> Typing {
        match which(&mut self.history, self.line.text()) {
            Some(line) => {
                self.line = line;
                Typing::Changed
            }
            None => Typing::Same,
        }
    }

    /// Draws it into a line.
    pub fn draw(&self, area: Rect, sheet: &mut Sheet<'_>) {
        typed('/', &self.line, self.mistake.as_deref(), area, sheet);
    }
}

/// Draws a line that is being typed after its mark, and what is wrong with it at the right.
pub fn typed(mark: char, line: &Line, mistake: Option<&str>, area: Rect, sheet: &mut Sheet<'_>) {
    sheet.blank(area);
    let wrong = mistake.unwrap_or_default();
    let wanted = text::width(wrong) as u16;
    // One column for the mark, one for the cursor behind the text.
    let needed = (text::width(line.text()) as u16).saturating_add(4).max(TEXT_MIN);
    let room = area.width.saturating_sub(needed.min(area.width.saturating_sub(wanted.min(area.width / 2))));
    let (left, right) = split_columns(area, area.width - room.min(wanted));
    let mut spans = vec![sheet.say(Meaning::Key, mark.to_string())];
    spans.extend(line.spans(usize::from(left.width.saturating_sub(2)), sheet));
    sheet.put(left, 0, spans);
    let wrong = text::cut(wrong, usize::from(right.width));
    sheet.put_right(right, 0, sheet.say(Meaning::Bad, wrong));
}
