//! A line of text that is being typed: cursor, deleting, and what was typed before.
//! Must not know what the text is for.

use ratatui::text::Span;

use crate::tui::{keys::Stroke, panel::Sheet, text, theme::Meaning};

/// Most characters of a line: more than any filter needs, less than a pasted file.
const CHARS_MAX: usize = 400;
/// Most lines that are remembered.
const HISTORY_MAX: usize = 50;

/// A text with a cursor in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    text: String,
    /// In bytes, always between two characters.
    cursor: usize,
}

/// What a key did to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// The text is another one.
    Changed,
    /// At most the cursor moved.
    Moved,
    /// The key means nothing to a line.
    Nothing,
}

impl Line {
    /// With this text and the cursor behind it.
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), cursor: text.len() }
    }

    /// What stands there.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Does what the key says.
    pub fn edit(&mut self, stroke: Stroke) -> Edit {
        let before = self.text.len();
        match stroke {
            Stroke::LEFT => self.cursor = self.left(),
            Stroke::RIGHT => self.cursor = self.right(),
            Stroke::BACKSPACE => self.delete(self.left(), self.cursor),
            Stroke::DELETE => self.delete(self.cursor, self.right()),
            _ if stroke == Stroke::HOME || stroke == Stroke::ctrl('a') => self.cursor = 0,
            _ if stroke == Stroke::END || stroke == Stroke::ctrl('e') => self.cursor = self.text.len(),
            // Terminals that know no Backspace send this for it.
            _ if stroke == Stroke::ctrl('h') => self.delete(self.left(), self.cursor),
            _ if stroke == Stroke::ctrl('u') => self.delete(0, self.cursor),
            _ if stroke == Stroke::ctrl('k') => self.delete(self.cursor, self.text.len()),
            _ if stroke == Stroke::ctrl('w') => self.delete(self.word_start(), self.cursor),
            _ => match stroke.typed() {
                Some(char) => self.insert(char),
                None => return Edit::Nothing,
            },
        }
        if self.text.len() == before { Edit::Moved } else { Edit::Changed }
    }

    /// Takes a pasted text in, without what cannot stand in a line.
    pub fn paste(&mut self, pasted: &str) {
        for char in pasted.chars() {
            self.insert(if char == '\n' || char == '\t' { ' ' } else { char });
        }
    }

    fn insert(&mut self, char: char) {
        if !char.is_control() && self.text.chars().count() < CHARS_MAX {
            self.text.insert(self.cursor, char);
            self.cursor += char.len_utf8();
        }
    }

    fn delete(&mut self, from: usize, to: usize) {
        self.text.drain(from..to);
        self.cursor = from;
    }

    /// Before the character at the left, and before the marks that belong to it.
    fn left(&self) -> usize {
        let before = self.text[..self.cursor].char_indices().rev();
        let mut places = before.skip_while(|(_, char)| columns_of(*char) == 0);
        places.next().map_or(0, |(at, _)| at)
    }

    /// Behind the character at the right, and behind the marks that belong to it.
    fn right(&self) -> usize {
        let after = self.text[self.cursor..].char_indices().skip(1);
        let mut places = after.skip_while(|(_, char)| columns_of(*char) == 0);
        places.next().map_or(self.text.len(), |(at, _)| self.cursor + at)
    }

    fn word_start(&self) -> usize {
        let before = self.text[..self.cursor].trim_end();
        before.rfind(char::is_whitespace).map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8))
    }

    /// The line in at most so many columns, the cursor always in sight.
    pub fn spans(&self, columns: usize, sheet: &Sheet<'_>) -> Vec<Span<'static>> {
        let under = &self.text[self.cursor..self.right()];
        let under = if under.is_empty() { " " } else { under };
        let room = columns.saturating_sub(text::width(under));
        let before = tail(&self.text[..self.cursor], room);
        let left = room - text::width(before).min(room);
        vec![
            sheet.say(Meaning::Plain, before),
            sheet.say(Meaning::Selected, under),
            sheet.say(Meaning::Plain, text::cut(&self.text[self.right()..], left)),
        ]
    }
}

fn columns_of(char: char) -> usize {
    text::width(char.encode_utf8(&mut [0; 4]))
}

/// The end of a text, in at most so many columns.
fn tail(words: &str, columns: usize) -> &str {
    let mut starts = words.char_indices().map(|(at, _)| at).chain([words.len()]);
    let start = starts.find(|at| text::width(&words[*at..]) <= columns);
    &words[start.unwrap_or(words.len())..]
}

/// Lines that were entered before, and which of them is looked at.
#[derive(Debug, Clone, Default)]
pub struct History {
    past: Vec<String>,
    /// How far back from the end; 0 is the line being typed.
    back: usize,
    draft: String,
}

impl History {
    /// Remembers a line that was entered.
    pub fn keep(&mut self, line: &str) {
        self.back = 0;
        if line.is_empty() {
            return;
        }
        self.past.retain(|past| past != line);
        self.past.push(line.to_owned());
        if self.past.len() > HISTORY_MAX {
            self.past.remove(0);
        }
    }

    /// The line before the one that is looked at.
    pub fn older(&mut self, current: &str) -> Option<Line> {
        if self.back == 0 {
            self.draft = current.to_owned();
        }
        let at = self.past.len().checked_sub(self.back + 1)?;
        self.back += 1;
        self.past.get(at).map(|line| Line::new(line))
    }

    /// The line after it; at last what was being typed.
    pub fn newer(&mut self) -> Option<Line> {
        self.back = self.back.checked_sub(1)?;
        match self.back {
            0 => Some(Line::new(&self.draft)),
            back => self.past.get(self.past.len() - back).map(|line| Line::new(line)),
        }
    }

    /// Typing went on from the line that is looked at.
    pub const fn settle(&mut self) {
        self.back = 0;
    }
}

#[cfg(test)]
mod tests;
