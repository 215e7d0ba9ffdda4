//! Which key asks for what: one table that keys are looked up in and that the help is made from, so that neither drifts.
//! Must not carry a command out.

use std::{fmt, str::FromStr};

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key as it is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stroke {
    code: KeyCode,
    ctrl: bool,
    alt: bool,
}

/// Keys that have a name instead of a character, as they are written.
const NAMED: [(&str, KeyCode); 15] = [
    ("Space", KeyCode::Char(' ')),
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Shift-Tab", KeyCode::BackTab),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("PageUp", KeyCode::PageUp),
    ("PageDown", KeyCode::PageDown),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
];
/// Function keys are F1 to this one.
const FUNCTION_KEYS: u8 = 12;

impl Stroke {
    /// A character. Capitals are characters of their own.
    #[must_use]
    pub const fn char(char: char) -> Self {
        Self::of(KeyCode::Char(char))
    }

    /// A letter with Ctrl.
    #[must_use]
    pub const fn ctrl(char: char) -> Self {
        Self { code: KeyCode::Char(char), ctrl: true, alt: false }
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
    /// Delete.
    pub const DELETE: Self = Self::of(KeyCode::Delete);
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
        Self { code, ctrl: false, alt: false }
    }

    /// The key that was pressed. Shift is part of a character already, and Ctrl knows no capitals.
    #[must_use]
    pub fn pressed(key: KeyEvent) -> Self {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        Self { code: key.code, ctrl, alt: key.modifiers.contains(KeyModifiers::ALT) }.plain()
    }

    /// Is it the key that was pressed?
    #[must_use]
    pub fn is(self, key: KeyEvent) -> bool {
        self.plain() == Self::pressed(key)
    }

    /// The character that it types, if it types one.
    #[must_use]
    pub const fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(char) if !self.ctrl && !self.alt => Some(char),
            _ => None,
        }
    }

    /// It cannot be part of a text: it is pressed with Ctrl or Alt.
    #[must_use]
    pub const fn is_held_down(self) -> bool {
        self.ctrl || self.alt
    }

    /// The same key without Alt, if it is one with Alt.
    #[must_use]
    pub const fn without_alt(self) -> Option<Self> {
        if self.alt { Some(Self { alt: false, ..self }) } else { None }
    }

    const fn plain(self) -> Self {
        match self.code {
            KeyCode::Char(char) if self.ctrl => Self { code: KeyCode::Char(char.to_ascii_lowercase()), ..self },
            _ => self,
        }
    }
}

impl fmt::Display for Stroke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ctrl, alt) = (if self.ctrl { "Ctrl-" } else { "" }, if self.alt { "Alt-" } else { "" });
        write!(f, "{ctrl}{alt}")?;
        match (NAMED.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, KeyCode::Char(char)) if self.ctrl => write!(f, "{}", char.to_ascii_uppercase()),
            (None, code) => write!(f, "{code}"),
        }
    }
}

/// Why a text names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no key; write a character (x, X, /), Space, Enter, Esc, Tab, Shift-Tab, Backspace, Delete, Up, Down, Left, Right, PageUp, PageDown, Home, End, F1 to F12, or one of these after Ctrl- or Alt-"
)]
pub struct StrokeError(String);

impl FromStr for Stroke {
    type Err = StrokeError;

    fn from_str(text: &str) -> Result<Self, StrokeError> {
        let (mut rest, mut ctrl, mut alt) = (text, false, false);
        while let Some((held, key)) = rest.split_once('-').filter(|(_, key)| !key.is_empty()) {
            match held.to_ascii_lowercase().as_str() {
                "ctrl" if !ctrl => ctrl = true,
                "alt" if !alt => alt = true,
                _ => break,
            }
            rest = key;
        }
        let code = key_code(rest).ok_or_else(|| StrokeError(text.to_owned()))?;
        Ok(Self { code, ctrl, alt }.plain())
    }
}

fn key_code(name: &str) -> Option<KeyCode> {
    let mut chars = name.chars();
    if let (Some(char), None) = (chars.next(), chars.next()) {
        return (!char.is_control() && char != ' ').then_some(KeyCode::Char(char));
    }
    if let Some((_, code)) = NAMED.iter().find(|(named, _)| named.eq_ignore_ascii_case(name)) {
        return Some(*code);
    }
    let number = name.strip_prefix(['F', 'f'])?.parse().ok()?;
    (1..=FUNCTION_KEYS).contains(&number).then_some(KeyCode::F(number))
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

    #[test]
    fn a_key_is_written_as_it_is_read() {
        for name in
            ["x", "X", "-", "Space", "Ctrl-D", "Alt-x", "Ctrl-Alt-Up", "PageUp", "F12", "Shift-Tab", "Ctrl--", "座"]
        {
            let stroke: Stroke = name.parse().unwrap_or_else(|why| panic!("{why}"));
            assert_eq!(stroke.to_string(), name);
        }
        assert_eq!("ctrl-d".parse(), Ok(Stroke::ctrl('d')), "as it is often written");
        assert_eq!("pageup".parse(), Ok(Stroke::PAGE_UP));
    }

    #[test]
    fn what_is_no_key_is_refused_with_what_is() {
        for name in ["", " ", "xy", "F0", "F13", "Ctrl-", "Hyper-x", "Ctrl-Ctrl-x", "Shift-x", "\n"] {
            let refused = name.parse::<Stroke>().expect_err("no key").to_string();
            assert!(
                refused.contains(&format!("{name:?}").replace("\\n", "\n")) && refused.contains("PageDown"),
                "{refused}"
            );
        }
    }

    #[test]
    fn ctrl_knows_no_capitals_and_shift_is_part_of_a_character() {
        let shifted = KeyEvent::new(KeyCode::Char('D'), KeyModifiers::CONTROL | KeyModifiers::SHIFT);
        assert_eq!(Stroke::pressed(shifted), Stroke::ctrl('d'));
        assert_eq!(Stroke::pressed(KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT)), Stroke::BACK_TAB);
        assert_eq!((Stroke::char('D').typed(), Stroke::ctrl('d').typed()), (Some('D'), None));
    }
}
