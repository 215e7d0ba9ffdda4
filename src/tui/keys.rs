//! Which key asks for what: one table that keys are looked up in and that the help is made from, so that neither drifts.
//! Must not carry a command out.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key as it is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stroke {
    code: KeyCode,
    ctrl: bool,
}

impl Stroke {
    /// A character. Capitals are characters of their own.
    #[must_use]
    pub const fn char(char: char) -> Self {
        Self { code: KeyCode::Char(char), ctrl: false }
    }

    /// A letter with Ctrl.
    #[must_use]
    pub const fn ctrl(char: char) -> Self {
        Self { code: KeyCode::Char(char), ctrl: true }
    }

    /// Escape.
    pub const ESC: Self = Self::of(KeyCode::Esc);
    /// Enter.
    pub const ENTER: Self = Self::of(KeyCode::Enter);
    /// Tab.
    pub const TAB: Self = Self::of(KeyCode::Tab);
    /// Shift-Tab.
    pub const BACK_TAB: Self = Self::of(KeyCode::BackTab);
    /// Backspace.
    pub const BACKSPACE: Self = Self::of(KeyCode::Backspace);
    /// Arrow up.
    pub const UP: Self = Self::of(KeyCode::Up);
    /// Arrow down.
    pub const DOWN: Self = Self::of(KeyCode::Down);
    /// Arrow to the left.
    pub const LEFT: Self = Self::of(KeyCode::Left);
    /// Arrow to the right.
    pub const RIGHT: Self = Self::of(KeyCode::Right);
    /// Page up.
    pub const PAGE_UP: Self = Self::of(KeyCode::PageUp);
    /// Page down.
    pub const PAGE_DOWN: Self = Self::of(KeyCode::PageDown);
    /// Home.
    pub const HOME: Self = Self::of(KeyCode::Home);
    /// End.
    pub const END: Self = Self::of(KeyCode::End);
    /// The first function key.
    pub const F1: Self = Self::of(KeyCode::F(1));

    const fn of(code: KeyCode) -> Self {
        Self { code, ctrl: false }
    }

    /// Is it the key that was pressed?
    #[must_use]
    pub fn is(self, key: KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        self.code == key.code && self.ctrl == ctrl && !key.modifiers.contains(KeyModifiers::ALT)
    }
}

impl fmt::Display for Stroke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.ctrl, self.code) {
            (true, KeyCode::Char(char)) => write!(f, "Ctrl-{}", char.to_ascii_uppercase()),
            (_, code) => write!(f, "{code}"),
        }
    }
}

/// A command, the keys that ask for it, and its words.
#[derive(Debug)]
pub struct Binding<C: 'static> {
    /// What is asked for.
    pub command: C,
    /// By which keys; the first stands in the footer.
    pub strokes: &'static [Stroke],
    /// One word for the footer; empty where it needs no mention there.
    pub short: &'static str,
    /// A line for the help.
    pub words: &'static str,
}

/// All keys of a screen.
#[derive(Debug)]
pub struct Keymap<C: 'static>(pub &'static [Binding<C>]);

impl<C: Copy> Keymap<C> {
    /// What a key asks for, if anything. A key that is let go asks for nothing.
    #[must_use]
    pub fn command(&self, key: KeyEvent) -> Option<C> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        let binding = self.0.iter().find(|binding| binding.strokes.iter().any(|stroke| stroke.is(key)));
        binding.map(|binding| binding.command)
    }

    /// Rows for the help: keys, and what they do.
    #[must_use]
    pub fn help(&self) -> Vec<(String, &'static str)> {
        let keys = |strokes: &[Stroke]| strokes.iter().map(Stroke::to_string).collect::<Vec<_>>().join(", ");
        self.0.iter().map(|binding| (keys(binding.strokes), binding.words)).collect()
    }

    /// Words for the footer: a key, and what it does.
    #[must_use]
    pub fn footer(&self) -> Vec<(String, &'static str)> {
        let shown = self.0.iter().filter(|binding| !binding.short.is_empty());
        shown.filter_map(|binding| Some((binding.strokes.first()?.to_string(), binding.short))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: Keymap<u8> = Keymap(&[
        Binding { command: 1, strokes: &[Stroke::char('q'), Stroke::ctrl('c')], short: "stop", words: "stop it" },
        Binding { command: 2, strokes: &[Stroke::ESC, Stroke::char('?')], short: "", words: "show this" },
    ]);

    fn press(code: KeyCode, modifiers: KeyModifiers) -> Option<u8> {
        MAP.command(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn a_letter_with_ctrl_is_another_key_than_without() {
        assert_eq!(press(KeyCode::Char('q'), KeyModifiers::NONE), Some(1));
        assert_eq!(press(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(1));
        assert_eq!(press(KeyCode::Char('c'), KeyModifiers::NONE), None);
        assert_eq!(press(KeyCode::Char('q'), KeyModifiers::ALT), None);
        assert_eq!(press(KeyCode::Char('?'), KeyModifiers::SHIFT), Some(2));
    }

    #[test]
    fn the_help_names_every_key_and_the_footer_the_first() {
        assert_eq!(MAP.help(), [("q, Ctrl-C".to_owned(), "stop it"), ("Esc, ?".to_owned(), "show this")]);
        assert_eq!(MAP.footer(), [("q".to_owned(), "stop")]);
    }
}
