//! Which key asks for what: the keys of the table, or those that the settings put in their place.
//! Must not carry a command out, nor hold a command that the table does not.

use super::{
    Tab,
    command::Command,
    commands::{COMMANDS, Entry},
};
use crate::tui::keys::Stroke;

/// The keys of every command, in the order of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap(Vec<Vec<Stroke>>);

impl Default for Keymap {
    fn default() -> Self {
        Self(COMMANDS.iter().map(|entry| entry.strokes.to_vec()).collect())
    }
}

/// One key that asks for two things at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clash {
    /// The key.
    pub stroke: Stroke,
    /// Two commands by their names.
    pub names: (&'static str, &'static str),
}

impl Keymap {
    /// What a key asks for on this tab, if anything.
    #[must_use]
    pub fn command(&self, tab: Tab, stroke: Stroke) -> Option<Command> {
        let mut here = COMMANDS.iter().zip(&self.0).filter(|(entry, _)| entry.means_something_on(tab));
        here.find(|(_, strokes)| strokes.contains(&stroke)).map(|(entry, _)| entry.command)
    }

    /// The keys that ask for it, the first first.
    #[must_use]
    pub fn strokes(&self, command: Command) -> &[Stroke] {
        let at = COMMANDS.iter().position(|entry| entry.command == command);
        at.and_then(|at| self.0.get(at)).map_or(&[], Vec::as_slice)
    }

    /// The key for the footer, if there is one.
    #[must_use]
    pub fn first(&self, command: Command) -> Option<String> {
        self.strokes(command).first().map(Stroke::to_string)
    }

    /// Gives a command other keys; false when there is no command of that name.
    pub(super) fn bind(&mut self, name: &str, strokes: Vec<Stroke>) -> bool {
        let Some(at) = COMMANDS.iter().position(|entry| entry.name == name) else { return false };
        self.0[at] = strokes;
        true
    }

    /// The first key that asks for two things on the same tab.
    #[must_use]
    pub fn clash(&self) -> Option<Clash> {
        let bound = || COMMANDS.iter().zip(&self.0).enumerate();
        for (at, (one, strokes)) in bound() {
            for (_, (other, others)) in bound().skip(at + 1).filter(|(_, (other, _))| one.meets(other)) {
                if let Some(stroke) = strokes.iter().find(|stroke| others.contains(stroke)) {
                    return Some(Clash { stroke: *stroke, names: (one.name, other.name) });
                }
            }
        }
        None
    }
}

impl Entry {
    /// May it be asked for there?
    #[must_use]
    pub fn means_something_on(&self, tab: Tab) -> bool {
        self.tabs.is_empty() || self.tabs.contains(&tab)
    }

    /// Is there a tab on which both mean something?
    fn meets(&self, other: &Self) -> bool {
        Tab::ALL.into_iter().any(|tab| self.means_something_on(tab) && other.means_something_on(tab))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_key_of_the_table_asks_for_two_things() {
        assert_eq!(Keymap::default().clash(), None);
    }

    #[test]
    fn every_command_has_a_name_of_its_own_and_words_in_both_languages() {
        let names: BTreeSet<_> = COMMANDS.iter().map(|entry| entry.name).collect();
        assert_eq!(names.len(), COMMANDS.len());
        for entry in COMMANDS {
            assert!(!entry.words.0.is_empty() && !entry.words.1.is_empty(), "{}", entry.name);
            assert_eq!(entry.short.0.is_empty(), entry.short.1.is_empty(), "{}", entry.name);
        }
    }

    #[test]
    fn a_key_means_something_only_where_its_command_does() {
        let keymap = Keymap::default();
        assert_eq!(keymap.command(Tab::Orders, Stroke::char('x')), Some(Command::Cancel));
        assert_eq!(keymap.command(Tab::Sale, Stroke::char('x')), None);
    }

    #[test]
    fn a_key_given_to_two_commands_is_found_only_where_both_mean_something() {
        let mut keymap = Keymap::default();
        assert!(keymap.bind("audit", vec![Stroke::char('o')]), "on another tab than toggle-sale");
        assert_eq!(keymap.clash(), None);
        assert!(keymap.bind("sort", vec![Stroke::char('t')]));
        let names = keymap.clash().map(|clash| clash.names);
        assert_eq!(names, Some(("sort", "theme")));
        assert!(!keymap.bind("no-such", Vec::new()));
    }
}
