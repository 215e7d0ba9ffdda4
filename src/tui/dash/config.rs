//! The settings file of the dashboard: TOML text in, [`Config`] out, or line, column and what is allowed.
//! Must not read a file or the environment; a setting that is not known is refused, never passed over.

use std::{fmt::Write as _, path::PathBuf};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Tab, command::Command, commands::COMMANDS, keymap::Keymap};
use crate::tui::{keys::Stroke, lang::Lang, theme::Theme};

/// What the file says. Whatever it leaves out is decided elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// Colours.
    pub theme: Option<Theme>,
    /// Words.
    pub lang: Option<Lang>,
    /// Listen to the mouse from the start.
    pub mouse: Option<bool>,
    /// The server's address.
    pub url: Option<String>,
    /// The first screen.
    pub tab: Option<Tab>,
    /// Nothing may be changed.
    pub read_only: Option<bool>,
    /// Where saved screens go.
    pub dump_folder: Option<PathBuf>,
    /// Keys.
    pub keymap: Keymap,
}

/// Why a settings file is refused: where, what, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

/// Settings beside `[keys]`.
const SETTINGS: [&str; 7] = ["theme", "lang", "mouse", "url", "tab", "read_only", "dump_folder"];

/// A value with its place.
type Value<'t> = Spanned<DeValue<'t>>;

/// The file being read, for the places of mistakes.
#[derive(Clone, Copy)]
struct Source<'t>(&'t str);

impl Config {
    /// Reads a settings file.
    ///
    /// # Errors
    ///
    /// With line, column, and what is allowed there.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let source = Source(text);
        let table = DeTable::parse(text)
            .map_err(|error| source.refuse(error.span().map_or(0, |span| span.start), error.message()))?;
        let (mut config, mut keys) = (Self::default(), None);
        for (name, value) in table.get_ref() {
            match name.get_ref().as_ref() {
                "keys" => keys = Some(value),
                setting => config.set(setting, name.span().start, value, source)?,
            }
        }
        if let Some(keys) = keys {
            config.keymap = keymap(keys, source)?;
        }
        Ok(config)
    }

    fn set(&mut self, setting: &str, at: usize, value: &Value<'_>, source: Source<'_>) -> Result<(), ConfigError> {
        match setting {
            "theme" => self.theme = Some(source.chosen(value, &Theme::ALL, Theme::word)?),
            "lang" => self.lang = Some(source.chosen(value, &Lang::ALL, Lang::word)?),
            "tab" => self.tab = Some(source.chosen(value, &Tab::ALL, Tab::word)?),
            "mouse" => self.mouse = Some(source.truth(value)?),
            "read_only" => self.read_only = Some(source.truth(value)?),
            "url" => self.url = Some(source.url(value)?),
            "dump_folder" => self.dump_folder = Some(PathBuf::from(source.filled(value)?)),
            unknown => {
                let known = SETTINGS.join(", ");
                return Err(source.refuse(at, &format!("\"{unknown}\" is no setting; there are {known} and [keys]")));
            }
        }
        Ok(())
    }

    /// A settings file with everything in it as it is when there is none, each line commented out.
    #[must_use]
    pub fn printed() -> String {
        let mut text = "\
# Settings of `tpp dash`. Every line may be left out, and what a flag says goes first.
# Take the # away before a line to change it.

# How it looks: normal (sixteen colours of the terminal), safe (for every eye), mono (no colour).
#theme = \"normal\"
# The language of its words: en or zh.
#lang = \"en\"
# Listen to the mouse. The terminal's own selection then needs Shift.
#mouse = false
# The server.
#url = \"http://127.0.0.1:7878\"
# The first screen: sale, seats, orders, engine, audit or programs.
#tab = \"sale\"
# Refuse everything that changes the sale.
#read_only = false
# Where saved screens go.
#dump_folder = \".\"

# Keys by command. A list takes the place of the keys there were; an empty one takes them away, but quit keeps one.
# Written as x, X, /, Space, Enter, Esc, Tab, Shift-Tab, PageUp, F1, Ctrl-D, Alt-x.
[keys]
"
        .to_owned();
        for entry in COMMANDS {
            let keys: Vec<_> = entry.strokes.iter().map(|stroke| format!("{:?}", stroke.to_string())).collect();
            let line = write!(text, "# {}\n#{} = [{}]\n", entry.words.0, entry.name, keys.join(", "));
            line.expect("a string takes all that is written to it");
        }
        text
    }
}

fn keymap(keys: &Value<'_>, source: Source<'_>) -> Result<Keymap, ConfigError> {
    let at = keys.span().start;
    let table = keys.get_ref().as_table();
    let table = table.ok_or_else(|| source.refuse(at, "[keys] is a table of commands and their keys"))?;
    let mut keymap = Keymap::default();
    for (name, value) in table {
        let strokes = strokes(value, source)?;
        if !keymap.bind(name.get_ref(), strokes) {
            let known: Vec<_> = COMMANDS.iter().map(|entry| entry.name).collect();
            let words = format!("\"{}\" is no command; there are {}", name.get_ref(), known.join(", "));
            return Err(source.refuse(name.span().start, &words));
        }
    }
    // Where to point at: a line of the file that took part in it.
    let place = |names: &[&str]| {
        let named = table.iter().filter(|(name, _)| names.contains(&name.get_ref().as_ref()));
        named.map(|(name, _)| name.span().start).max().unwrap_or(at)
    };
    if keymap.strokes(Command::Quit).is_empty() {
        return Err(source.refuse(place(&["quit"]), "quit must keep a key, such as [\"q\", \"Ctrl-C\"]"));
    }
    if let Some(clash) = keymap.clash() {
        let (one, other) = clash.names;
        let words = format!(
            "{} would ask for both {one} and {other}; give one of them other keys, or none: {other} = []",
            clash.stroke
        );
        return Err(source.refuse(place(&[one, other]), &words));
    }
    Ok(keymap)
}

fn strokes(value: &Value<'_>, source: Source<'_>) -> Result<Vec<Stroke>, ConfigError> {
    let at = value.span().start;
    let list = value.get_ref().as_array();
    let list = list.ok_or_else(|| source.refuse(at, "keys are a list of texts, such as [\"x\", \"Delete\"]"))?;
    let mut strokes = Vec::new();
    for key in list {
        let at = key.span().start;
        let text = source.text(key)?;
        let stroke: Stroke = text.parse().map_err(|why| source.refuse(at, &format!("{why}")))?;
        if strokes.contains(&stroke) {
            return Err(source.refuse(at, &format!("{stroke} stands here twice")));
        }
        strokes.push(stroke);
    }
    Ok(strokes)
}

impl Source<'_> {
    /// A mistake at a place of the file.
    fn refuse(self, at: usize, words: &str) -> ConfigError {
        let mut at = at.min(self.0.len());
        while !self.0.is_char_boundary(at) {
            at -= 1;
        }
        let before = &self.0[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|char| *char != '\n').count() + 1;
        ConfigError(format!("line {line}, column {column}: {words}"))
    }

    fn text<'v>(self, value: &'v Value<'_>) -> Result<&'v str, ConfigError> {
        let kind = value.get_ref().type_str();
        let text = value.get_ref().as_str();
        text.ok_or_else(|| self.refuse(value.span().start, &format!("a text in quotes belongs here, not a {kind}")))
    }

    fn filled<'v>(self, value: &'v Value<'_>) -> Result<&'v str, ConfigError> {
        match self.text(value)? {
            "" => Err(self.refuse(value.span().start, "this must not be empty; leave the line out instead")),
            text => Ok(text),
        }
    }

    fn url(self, value: &Value<'_>) -> Result<String, ConfigError> {
        let text = self.filled(value)?;
        let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
        match host {
            Some(host) if !host.is_empty() && !text.contains(char::is_whitespace) => Ok(text.to_owned()),
            _ => Err(self.refuse(value.span().start, "an address looks like http://127.0.0.1:7878")),
        }
    }

    fn truth(self, value: &Value<'_>) -> Result<bool, ConfigError> {
        let truth = value.get_ref().as_bool();
        truth.ok_or_else(|| self.refuse(value.span().start, "true or false belongs here, without quotes"))
    }

    fn chosen<T: Copy>(self, value: &Value<'_>, all: &[T], word: fn(T) -> &'static str) -> Result<T, ConfigError> {
        let text = self.text(value)?;
        let found = all.iter().copied().find(|one| word(*one) == text);
        found.ok_or_else(|| {
            let words: Vec<_> = all.iter().map(|one| word(*one)).collect();
            self.refuse(value.span().start, &format!("\"{text}\" is not one of {}", words.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests;
