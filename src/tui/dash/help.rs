//! Every key that means something here and what it does: those of the shown tab first, then those that work everywhere.
//! Must not hold a word of its own about a key: rows come from the table and the keys as they are set.

use ratatui::layout::Rect;

use super::{
    Tab,
    command::Command,
    commands::{COMMANDS, Entry},
    keymap::Keymap,
    window,
};
use crate::tui::{keys::Stroke, lang::Lang, panel::Sheet, text, theme::Meaning};

/// The help, and which of its rows is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Help {
    at: usize,
}

/// What the rows are made from.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The shown tab.
    pub tab: Tab,
    /// Keys.
    pub keymap: &'a Keymap,
    /// A recorded run is shown.
    pub replay: bool,
    /// Nothing may be changed.
    pub read_only: bool,
}

impl Subject<'_> {
    /// The commands, those of this tab alone first.
    fn entries(&self) -> (Vec<&'static Entry>, Vec<&'static Entry>) {
        let offered = COMMANDS.iter().filter(|entry| entry.is_offered(self.tab, self.replay, self.read_only));
        offered.partition(|entry| !entry.tabs.is_empty())
    }

    fn keys(&self, entry: &Entry) -> String {
        let keys: Vec<_> = self.keymap.strokes(entry.command).iter().map(Stroke::to_string).collect();
        if keys.is_empty() { "–".to_owned() } else { keys.join(", ") }
    }
}

impl Help {
    /// Does what was asked for: moves, or says that the help is to be closed, or which command was chosen.
    pub fn obey(&mut self, command: Command, subject: Subject<'_>) -> Turn {
        let (here, everywhere) = subject.entries();
        let last = (here.len() + everywhere.len()).saturating_sub(1);
        self.at = match command {
            Command::Up => self.at.saturating_sub(1),
            Command::Down => self.at + 1,
            Command::PageUp => self.at.saturating_sub(10),
            Command::PageDown => self.at + 10,
            Command::First => 0,
            Command::Last => last,
            Command::Open => {
                let chosen = here.iter().chain(&everywhere).nth(self.at);
                return chosen.map_or(Turn::Close, |entry| Turn::Run(entry.command));
            }
            Command::Back | Command::Help | Command::Quit => return Turn::Close,
            other => return Turn::Run(other),
        }
        .min(last);
        Turn::Stay
    }

    /// Draws it over the area.
    pub fn draw(&self, subject: Subject<'_>, area: Rect, sheet: &mut Sheet<'_>) {
        let (here, everywhere) = subject.entries();
        let rows = self.rows(subject, (&here, &everywhere), sheet);
        let keys = here.iter().chain(&everywhere).map(|entry| text::width(&subject.keys(entry))).max().unwrap_or(0);
        let words =
            here.iter().chain(&everywhere).map(|entry| text::width(words(entry, sheet.lang))).max().unwrap_or(0);
        let (columns, all) = ((keys + words + 2) as u16, rows.len() as u16);
        let inner = window::open(sheet.lang.pick("Keys", "按键"), (columns, all), area, sheet);
        let shown = usize::from(inner.height);
        // The chosen row, and the heading above the first.
        let chosen = rows.iter().position(|row| row.chosen).filter(|_| self.at > 0).unwrap_or(0);
        let first = (chosen + 1).saturating_sub(shown);
        // Where there is no room for both, words are worth more than the second key of a command.
        let keys = if columns <= inner.width { keys } else { keys.min(usize::from(inner.width) * 2 / 5) };
        for (at, row) in (0..).zip(rows.iter().skip(first).take(shown)) {
            let room = usize::from(inner.width).saturating_sub(keys + 2);
            let looks = if row.chosen { Meaning::Selected } else { Meaning::Plain };
            let line = if row.keys.is_empty() {
                vec![sheet.say(Meaning::Title, text::cut(&row.words, usize::from(inner.width)))]
            } else {
                vec![
                    sheet.say(Meaning::Key, text::fitted(&row.keys, keys)),
                    sheet.say(Meaning::Plain, "  "),
                    sheet.say(looks, text::cut(&row.words, room)),
                ]
            };
            sheet.put(inner, at, line);
        }
        more(first > 0, first + shown < rows.len(), area, inner, sheet);
    }

    fn rows(&self, subject: Subject<'_>, (here, everywhere): (&[&Entry], &[&Entry]), sheet: &Sheet<'_>) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut at = 0;
        let mut add = |heading: String, entries: &[&Entry]| {
            if entries.is_empty() {
                return;
            }
            if !rows.is_empty() {
                rows.push(Row::heading(String::new()));
            }
            rows.push(Row::heading(heading));
            for entry in entries {
                let words = words(entry, sheet.lang).to_owned();
                rows.push(Row { keys: subject.keys(entry), words, chosen: at == self.at });
                at += 1;
            }
        };
        add(subject.tab.title(sheet.lang).to_owned(), here);
        add(sheet.lang.pick("Everywhere", "通用").to_owned(), everywhere);
        rows
    }
}

/// What becomes of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It stays.
    Stay,
    /// It is closed.
    Close,
    /// It is closed, and this is done.
    Run(Command),
}

struct Row {
    keys: String,
    words: String,
    chosen: bool,
}

impl Row {
    const fn heading(words: String) -> Self {
        Self { keys: String::new(), words, chosen: false }
    }
}

/// Marks at the edge that there is more above or below.
fn more(above: bool, below: bool, area: Rect, inner: Rect, sheet: &mut Sheet<'_>) {
    let edge = Rect { width: 1, ..inner };
    let x = (inner.right() + 1).min(area.right().saturating_sub(1));
    let edge = Rect { x, ..edge };
    if inner.height > 0 && above {
        sheet.put(edge, 0, sheet.say(Meaning::Key, "▲"));
    }
    if inner.height > 0 && below {
        sheet.put(edge, inner.height - 1, sheet.say(Meaning::Key, "▼"));
    }
}

const fn words(entry: &Entry, lang: Lang) -> &'static str {
    lang.pick(entry.words.0, entry.words.1)
}
