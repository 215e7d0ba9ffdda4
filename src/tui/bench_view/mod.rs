//! The live view of a bench: a sale going, arrivals against their plan, latencies, and how the generator fares.
//! Must not touch a terminal or a clock: readings and commands change the state, and drawing reads it.

mod course;
mod figures;
mod layout;
mod live;
mod reading;
#[cfg(test)]
mod simulated;
#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;

use course::Course;
pub use live::{Stage, show};
pub use reading::{Reading, Seen};

use crate::tui::{
    keys::{Binding, Keymap, Stroke},
    theme::Theme,
};

/// What keys ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Stop the run.
    Stop,
    /// Hold the picture, or let it go.
    Freeze,
    /// Another theme.
    NextTheme,
    /// Show or hide the help.
    Help,
    /// Hide whatever lies over the view.
    Close,
    /// Back to the shell for a while.
    Suspend,
}

/// Keys of the view.
pub const KEYS: Keymap<Command> = Keymap(&[
    Binding {
        command: Command::Stop,
        strokes: &[Stroke::char('q'), Stroke::ctrl('c')],
        short: "stop",
        words: "stop the run, and report what was played",
    },
    Binding {
        command: Command::Freeze,
        strokes: &[Stroke::char('p'), Stroke::char(' ')],
        short: "freeze",
        words: "hold the picture, or let it go; the run goes on",
    },
    Binding {
        command: Command::NextTheme,
        strokes: &[Stroke::char('t')],
        short: "theme",
        words: "next theme: normal, safe for every eye, no colour",
    },
    Binding {
        command: Command::Help,
        strokes: &[Stroke::char('?'), Stroke::char('h')],
        short: "help",
        words: "show or hide this help",
    },
    Binding { command: Command::Close, strokes: &[Stroke::ESC], short: "", words: "hide this help" },
    Binding {
        command: Command::Suspend,
        strokes: &[Stroke::ctrl('z')],
        short: "",
        words: "back to the shell; fg returns; buyers wait meanwhile",
    },
]);

/// What is played, for the first line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// Scenario and version.
    pub name: String,
    /// What it is about.
    pub about: String,
    /// Which of how many runs, from 1.
    pub run: (usize, usize),
}

/// What lies over the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Overlay {
    #[default]
    Nothing,
    Help,
}

/// Everything the view is drawn from.
#[derive(Debug, Default)]
pub struct BenchState {
    subject: Subject,
    course: Course,
    frozen: Option<Box<Course>>,
    overlay: Overlay,
    theme: Theme,
    stopping: bool,
    changed: bool,
}

impl BenchState {
    /// Before the first reading.
    #[must_use]
    pub fn new(subject: Subject, theme: Theme) -> Self {
        Self { subject, theme, changed: true, ..Self::default() }
    }

    /// What it has of the run's series, so that a reading brings only the rest.
    #[must_use]
    pub const fn seen(&self) -> Seen {
        self.course.seen()
    }

    /// Takes a reading in.
    pub fn hear(&mut self, reading: Reading) {
        let news = self.course.hear(reading);
        self.changed |= news && self.frozen.is_none();
    }

    /// Does what a key asked for. Stopping and suspending are shown here and done by whoever holds the terminal.
    pub fn obey(&mut self, command: Command) {
        self.changed = true;
        match command {
            Command::Stop => self.stopping = true,
            Command::Freeze => {
                self.frozen = if self.frozen.is_some() { None } else { Some(Box::new(self.course.clone())) };
            }
            Command::NextTheme => self.theme = self.theme.next(),
            Command::Help if self.overlay == Overlay::Help => self.overlay = Overlay::Nothing,
            Command::Help => self.overlay = Overlay::Help,
            Command::Close => self.overlay = Overlay::Nothing,
            Command::Suspend => {}
        }
    }

    /// The whole screen is to be drawn anew.
    pub const fn touch(&mut self) {
        self.changed = true;
    }

    /// Is there anything to draw since the last time this was asked?
    pub const fn take_change(&mut self) -> bool {
        std::mem::replace(&mut self.changed, false)
    }

    /// Draws the view over the whole buffer.
    pub fn draw(&self, buf: &mut Buffer) {
        layout::draw(self, buf);
    }

    /// The run as it is shown: frozen, or as it is.
    fn shown(&self) -> &Course {
        self.frozen.as_deref().unwrap_or(&self.course)
    }
}
