//! The palette: commands by their names, with what they need, and a list of those that fit what has been typed.
//! Must not carry a command out, nor know one that the table does not.

mod suggestion;
mod wish;

use ratatui::layout::Rect;

use super::{
    Tab,
    keymap::Keymap,
    line::{Edit, History, Line},
    prompt::typed,
    sale::Sale,
    window,
};
use crate::tui::{keys::Stroke, lang::Lang, panel::Sheet, text, theme::Meaning};
pub use wish::Wish;

/// Most suggestions in sight.
const ROWS: u16 = 10;

/// What is being typed, and which suggestion is chosen.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    /// Why the last try was none.
    pub mistake: Option<String>,
    line: Line,
    chosen: usize,
    history: History,
}

/// What suggestions depend on.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// The shown tab.
    pub tab: Tab,
    /// Words.
    pub lang: Lang,
    /// A recorded run is shown.
    pub replay: bool,
    /// Nothing may be changed.
    pub read_only: bool,
    /// Keys.
    pub keymap: &'a Keymap,
    /// Programs to follow.
    pub sale: &'a Sale,
}

/// What a key asked for while a command was being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picking {
    /// Nothing to do.
    Same,
    /// Do this.
    Run(Wish),
    /// Nothing after all.
    Cancel,
}

impl Palette {
    /// With what was entered before.
    pub fn new(history: History) -> Self {
        Self { history, ..Self::default() }
    }

    /// A key was pressed.
    pub fn type_key(&mut self, stroke: Stroke, around: Around<'_>) -> Picking {
        match stroke {
            Stroke::ESC => return Picking::Cancel,
            Stroke::BACKSPACE if self.line.text().is_empty() => return Picking::Cancel,
            Stroke::ENTER => return self.enter(around),
            Stroke::TAB => self.complete(around),
            Stroke::DOWN => {
                let last = suggestion::fitting(self.line.text(), around).len().saturating_sub(1);
                self.chosen = (self.chosen + 1).min(last);
            }
            Stroke::UP if self.chosen > 0 => self.chosen -= 1,
            Stroke::UP => {
                if let Some(line) = self.history.older(self.line.text()) {
                    self.line = line;
                }
            }
            _ if self.line.edit(stroke) == Edit::Changed => self.typed_on(),
            _ => {}
        }
        Picking::Same
    }

    /// A text was pasted.
    pub fn paste(&mut self, pasted: &str) {
        self.line.paste(pasted);
        self.typed_on();
    }

    /// What was typed, remembered.
    pub fn into_history(mut self) -> History {
        self.history.keep(self.line.text());
        self.history
    }

    fn typed_on(&mut self) {
        self.chosen = 0;
        self.mistake = None;
        self.history.settle();
    }

    /// What was typed goes before what is suggested, unless another suggestion was chosen.
    fn enter(&mut self, around: Around<'_>) -> Picking {
        let typed = Wish::parse(self.line.text(), around.lang);
        if self.chosen == 0
            && let Ok(wish) = typed
        {
            return Picking::Run(wish);
        }
        let suggestion = suggestion::fitting(self.line.text(), around).into_iter().nth(self.chosen);
        if let Some(suggestion) = suggestion {
            self.line = Line::new(&suggestion.text);
            self.chosen = 0;
            // Something is still to be typed behind it.
            if suggestion.text.ends_with(' ') {
                return Picking::Same;
            }
        }
        match Wish::parse(self.line.text(), around.lang) {
            Ok(wish) => Picking::Run(wish),
            Err(why) => {
                self.mistake = Some(why);
                Picking::Same
            }
        }
    }

    fn complete(&mut self, around: Around<'_>) {
        if let Some(suggestion) = suggestion::fitting(self.line.text(), around).into_iter().nth(self.chosen) {
            self.line = Line::new(&suggestion.text);
            self.typed_on();
        }
    }

    /// Draws the line that is typed, and the suggestions over the body above it.
    pub fn draw(&self, around: Around<'_>, body: Rect, foot: Rect, sheet: &mut Sheet<'_>) {
        typed(':', &self.line, self.mistake.as_deref(), foot, sheet);
        let suggestions = suggestion::fitting(self.line.text(), around);
        let rows = ROWS.min(suggestions.len() as u16);
        if rows == 0 || window::room(body) == 0 {
            return;
        }
        let inner = window::open_below(sheet.lang.pick("Commands", "命令"), rows, body, sheet);
        let shown = usize::from(inner.height);
        let first = (self.chosen + 1).saturating_sub(shown);
        let names = suggestions.iter().map(|one| text::width(&one.text)).max().unwrap_or(0);
        let keys = suggestions.iter().map(|one| text::width(&one.key)).max().unwrap_or(0);
        for (row, (at, one)) in (0..).zip(suggestions.iter().enumerate().skip(first).take(shown)) {
            let columns = usize::from(inner.width);
            let name = text::fitted(&one.text, names.min(columns));
            let rest = columns.saturating_sub(text::width(&name) + keys + 4);
            let looks = if at == self.chosen { Meaning::Selected } else { Meaning::Plain };
            let mut line = vec![sheet.say(looks, name)];
            if rest >= 6 {
                line.push(sheet.say(Meaning::Key, format!("  {}", text::fitted(&one.key, keys))));
                line.push(sheet.say(Meaning::Quiet, format!("  {}", text::cut(&one.words, rest))));
            }
            sheet.put(inner, row, line);
        }
    }
}

#[cfg(test)]
mod tests;
